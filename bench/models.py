"""Reading and writing with our models and with stock ones."""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.generator import OURS, STOCK, folder_of
from bench.rows import BenchError, Goal, Row
from bench.samples import events, page_of_runs
from bench.turns import fresh, take_turns


def measure(scratch: Path, rounds: int) -> list[Row]:
    """Measure a page of 100 runs, read and written, and 100 events of a stream."""
    goals = {"100 runs: from_dict": Goal(0.2)}
    found = fresh(_series, scratch, page_of_runs(), events(100), rounds)
    rows = []
    for what, (ours, other) in found.items():
        against = "stock" if what.endswith("_dict") else "loads"
        rows.append(Row(what, ours, other, against, goals.get(what)))
    mine, theirs = fresh(_sizes, scratch, page_of_runs())
    goal = Goal(3072, of="median")
    size = Row("a run that was read", [mine], [theirs], "stock", goal, unit="byte")
    return [*rows, size]


def _sizes(scratch: Path, page: dict[str, Any]) -> tuple[float, float]:
    """Return how many bytes a run takes, with what it was read from gone."""
    sys.path[:0] = [str(folder_of(scratch, package)) for package in (OURS, STOCK)]
    texts = [json.dumps(each) for each in page["data"]]
    found = []
    for package in (OURS, STOCK):
        read = import_module(f"{package}.models").RunObject.from_dict
        # What is imported late is imported now.
        kept = [read(json.loads(text)) for text in texts]
        kept.clear()
        tracemalloc.start()
        kept += [read(json.loads(text)) for text in texts]
        found.append(tracemalloc.get_traced_memory()[0] / len(texts))
        tracemalloc.stop()
    return found[0], found[1]


def _series(
    scratch: Path, page: dict[str, Any], stream: list[tuple[str, str]], rounds: int
) -> dict[str, tuple[list[float], ...]]:
    sys.path[:0] = [str(folder_of(scratch, package)) for package in (OURS, STOCK)]
    ours = import_module(f"{OURS}.models").ListRunsResponse
    stock = import_module(f"{STOCK}.models").ListRunsResponse
    parse_event = import_module(f"{OURS}.api.runs.create_run").parse_event
    text = json.dumps(page)
    _check(page, stream, parse_event)
    read = ours.from_dict(page), stock.from_dict(page)
    if read[0].to_dict() != page:
        raise BenchError("our models don't write the page as it was")

    def parse() -> None:
        for event, data in stream:
            parse_event(event, data)

    def only_decode() -> None:
        # The last one, [DONE], is no JSON.
        for _, data in stream[:-1]:
            json.loads(data)

    return {
        what: tuple(take_turns(calls, rounds).values())
        for what, calls in {
            "100 runs: from_dict": {
                "ours": lambda: ours.from_dict(page),
                "other": lambda: stock.from_dict(page),
            },
            "100 runs: to_dict": {"ours": read[0].to_dict, "other": read[1].to_dict},
            "100 runs: loads too": {
                "ours": lambda: ours.from_dict(json.loads(text)),
                "other": lambda: json.loads(text),
            },
            "100 events: parse_event": {"ours": parse, "other": only_decode},
        }.items()
    }


def _check(
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
