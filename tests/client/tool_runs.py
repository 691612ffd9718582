"""Runs that require the tool calls that their question lists."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from assistants_server import ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEY = "sk-of-the-test"
DEADLINE = 20.0
"""Seconds after which a test that waits for something has failed."""


def engine(turn: Turn) -> Iterator[Any]:
    """Call what the question says, then write the outputs as JSON."""
    rounds = json.loads(turn.question)
    if turn.number < len(rounds):
        for name, arguments in rounds[turn.number]:
            yield ToolCall(name, arguments)
    else:
        yield json.dumps([each.output for each in turn.outputs])


def add(a: int, b: int = 1) -> int:
    """Add."""
    return a + b


async def wait(text: str) -> dict[str, str]:
    """Wait."""
    await asyncio.sleep(0)
    return {"waited": text}


def fail(how: str) -> None:
    """Fail."""
    errors = {"key": KeyError, "type": TypeError, "value": ValueError}
    raise errors[how]("in the function")


def declared(names: Iterable[str]) -> Any:
    """Return definitions of functions, by which the server allows calls of them."""
    return [{"type": "function", "function": {"name": name}} for name in sorted(names)]


def thread_for(*rounds: list[Any]) -> dict[str, Any]:
    """Return a thread that asks for rounds of tool calls."""
    return {"messages": [{"role": "user", "content": json.dumps(rounds)}]}
