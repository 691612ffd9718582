"""Servers and runs for tests of the client's spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from harness.either_client import settled
from tests.client.both import KINDS, NAMES
from tests.client.tool_runs import declared, engine, thread_for

if TYPE_CHECKING:
    from collections.abc import Iterator

BOTH = pytest.mark.parametrize("kind", KINDS, ids=NAMES)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(engine=engine, poll_after=1) as server:
        yield server


def traceparent(span: Any) -> str:
    """Return how a request names a span."""
    found = span.context
    ids = f"{found.trace_id:032x}-{found.span_id:016x}"
    return f"00-{ids}-{found.trace_flags:02x}"


def sent(server: LocalServer, operation: str) -> list[str | None]:
    """Return what the requests for an operation named, the last ones first."""
    found = [each for each in server.exchanges if each.operation == operation]
    return [each.headers.get("traceparent") for each in reversed(found)]


async def asked(client: Any, *rounds: list[Any], **settings: Any) -> dict[str, Any]:
    """Return the arguments of a run that calls functions, round by round."""
    names = {name for calls in rounds for name, _ in calls}
    made = {"model": "gpt-4o", "tools": declared(names), **settings}
    assistant = await settled(client.assistants.create(**made))
    thread = await settled(client.threads.create(**thread_for(*rounds)))
    return {"thread_id": thread.id, "assistant_id": assistant.id}
