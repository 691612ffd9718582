"""The process that measures streams: run by an interpreter that has openai.

It reads from its input what to do, as JSON, and prints what it found, as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from scripts._bench_facade_worker import profile, take_turns
from scripts._bench_streams_calls import (
    accumulated,
    contestants,
    in_process,
    our_runs,
    plain,
)

_CHUNK = 65536
_SETTLED = 10_000
_DELTA = "thread.message.delta"
_STATUS = Path("/proc/self/status")


def main() -> None:
    """Do what the input says."""
    asked = json.loads(sys.stdin.read())
    events = [(name, data) for name, data in asked["events"]]
    if "memory" in asked:
        found: Any = _memory(events, asked["memory"], asked["count"])
    else:
        found = _speed(events, asked)
    print(json.dumps(found))


def peak() -> int:
    """Give the most bytes of memory that this process had so far.

    What getrusage gives begins with the memory of the process that started this one,
    so Linux is asked otherwise.
    """
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(each.split()[1]) for each in lines if each[:5] == "VmHWM") * 1024


def _speed(events: list[tuple[str, str]], asked: dict[str, Any]) -> Any:
    """Give microseconds for an event, or profiles where those are asked for."""
    frames = [_frame(*event) for event in events]
    whole = b"".join(frames)
    blocks = [whole[at : at + _CHUNK] for at in range(0, len(whole), _CHUNK)]
    text = "".join(_said(data) for name, data in events if name == _DELTA)
    found: dict[str, Any] = {}
    for way, chunks in (("", frames), (", 64 KiB chunks", blocks)):
        with contestants(_server(chunks), text) as calls:
            if "profile" in asked:
                missed = asked["profile"].get(way, ())
                found[way] = {row: profile(calls[row]["ours"]) for row in missed}
                continue
            found[way] = {
                row: _each(take_turns(by_name, asked["rounds"]), len(events))
                for row, by_name in calls.items()
            }
    return found


def _server(chunks: list[bytes]) -> Callable[[], Iterator[bytes]]:
    return lambda: iter(chunks)


def _each(series: dict[str, list[float]], count: int) -> dict[str, list[float]]:
    """Turn milliseconds for a stream into microseconds for an event."""
    return {name: [1000 * ms / count for ms in all_] for name, all_ in series.items()}


def _frame(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()


def _said(data: str) -> str:
    value: str = json.loads(data)["delta"]["content"][0]["text"]["value"]
    return value


def _memory(events: list[tuple[str, str]], way: str, count: int) -> dict[str, float]:
    """Let so many deltas pass; give by how many MB the peak of memory grew."""
    names = [name for name, _ in events]
    first = names.index(_DELTA)
    last = len(names) - names[::-1].index(_DELTA)
    delta = _frame(*events[first])

    def serve() -> Iterator[bytes]:
        yield from (_frame(*event) for event in events[:first])
        for _ in range(count):
            yield delta
        # What says the whole text would be as large as the text: it is left out.
        run_ends = (each for each in events[last:] if "message" not in each[0])
        yield from (_frame(*event) for event in run_ends)

    with ExitStack() as stack:
        runs = our_runs(stack.enter_context(in_process("httpx", serve)), stack)
        if way == "plain":
            stream: Any = plain(runs)
        else:
            stream = stack.enter_context(accumulated(runs))
        before, number = 0, 0
        for number, _ in enumerate(stream, 1):
            if number == _SETTLED:
                before = peak()
        grown = (peak() - before) / 1e6
        if number < count:
            raise RuntimeError(f"{way}: only {number} events came")
        text = _said(events[first][1])
        if way == "accumulated":
            message = stream.get_final_messages()[0]
            if len(message.content[0].text.value) != count * len(text):
                raise RuntimeError("accumulated: the text isn't whole")
    return {"grown": grown, "text": count * len(text.encode()) / 1e6}
