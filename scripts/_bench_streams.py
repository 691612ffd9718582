"""Streams beside the openai package and bare httpx-sse: speed, and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts._bench_samples import events
from scripts._bench_stats import Goal, Row

if TYPE_CHECKING:
    from scripts._bench_facade import Profiles
    from scripts._bench_facade_env import Environment

_WORKER = "_bench_streams_worker"
# So many events a model's longer answer has.
_SIZE = 1000
_ROWS = {
    "plain": "plain event",
    "texts": "plain event, its text read",
    "accumulated": "accumulated event",
}
_EIGHTH = Goal(0.125)
_GOALS = {
    ("plain", "openai"): _EIGHTH,
    ("plain", "bare"): Goal(1.5),
    ("texts", "openai"): _EIGHTH,
    ("texts", "bare"): Goal(1.5),
    ("accumulated", "openai"): _EIGHTH,
}
# Megabytes: what the allocator rounds up to, and nothing that grows with events.
_FLAT = Goal(1, of="median")


def streaming(where: Environment, rounds: int) -> tuple[list[Row], Profiles]:
    """Measure microseconds for an event, plain and accumulated.

    Args:
        where: what runs it.
        rounds: how many turns each takes.
    """
    sample = events(_SIZE)
    found = where.work(_WORKER, {"events": sample, "rounds": rounds})
    # Each with the way in which the bytes are cut, and the name of what is read.
    rows = [
        (
            (way, row),
            Row(
                f"{_ROWS[row]}{way}, us",
                by_name["ours"],
                by_name[name],
                name,
                _GOALS[row, name],
            ),
        )
        for way, series in found.items()
        for row, by_name in series.items()
        for name in by_name
        if name != "ours"
    ]
    missed: dict[str, list[str]] = {}
    for (way, name), row in rows:
        if not row.is_met() and name not in missed.setdefault(way, []):
            missed[way].append(name)
    profiles: Profiles = {}
    if missed:
        lines = where.work(_WORKER, {"events": sample, "profile": missed})
        profiles = {
            f"a stream of {_SIZE} events, {_ROWS[name]}{way}": lines[way][name]
            for way, names in missed.items()
            for name in names
        }
    return [row for _, row in rows], profiles


def remembering(where: Environment, rounds: int, count: int) -> list[Row]:
    """Measure by how many MB memory grows from event 10,000 to the last one.

    Args:
        where: what runs it, each time in a process of its own.
        rounds: how many times.
        count: how many deltas the stream has.
    """
    sample = events()
    rows = []
    for way in ("plain", "accumulated"):
        asked: dict[str, Any] = {"events": sample, "memory": way, "count": count}
        found = [where.work(_WORKER, asked) for _ in range(rounds)]
        grown = [each["grown"] for each in found]
        text = [each["text"] for each in found] if way == "accumulated" else []
        goal = None if text else _FLAT
        what = f"memory grown in {count:,} events, {way}, MB"
        rows.append(Row(what, grown, text, "text" if text else "", goal))
    return rows
