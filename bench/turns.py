"""Timing in turns: what is compared is called alternately, each time often enough.

pyperf measures one benchmark after the other, so that a machine that slows down in
between decides a comparison. So turns are timed here, by timeit; values, medians and
files are pyperf's.
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from timeit import Timer
from typing import Any, ParamSpec, TypeAlias, TypeVar

Call: TypeAlias = Callable[[], Any]
Clock: TypeAlias = Callable[[], float]

# Of one turn, so that neither the clock's steps nor the switch to another matter.
_SECONDS = 0.012
_PROFILE_SECONDS = 0.5
_PROFILE_LINES = 12
_ROOT = f"{Path(__file__).resolve().parents[1]}/"
_STATUS = Path("/proc/self/status")

P = ParamSpec("P")
T = TypeVar("T")


def take_turns(
    calls: Mapping[str, Call], rounds: int, clock: Clock = time.process_time
) -> dict[str, list[float]]:
    """Time calls in turns; return the seconds of a single one for each round.

    Args:
        calls: what is compared.
        rounds: how often.
        clock: by which clock; that of the processor doesn't count what other processes
            take of it, but neither what is waited for.
    """
    timers = {name: Timer(call, gc.enable, clock) for name, call in calls.items()}
    loops = {name: loops_for(timer, _SECONDS) for name, timer in timers.items()}
    series: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds):
        for name in rotated([*calls], number):
            gc.collect()
            taken = timers[name].timeit(loops[name])
            series[name].append(taken / loops[name])
    return series


def rotated(names: list[str], number: int) -> list[str]:
    """Return names beginning with another one each round: none follows always one."""
    start = number % len(names)
    return names[start:] + names[:start]


def loops_for(timer: Timer, seconds: float) -> int:
    """Return how many calls take so long; finding out warms up as well."""
    count, taken = 1, timer.timeit(1)
    while taken < seconds / 2:
        count *= 2
        taken = timer.timeit(count)
    return max(1, round(count * seconds / taken))


def fresh(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function in an interpreter of its own, which holds nothing yet."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *args, **kwargs).result()


def peak() -> int:
    """Return the most bytes of memory that this process has had so far.

    Linux is asked for it, as what getrusage returns begins with the memory of the
    process that started this one.
    """
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(each.split()[1]) for each in lines if each[:5] == "VmHWM") * 1024


def profile(call: Call) -> list[str]:
    """Return the lines of a profile, those first where most time goes."""
    count = loops_for(Timer(call), _PROFILE_SECONDS)
    with cProfile.Profile() as profiler:
        for _ in range(count):
            call()
    stats: Any = pstats.Stats(profiler)
    found = sorted(stats.stats.items(), key=lambda each: -each[1][2])
    lines = [f"{'own us':>8} {'all us':>8} {'calls':>7}  of one call, where"]
    for (path, line, name), (_, calls, own, all_, _) in found[:_PROFILE_LINES]:
        where = name if path == "~" else f"{_short(path)}:{line} {name}"
        numbers = f"{1e6 * own / count:8.1f} {1e6 * all_ / count:8.1f}"
        lines.append(f"{numbers} {calls / count:7.1f}  {where}")
    return lines


def _short(path: str) -> str:
    _, _, installed = path.partition("site-packages/")
    standard = path.rpartition(f"python3.{sys.version_info.minor}/")[2]
    return installed or (path.removeprefix(_ROOT) if _ROOT in path else standard)
