"""The process that measures the facade: run by an interpreter that has openai.

It reads from its input what to do, as JSON, and prints what it found, as JSON.
"""

from __future__ import annotations

import cProfile
import gc
import json
import pstats
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts._bench_facade_calls import Samples, contestants

if TYPE_CHECKING:
    from scripts._bench_facade_calls import Call

# Of one turn, so that the clock's own steps and the switch from one to another don't
# matter.
_TURN_SECONDS = 0.012
_PROFILE_SECONDS = 0.5
_PROFILE_LINES = 12
_SERVER = Path(__file__).with_name("_bench_facade_server.py")
_ROOT = f"{_SERVER.parent.parent}/"


def main() -> None:
    """Do what the input says."""
    asked = json.loads(sys.stdin.read())
    samples = Samples(**asked["samples"])
    if "profile" in asked:
        with contestants(samples, None) as calls:
            found: Any = {row: profile(calls[row]["ours"]) for row in asked["profile"]}
    else:
        # By what is to be said of the way that requests took.
        found = {"": _measure(samples, None, asked["rounds"])}
        with _server(samples) as port:
            found[", TCP"] = _measure(samples, port, asked["rounds"])
    print(json.dumps(found))


def _measure(
    samples: Samples, port: int | None, rounds: int
) -> dict[str, dict[str, list[float]]]:
    with contestants(samples, port) as calls:
        return {row: take_turns(by_name, rounds) for row, by_name in calls.items()}


def take_turns(calls: dict[str, Call], rounds: int) -> dict[str, list[float]]:
    """Time calls one after the other; give milliseconds for a single one."""
    counts = {name: _how_many(call, _TURN_SECONDS) for name, call in calls.items()}
    series: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for number in range(rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            gc.collect()
            taken = _time(calls[name], counts[name])
            series[name].append(1000 * taken / counts[name])
    return series


def _how_many(call: Call, seconds: float) -> int:
    """Find how many calls take so long; that warms up as well."""
    count = 1
    # Twenty doublings are more than anything here needs.
    for _ in range(20):
        taken = _time(call, count)
        if taken >= seconds / 2:
            break
        count *= 2
    return max(1, round(count * seconds / _time(call, count)))


def _time(call: Call, count: int) -> float:
    started = time.perf_counter()
    for _ in range(count):
        call()
    return time.perf_counter() - started


def profile(call: Call) -> list[str]:
    """Give the lines of a profile, those first where most time goes."""
    count = _how_many(call, _PROFILE_SECONDS)
    profiler = cProfile.Profile()
    profiler.enable()
    _time(call, count)
    profiler.disable()
    stats: Any = pstats.Stats(profiler)
    found = sorted(stats.stats.items(), key=lambda each: -each[1][2])
    lines = [f"{'own us':>8} {'all us':>8} {'calls':>7}  of one call, where"]
    for (path, line, name), (_, calls, own, whole, _) in found[:_PROFILE_LINES]:
        where = name if path == "~" else f"{_short(path)}:{line} {name}"
        numbers = f"{1e6 * own / count:8.1f} {1e6 * whole / count:8.1f}"
        lines.append(f"{numbers} {calls / count:7.1f}  {where}")
    return lines


def _short(path: str) -> str:
    _, _, installed = path.partition("site-packages/")
    standard = path.rpartition(f"python3.{sys.version_info.minor}/")[2]
    return installed or (path.removeprefix(_ROOT) if _ROOT in path else standard)


@contextmanager
def _server(samples: Samples) -> Iterator[int]:
    """Give the port of a server in a process of its own."""
    answers = json.dumps({"page": samples.page, "run": samples.run})
    with subprocess.Popen(
        (sys.executable, "-I", str(_SERVER)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{answers}\n")
            process.stdin.flush()
            yield int(process.stdout.readline())
        finally:
            # It ends with its input; should it not, it is ended.
            process.stdin.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
