"""Reading and writing with our models and with stock ones, in one process, in turns."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from scripts._bench_process import OURS, STOCK, BenchError
from scripts._bench_samples import events, page_of_runs
from scripts._bench_stats import Goal, Row

if TYPE_CHECKING:
    from pathlib import Path

# So many at a time, that the clock's own steps don't matter.
_AT_ONCE = 8
_PAGE_GOAL = Goal(0.2)


def reading(folders: list[Path], rounds: int) -> list[Row]:
    """Measure a page of 100 runs, read and written, and 100 events of a stream.

    Args:
        folders: where the two packages are.
        rounds: how many turns each takes.
    """
    sys.path[:0] = map(str, folders)
    ours = import_module(f"{OURS}.models").ListRunsResponse
    stock = import_module(f"{STOCK}.models").ListRunsResponse
    parse_event = import_module(f"{OURS}.api.runs.create_run").parse_event
    page, stream = page_of_runs(), events()
    text = json.dumps(page)
    _see_that_it_fits(page, stream, parse_event)
    read = ours.from_dict(page), stock.from_dict(page)
    if read[0].to_dict() != page:
        raise BenchError("our models don't give the page back as it was")

    def parse() -> None:
        for event, data in stream:
            parse_event(event, data)

    def only_decode() -> None:
        # The last one, [DONE], is no JSON.
        for _, data in stream[:-1]:
            json.loads(data)

    return [
        Row(
            "100 runs: from_dict, ms",
            *_take_turns(
                lambda: ours.from_dict(page), lambda: stock.from_dict(page), rounds
            ),
            "stock",
            _PAGE_GOAL,
        ),
        Row(
            "100 runs: to_dict, ms",
            *_take_turns(read[0].to_dict, read[1].to_dict, rounds),
            "stock",
        ),
        Row(
            "100 runs: loads too, ms",
            *_take_turns(
                lambda: ours.from_dict(json.loads(text)),
                lambda: json.loads(text),
                rounds,
            ),
            "loads",
        ),
        Row(
            "100 events: parse_event, ms",
            *_take_turns(parse, only_decode, rounds),
            "loads",
        ),
    ]


def _see_that_it_fits(
    page: dict[str, Any],
    stream: list[tuple[str, str]],
    parse_event: Callable[[str, str], Any],
) -> None:
    check = import_module(f"{OURS}.checking").check
    found = check(page, "ListRunsResponse")
    for event, data in stream:
        found += check(parse_event(event, data), "AssistantStreamEvent")
    if found:
        raise BenchError(f"the samples aren't what the document says: {found[:3]}")


def _take_turns(
    first: Callable[[], object], second: Callable[[], object], rounds: int
) -> tuple[list[float], list[float]]:
    """Time two functions one after the other; give milliseconds for a single call."""
    series: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        both = [(first, series[0]), (second, series[1])]
        # Neither always follows the other.
        for function, taken in both if number % 2 else reversed(both):
            gc.collect()
            started = time.perf_counter()
            for _ in range(_AT_ONCE):
                function()
            seconds = time.perf_counter() - started
            # The very first round warms up.
            if number:
                taken.append(1000 * seconds / _AT_ONCE)
    return series
