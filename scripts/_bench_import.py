"""What importing costs, in fresh interpreters: time and peak memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scripts._bench_process import OURS, STOCK, run
from scripts._bench_stats import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_ENDPOINT = "api.runs.list_runs"
_STATEMENTS = {
    "httpx": "import httpx",
    "ours": f"import {OURS}.{_ENDPOINT}",
    "ours with client": f"import {OURS}.{_ENDPOINT}; from {OURS} import Client",
    "stock": f"import {STOCK}.{_ENDPOINT}; from {STOCK} import Client",
}

# The peak of the process itself where Linux tells it: what getrusage gives begins with
# the memory of the process that started this one.
_MEASURE = """
import sys, time
sys.path[:0] = sys.argv[2:]
started = time.perf_counter()
exec(sys.argv[1])
seconds = time.perf_counter() - started
import json, resource
try:
    with open("/proc/self/status") as file:
        peak = next(int(l.split()[1]) for l in file if l.startswith("VmHWM")) * 1024
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"ms": 1000 * seconds, "MB": peak / 1e6}))
"""


def importing(folders: list[Path], rounds: int) -> list[Row]:
    """Measure one endpoint module: ours, the stock one, and httpx alone.

    Args:
        folders: where the two packages are.
        rounds: how many turns each takes.
    """
    found = in_fresh_interpreters(_STATEMENTS, map(str, folders), rounds)
    return [
        Row(f"import {what}, {unit}", found[ours][unit], found[other][unit], other)
        for unit in ("ms", "MB")
        for what, ours, other in (
            ("list_runs", "ours", "httpx"),
            ("list_runs", "ours", "stock"),
            ("with Client", "ours with client", "stock"),
        )
    ]


def in_fresh_interpreters(
    statements: dict[str, str],
    paths: Iterable[str],
    rounds: int,
    *,
    run: Callable[..., str] = run,
) -> dict[str, dict[str, list[float]]]:
    """Measure statements, each in interpreters of its own, one after the other.

    Args:
        statements: what to measure, by name.
        paths: what comes first in the path of modules.
        rounds: how many turns each takes.
        run: runs Python, and gives what it prints.

    Returns:
        By name, milliseconds as "ms" and the peak of memory as "MB".
    """
    given, names = [*paths], [*statements]
    found: dict[str, dict[str, list[float]]] = {
        name: {"ms": [], "MB": []} for name in names
    }
    for number in range(rounds + 1):
        start = number % len(names)
        # Nobody always follows the same one after the same break.
        for name in names[start:] + names[:start]:
            answer = json.loads(run("-c", _MEASURE, statements[name], *given))
            # The very first round compiles.
            if number:
                for unit, series in found[name].items():
                    series.append(answer[unit])
    return found
