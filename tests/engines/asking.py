"""Engines that ask a scripted upstream, over a real socket, in place of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_server.engines import ChatEngine
from assistants_server.engines.turn_events import Fail, Usage
from harness.scripted_server import Response
from tests.engines.turns import outputs_of, told, turn
from tests.engines.upstreams import EVENTS, upstream

if TYPE_CHECKING:
    from assistants_server.engines.interface import Turn
    from harness.scripted_server import Action, Effect, Reply, ScriptedServer

ANSWER = ["42", Usage(7, 2)]
QUICK: Any = {"first_pause": 0.001}


def ask(server: ScriptedServer, asked: Turn | None = None, **options: Any) -> list[Any]:
    engine = ChatEngine(f"{server.url}/v1", **{**QUICK, **options})
    return told(outputs_of(engine, asked or turn()))


def answered(*replies: Reply, **options: Any) -> tuple[list[Any], ScriptedServer]:
    with upstream(*replies) as server:
        return ask(server, **options), server


def failure(*replies: Reply, **options: Any) -> tuple[Fail, ScriptedServer]:
    found, server = answered(*replies, **options)
    assert isinstance(found[-1], Fail)
    return found[-1], server


def begun(end: Effect) -> list[Action]:
    """Return a stream that has its first piece, and then this end."""
    piece = b'data: {"choices": [{"index": 0, "delta": {"content": "4"}}]}\n\n'
    head = Response(200, [], EVENTS).head("Transfer-Encoding: chunked")
    return [head, b"%x\r\n%b\r\n" % (len(piece), piece), end]
