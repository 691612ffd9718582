"""Turns, and what engines yield for them, for tests of the engines."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from assistants_server._model_api import Event
from assistants_server.engines.interface import Turn
from assistants_server.engines.turn_events import (
    FileSearch,
    Incomplete,
    MadeFile,
    RefusedText,
    Text,
    Together,
    ToolCall,
    ToolCallDelta,
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistants_server.engines.interface import Engine
    from assistants_server.engines.turn_events import Output

JSON = dict[str, Any]
END = Event("", "[DONE]")


def run(**changes: Any) -> JSON:
    """Return a run as the server has it."""
    made: JSON = {
        "id": "run_1",
        "thread_id": "thread_1",
        "assistant_id": "asst_1",
        "model": "gpt-4o",
        "instructions": "Be brief.",
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "response_format": "auto",
        "temperature": 1,
        "top_p": 1,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "expires_at": None,
    }
    return {**made, **changes}


def message(text: str, role: str = "user", *others: JSON) -> JSON:
    """Return a message of a thread."""
    part = {"type": "text", "text": {"value": text, "annotations": []}}
    return {
        "id": f"msg_{text}",
        "role": role,
        "run_id": None,
        "content": [part, *others],
    }


def turn(*messages: JSON, **changes: Any) -> Turn:
    """Return the first turn of a run, or one with other attributes."""
    attributes = {name: changes.pop(name) for name in [*changes] if hasattr(Turn, name)}
    for name in ("past", "state", "files", "code_files", "completion_room", "number"):
        if name in changes:
            attributes[name] = changes.pop(name)
    return Turn(
        run(**changes),
        [*messages] or [message("What is six times seven?")],
        **attributes,
    )


def function(name: str, **properties: JSON) -> JSON:
    """Return a tool that is a function."""
    parameters = {"type": "object", "properties": properties}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def event(data: Any, name: str = "") -> Event:
    """Return an event with an object as its data."""
    return Event(name, data if isinstance(data, str) else json.dumps(data))


def outputs_of(
    engine: Engine,
    turn: Turn,
    searches: Iterable[Sequence[JSON]] = (),
    files: Iterable[str] = (),
) -> list[Output]:
    """Return what an engine yields in a turn.

    Args:
        engine: the engine.
        turn: the turn.
        searches: what its searches find.
        files: the ids of the files that it makes.
    """
    found, ids = iter(searches), iter(files)

    async def work() -> list[Output]:
        made: list[Output] = []
        iterator: Any = engine(turn)
        reply: Any = None
        try:
            while True:
                output = await iterator.asend(reply)
                reply = None
                made += output.outputs if isinstance(output, Together) else [output]
                if isinstance(output, FileSearch) and output.query is not None:
                    reply = tuple(next(found))
                if isinstance(output, MadeFile):
                    reply = next(ids)
        except StopAsyncIteration:
            return made
        finally:
            close: Any = getattr(engine, "aclose", None)
            if close:
                await close()

    return asyncio.run(work())


def told(outputs: Iterable[Output]) -> list[Any]:
    """Return outputs in short: neighbouring pieces of texts and calls as one."""
    short: list[Any] = []
    for output in outputs:
        match output:
            case str() | Text(annotations=()):
                piece = output if isinstance(output, str) else output.value
                if short and isinstance(short[-1], str):
                    short[-1] += piece
                else:
                    short.append(piece)
            case RefusedText(value=value):
                short.append(("refused", value))
            case ToolCallDelta(id=id, name=name, arguments=arguments):
                known = [s for s in short if isinstance(s, list) and s[0] == id]
                if known:
                    known[0][2] += arguments
                else:
                    short.append([id, name, arguments])
            case ToolCall():
                raise AssertionError("these engines know the ids of calls")
            case Usage() | Incomplete():
                short.append(output)
            case _:
                short.append(output)
    return short


def read_all(reader: Any, events: Iterable[Event], *, end: bool = True) -> list[Any]:
    """Return what a reader makes of some events, in short."""
    made: list[Output] = []
    feed: Callable[[Event], list[Output]] = reader.feed
    for each in events:
        made += feed(each)
    return told([*made, *(reader.end() if end else ())])
