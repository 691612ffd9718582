"""What importing costs, in fresh interpreters: time and peak memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scripts._bench_process import OURS, STOCK, run
from scripts._bench_stats import Row

if TYPE_CHECKING:
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
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in _STATEMENTS}
    for number in range(rounds + 1):
        for name, statement in _STATEMENTS.items():
            answer = json.loads(run("-c", _MEASURE, statement, *map(str, folders)))
            # The very first round compiles.
            if number:
                found[name].append(answer)

    def series(name: str, unit: str) -> list[float]:
        return [float(answer[unit]) for answer in found[name]]

    return [
        Row(f"import {what}, {unit}", series(ours, unit), series(other, unit), other)
        for unit in ("ms", "MB")
        for what, ours, other in (
            ("list_runs", "ours", "httpx"),
            ("list_runs", "ours", "stock"),
            ("with Client", "ours with client", "stock"),
        )
    ]
