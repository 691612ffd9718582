"""Streams: the time of an event, and the memory of a long stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from httpx_sse import connect_sse

from bench.contestants import ADDRESS, LIBRARIES, http_client, runs_of
from bench.rows import BenchError, Goal, Row
from bench.samples import DELTA, events, frame, text_of
from bench.turns import Call, fresh, peak, profile, take_turns

# So many events a model's longer response has.
_SIZE = 1000
_CHUNK = 65536
_SETTLED = 10_000
_THREAD, _ASSISTANT = "thread_a8Wb3kTq0pLz", "asst_Jf2uQh9sPe4K"
_HEADERS = {"content-type": "text/event-stream", "x-request-id": "req_2f9c"}
_ROWS = {
    "plain": "plain event",
    "texts": "plain event's text",
    "accumulated": "accumulated event",
}
_FIFTEENTH = Goal(0.067)
_GOALS = {
    ("plain", "openai"): _FIFTEENTH,
    ("plain", "bare"): Goal(1.0),
    ("texts", "openai"): _FIFTEENTH,
    ("texts", "bare"): Goal(1.0),
    ("accumulated", "openai"): _FIFTEENTH,
}
# What the allocator rounds up to, and nothing that grows with events.
_FLAT = Goal(1_000_000, of="median")

Events = list[tuple[str, str]]
Serve = Callable[[], Iterator[bytes]]


def measure(rounds: int) -> list[Row]:
    """Measure the time of an event, plain and accumulated."""
    sample = events(_SIZE)
    return [
        Row(
            f"{_ROWS[row]}{way}",
            by_name["ours"],
            by_name[name],
            name,
            _GOALS[row, name],
            profile=partial(_profile, sample, chunk, row),
        )
        for way, chunk in (("", 0), (", 64 KiB chunks", _CHUNK))
        for row, by_name in fresh(_series, sample, chunk, rounds).items()
        for name in by_name
        if name != "ours"
    ]


def memory(rounds: int, count: int) -> list[Row]:
    """Measure by how much memory grows from event 10,000 to the last of `count`."""
    sample = events(100)
    rows = []
    for way in ("plain", "accumulated"):
        found = [fresh(_growth, sample, way, count) for _ in range(rounds)]
        grown = [float(max(1, growth)) for growth, _ in found]
        # What is accumulated has to be kept: it is compared with the text itself.
        text = [float(size) for _, size in found] if way == "accumulated" else []
        goal, against = (None, "text") if text else (_FLAT, "")
        what = f"memory grown in {count:,} events, {way}"
        rows.append(Row(what, grown, text, against, goal, unit="byte"))
    return rows


def _series(
    sample: Events, chunk: int, rounds: int
) -> dict[str, dict[str, list[float]]]:
    with _calls(sample, chunk) as calls:
        return {
            row: {
                name: [seconds / len(sample) for seconds in series]
                for name, series in take_turns(by_name, rounds).items()
            }
            for row, by_name in calls.items()
        }


def _profile(sample: Events, chunk: int, row: str) -> list[str]:
    with _calls(sample, chunk) as calls:
        return profile(calls[row]["ours"])


@contextmanager
def _calls(sample: Events, chunk: int) -> Iterator[dict[str, dict[str, Call]]]:
    """Yield for each way to read a stream the calls of each contestant, by name.

    Args:
        sample: the events of the stream.
        chunk: how many bytes come at once; 0: an event each.
    """
    pieces = [frame(*event) for event in sample]
    if chunk:
        joined = b"".join(pieces)
        pieces = [joined[at : at + chunk] for at in range(0, len(joined), chunk)]
    text = "".join(text_of(data) for name, data in sample if name == DELTA)
    # All but the one that says that no more come.
    count = sum(name != "done" for name, _ in sample)
    with ExitStack() as stack:
        calls: dict[str, dict[str, Call]] = {}
        for who in LIBRARIES:
            http = _http(who, lambda: iter(pieces), stack)
            if who == "bare":
                found = _bare(http)
            else:
                found = _by_runs(runs_of(who, ADDRESS, http, stack))
            for row, call in found.items():
                calls.setdefault(row, {})[who] = call
                if call() != (count if row == "plain" else text):
                    raise BenchError(f"{row}: {who} reads something else")
        yield calls


def _http(who: str, serve: Serve, stack: ExitStack) -> Any:
    def respond(response: Callable[..., Any], _: Any) -> Any:
        return response(200, headers=_HEADERS, content=serve())

    return http_client(LIBRARIES[who], respond, stack)


def _plain(runs: Any) -> Iterator[Any]:
    found: Iterator[Any] = runs.create(_THREAD, assistant_id=_ASSISTANT, stream=True)
    return found


def _accumulated(runs: Any) -> Any:
    return runs.stream(thread_id=_THREAD, assistant_id=_ASSISTANT)


def _by_runs(runs: Any) -> dict[str, Call]:
    def count() -> int:
        return sum(1 for _ in _plain(runs))

    def read() -> str:
        return "".join(
            event.data.delta.content[0].text.value
            for event in _plain(runs)
            if event.event == DELTA
        )

    def accumulate() -> Any:
        with _accumulated(runs) as stream:
            stream.until_done()
            return stream.get_final_messages()[0].content[0].text.value

    return {"plain": count, "texts": read, "accumulated": accumulate}


def _bare(http: Any) -> dict[str, Call]:
    url = f"{ADDRESS}/threads/{_THREAD}/runs"
    body = {"assistant_id": _ASSISTANT, "stream": True}

    def decoded() -> Iterator[tuple[str, Any]]:
        with connect_sse(http, "POST", url, json=body) as source:
            for event in source.iter_sse():
                if event.event == "done":
                    break
                yield event.event, json.loads(event.data)

    def count() -> int:
        return sum(1 for _ in decoded())

    def read() -> str:
        return "".join(
            data["delta"]["content"][0]["text"]["value"]
            for name, data in decoded()
            if name == DELTA
        )

    return {"plain": count, "texts": read}


def _growth(sample: Events, way: str, count: int) -> tuple[int, int]:
    """Let so many deltas pass; return the growth of memory and the size of the text."""
    names = [name for name, _ in sample]
    first, last = names.index(DELTA), len(names) - names[::-1].index(DELTA)
    delta, text = frame(*sample[first]), text_of(sample[first][1])

    def serve() -> Iterator[bytes]:
        yield from (frame(*event) for event in sample[:first])
        for _ in range(count):
            yield delta
        # What repeats the text would be as large as the text: it is left out.
        rest = (event for event in sample[last:] if "message" not in event[0])
        yield from (frame(*event) for event in rest)

    with ExitStack() as stack:
        runs = runs_of("ours", ADDRESS, _http("ours", serve, stack), stack)
        is_plain = way == "plain"
        stream: Any = (
            _plain(runs) if is_plain else stack.enter_context(_accumulated(runs))
        )
        before, number = 0, 0
        for number, _ in enumerate(stream, 1):
            if number == _SETTLED:
                before = peak()
        grown = peak() - before
        if number < count:
            raise BenchError(f"{way}: only {number} events came")
        if not is_plain:
            message = stream.get_final_messages()[0]
            if len(message.content[0].text.value) != count * len(text):
                raise BenchError("accumulated: the text isn't complete")
    return grown, count * len(text.encode())
