"""The facade beside the openai package and bare httpx: its beginning, and its calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scripts._bench_facade_env import Environment
from scripts._bench_import import in_fresh_interpreters
from scripts._bench_samples import page_of_runs
from scripts._bench_stats import Goal, Row

if TYPE_CHECKING:
    from collections.abc import Callable

_SET_UP = "base_url='http://127.0.0.1:9/v1', api_key='sk-none'"
_OURS = f"from assistants_client import Client; Client({_SET_UP}).threads.runs"
_BEGINNINGS = {
    "ours": _OURS,
    "openai": f"import openai; openai.OpenAI({_SET_UP}).beta.threads.runs",
    "httpx": "import httpx",
}
_FIRST = "first resource"
_FIRST_GOALS = {
    ("ms", "openai"): Goal(0.125),
    ("ms", "httpx"): Goal(1.6),
    ("MB", "openai"): None,
    ("MB", "httpx"): Goal(1.4),
}

_ROWS = {
    "page": "100 runs",
    "retrieve": "retrieve",
    "create": "create",
}
_A_THIRD = 0.333
_GOALS = {
    ("page", "openai"): Goal(0.1),
    ("page", "bare"): Goal(1.4),
    ("retrieve", "openai"): Goal(_A_THIRD),
    ("retrieve", "bare"): Goal(1.5),
    ("create", "openai"): Goal(_A_THIRD),
    ("create", "bare"): Goal(1.5),
}

_WORKER = "_bench_facade_worker"
_IMPORT_TIMES = "import sys; sys.path[:0] = sys.argv[2:]; exec(sys.argv[1])"
_SLOWEST = 12

# For each thing that missed its goal: where its time goes, line by line.
Profiles = dict[str, list[str]]


def beginning(where: Environment, rounds: int) -> tuple[list[Row], Profiles]:
    """Measure time and memory until the first resource is usable.

    Args:
        where: what runs it.
        rounds: how many turns each takes.
    """
    found = in_fresh_interpreters(_BEGINNINGS, where.paths, rounds, run=where.run)
    rows = [
        Row(f"{_FIRST}, {unit}", found["ours"][unit], found[name][unit], name, goal)
        for (unit, name), goal in _FIRST_GOALS.items()
    ]
    return rows, _of_missed(rows, lambda _: {_FIRST: _slowest_imports(where)})


def calls(where: Environment, rounds: int) -> tuple[list[Row], Profiles]:
    """Measure calls: a page, one run retrieved, and one created.

    Args:
        where: what runs it.
        rounds: how many turns each takes.
    """
    samples = _samples()
    found = where.work(_WORKER, {"samples": samples, "rounds": rounds})
    rows = [
        Row(
            f"{what}{way}, ms",
            series[row]["ours"],
            series[row][name],
            name,
            # What a socket costs nobody here could change.
            _GOALS[row, name] if not way else None,
        )
        for way, series in found.items()
        for row, what in _ROWS.items()
        for name in ("openai", "bare")
    ]

    def profiles(missed: list[Row]) -> Profiles:
        names = [
            row
            for row, what in _ROWS.items()
            if any(each.what.startswith(what) for each in missed)
        ]
        lines: Profiles = where.work(_WORKER, {"samples": samples, "profile": names})
        return {_ROWS[row]: lines[row] for row in names}

    return rows, _of_missed(rows, profiles)


def _of_missed(rows: list[Row], profiles: Callable[[list[Row]], Profiles]) -> Profiles:
    missed = [row for row in rows if not row.is_met()]
    return profiles(missed) if missed else {}


def _samples() -> dict[str, Any]:
    page = page_of_runs()
    run = page["data"][0]
    body = {
        "assistant_id": run["assistant_id"],
        "additional_instructions": "The customer is in a hurry.",
        "additional_messages": [
            {"role": "user", "content": "Where is my order A-17?"},
            {"role": "assistant", "content": "Let me see."},
        ],
        "truncation_strategy": {"type": "last_messages", "last_messages": 10},
        "max_prompt_tokens": 20_000,
        "max_completion_tokens": 1_000,
    }
    for name in (
        *("model", "instructions", "tools", "metadata", "temperature", "top_p"),
        *("tool_choice", "parallel_tool_calls", "response_format"),
    ):
        body[name] = run[name]
    return {"page": json.dumps(page), "run": json.dumps(run), "body": body}


def _slowest_imports(where: Environment) -> list[str]:
    ours, bare = (_import_times(where, _BEGINNINGS[name]) for name in ("ours", "httpx"))
    slowest = sorted(ours.items(), key=lambda each: -each[1])[:_SLOWEST]
    lines = [f"{'own ms':>8}  module"]
    for name, microseconds in slowest:
        also = "  (httpx needs it, too)" if name in bare else ""
        lines.append(f"{microseconds / 1000:8.2f}  {name}{also}")
    rest = sum(time for name, time in ours.items() if name not in bare)
    lines.append(f"{rest / 1000:8.2f}  in all that httpx doesn't need")
    return lines


def _import_times(where: Environment, statement: str) -> dict[str, int]:
    """Give the microseconds of each module, without those that it imports."""
    command = ("-X", "importtime", "-c", _IMPORT_TIMES, statement, *where.paths)
    times = {}
    for line in where.errors(*command).splitlines():
        own, _, rest = line.removeprefix("import time:").partition("|")
        # The first line is the heading.
        if own.strip().isdecimal():
            times[rest.rpartition("|")[2].strip()] = int(own)
    return times
