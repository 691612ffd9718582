"""Imports in fresh interpreters: their time, and the peak of memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from bench.calls import contents
from bench.canned import canned
from bench.generator import OURS, STOCK, folder_of, run
from bench.rows import Goal, Row
from bench.samples import page_of_runs
from bench.turns import rotated

_ENDPOINT = "api.runs.list_runs"
_PACKAGES = {
    "httpx": "import httpx",
    "ours": f"import {OURS}.{_ENDPOINT}",
    "ours with client": f"import {OURS}.{_ENDPOINT}; from {OURS} import Client",
    "stock": f"import {STOCK}.{_ENDPOINT}; from {STOCK} import Client",
}
_SETTINGS = "base_url='http://127.0.0.1:9/v1', api_key='sk-none'"
_CLIENTS = {
    "ours": f"from assistants_client import Client; Client({_SETTINGS}).threads.runs",
    "openai": f"import openai; openai.OpenAI({_SETTINGS}).beta.threads.runs",
    "httpx": "import httpx",
}
_FIRST = "first resource"
# Nothing of ours is imported before. The peak is asked of Linux, as what getrusage
# returns begins with the memory of the process that started this one.
_MEASURE = """
import sys, time
sys.path[:0] = sys.argv[2:]
# That of the processor, which others don't share: nothing is waited for.
started = time.process_time()
exec(sys.argv[1])
seconds = time.process_time() - started
import json, resource
try:
    with open("/proc/self/status") as file:
        peak = next(int(l.split()[1]) for l in file if l.startswith("VmHWM")) * 1024
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"second": seconds, "byte": peak}))
"""


def of_packages(scratch: Path, rounds: int) -> list[Row]:
    """Measure one endpoint module: ours, the stock one, and httpx alone."""
    paths = [str(folder_of(scratch, package)) for package in (OURS, STOCK)]
    found = _measure(_PACKAGES, paths, rounds)
    units: tuple[Literal["second", "byte"], ...] = ("second", "byte")
    return [
        _row(f"import {what}", unit, found[ours][unit], found[other][unit], other)
        for unit in units
        for what, ours, other in (
            ("list_runs", "ours", "httpx"),
            ("list_runs", "ours", "stock"),
            ("with Client", "ours with client", "stock"),
        )
    ]


def of_clients(rounds: int) -> list[Row]:
    """Measure time and memory until the first resource is usable."""
    found = _measure(_CLIENTS, [], rounds)
    goals: list[tuple[Literal["second", "byte"], str, Goal | None]] = [
        ("second", "openai", Goal(0.083)),
        ("second", "httpx", Goal(0.8)),
        ("byte", "openai", None),
        ("byte", "httpx", Goal(1.4)),
    ]
    return [
        _row(_FIRST, unit, found["ours"][unit], found[other][unit], other, goal)
        for unit, other, goal in goals
    ]


def of_first_answers(rounds: int) -> list[Row]:
    """Measure the time from nothing imported to the first answer, over loopback."""
    with canned(*contents(page_of_runs())) as port:
        url = f"http://127.0.0.1:{port}/v1"
        settings = f"base_url={url!r}, api_key='sk-none'"
        asked = "threads.runs.retrieve('run_1', thread_id='thread_1')"
        statements = {
            "ours": f"import assistants_client as a; a.Client({settings}).{asked}",
            "openai": f"import openai; openai.OpenAI({settings}).beta.{asked}",
            "httpx": (
                "import httpx, json; "
                f"json.loads(httpx.get('{url}/threads/thread_1/runs/run_1').content)"
            ),
        }
        found = _measure(statements, [], rounds)
    return [
        _row("first answer", "second", found["ours"]["second"], series, other, goal)
        for other, goal in (("openai", None), ("httpx", Goal(1.1)))
        for series in [found[other]["second"]]
    ]


def _row(
    what: str,
    unit: Literal["second", "byte"],
    ours: list[float],
    other: list[float],
    against: str,
    goal: Goal | None = None,
) -> Row:
    title = what + (", memory" if unit == "byte" else "")
    return Row(title, ours, other, against, goal, unit)


def _measure(
    statements: dict[str, str], paths: list[str], rounds: int
) -> dict[str, dict[str, list[float]]]:
    """Measure statements in turns; return the seconds and the peaks of bytes."""
    found: dict[str, dict[str, list[float]]] = {
        name: {"second": [], "byte": []} for name in statements
    }
    for number in range(rounds + 1):
        for name in rotated([*statements], number):
            taken = json.loads(run("-c", _MEASURE, statements[name], *paths))
            # The very first round compiles.
            if number:
                for unit, value in taken.items():
                    found[name][unit].append(value)
    return found
