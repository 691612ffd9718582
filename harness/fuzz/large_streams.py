"""Streams that are no lie but large, in every way in which a stream can be large."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx

from assistants_client import AssistantsError
from harness.fuzz.bench import Body

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.fuzz.bench import Bench

_RUN: Final = {"id": "run_1", "object": "thread.run", "status": "completed"}
_LISTENED: Final = (
    *("on_event", "on_text_created", "on_text_done", "on_tool_call_created"),
    *("on_tool_call_done", "on_message_done", "on_run_step_done"),
)


def _event(name: str, data: Any) -> bytes:
    text = json.dumps(data, separators=(",", ":"))
    return f"event: {name}\ndata: {text}\n\n".encode()


def _delta(key: str, index: int, value: str = "x") -> bytes:
    part = {"index": index, "type": "text", "text": {"value": value}}
    delta = {"content": [part]}
    return _event("thread.message.delta", {"id": key, "delta": delta})


def _call_delta(index: int) -> bytes:
    call = {"index": index, "type": "function", "function": {"arguments": "x"}}
    details = {"type": "tool_calls", "tool_calls": [call]}
    return _event(
        "thread.run.step.delta", {"id": "s", "delta": {"step_details": details}}
    )


def _step(index: int) -> bytes:
    return _event("thread.run.step.created", {"id": f"s{index}", "step_details": {}})


def _message(number: int, part: Any) -> list[bytes]:
    data = {"id": "m", "status": "completed", "content": [part] * number}
    return [_event("thread.message.completed", data)]


def _calls(number: int) -> list[bytes]:
    calls = [{"type": "function", "function": {}}] * number
    details = {"type": "tool_calls", "tool_calls": calls}
    return [_event("thread.run.step.completed", {"id": "s", "step_details": details})]


def _deltas_at_once(number: int) -> list[bytes]:
    parts = [
        {"index": i, "type": "text", "text": {"value": "x"}} for i in range(number)
    ]
    return [_event("thread.message.delta", {"id": "m", "delta": {"content": parts}})]


def _bytewise(content: bytes) -> list[bytes]:
    return [content[at : at + 1] for at in range(len(content))]


HEAVY: Final[dict[str, Callable[[int], list[bytes]]]] = {
    "one text in pieces": lambda n: [_delta("m", 0)] * n,
    "a part in each piece": lambda n: [_delta("m", i) for i in range(n)],
    "parts from the last to the first": lambda n: [_delta("m", -i) for i in range(n)],
    "a message in each piece": lambda n: [_delta(f"m{i}", 0) for i in range(n)],
    "all parts at once": _deltas_at_once,
    "a message of numbers": lambda n: _message(n, 0),
    "a message of texts": lambda n: _message(n, {"type": "text", "text": {}}),
    "a call in each piece": lambda n: [_call_delta(i) for i in range(n)],
    "a step of calls": _calls,
    "steps, and runs": lambda n: (
        [_step(i) for i in range(n // 2)] + [_event("thread.run.completed", _RUN)] * n
    ),
    "a byte at a time": lambda n: _bytewise(_delta("m", 0, "x" * n)),
    "an event without an end": lambda n: [b"data: ", *[b"x" * 50] * n],
    "an event of lines": lambda n: [b"data\n"] * n + [b"\n"],
    "lines that mean nothing": lambda n: [b":\r", b"x\n", b"\r"] * n,
    "events that mean nothing": lambda n: [b"event: x\ndata: 0\n\n"] * n,
    "a large event": lambda n: [_event("x", "y" * n * 10)],
    "bytes that are no text": lambda n: [b"data: ", b"\xff\xfe\x80" * n, b"\n\n"],
}


def followed(bench: Bench, pieces: list[bytes]) -> int:
    """Follow a stream with callbacks; return how many were called."""
    heard = 0

    def listen(*_: Any) -> None:
        nonlocal heard
        heard += 1

    kind = {"content-type": "text/event-stream"}
    bench.answer = lambda _: httpx.Response(200, headers=kind, stream=Body(pieces))
    client = bench.client(asynchronous=False)
    try:
        with client.threads.runs.stream(
            thread_id="thread_1",
            assistant_id="asst_1",
            **dict.fromkeys(_LISTENED, listen),
        ) as stream:
            stream.until_done()
    except AssistantsError:
        return heard
    return heard
