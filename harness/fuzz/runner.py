"""Running a target: cases from seeds, each bounded in time, failures made small."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
import time
import traceback
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from harness.fuzz.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterator

Case = dict[str, Any]
LONGEST_WORK, LONGEST = 15.0, 60.0
"""Seconds of computing, and of any kind, after which a case hangs: far too many."""
_TRIES = 300
# Of one and the same mistake, so many failures are told of.
_TOLD = 3


class Target(Protocol):
    """What is fuzzed. A case is JSON data, so that it can be kept."""

    name: str

    def make(self, rng: Random) -> Case:
        """Make a case."""
        ...

    def judge(self, case: Case) -> str:
        """Run a case; return the name of its outcome, raise where it failed."""
        ...

    def smaller(self, case: Case) -> Iterator[Case]: ...


class HangsError(BaseException):
    """A case took too long; no code that is tested may catch it."""


def fuzz(
    target: Target,
    *,
    seed: int = 0,
    seconds: float | None = None,
    cases: int | None = None,
) -> Report:
    """Try cases until time is up, or as many as there are to be.

    Args:
        target: what is fuzzed.
        seed: that of the first case; those of the others follow.
        seconds: for how long.
        cases: how many; one of both is given.
    """
    report = Report(target.name)
    began = time.monotonic()
    met: dict[str, int] = {}
    while (cases is None or report.cases < cases) and (
        seconds is None or time.monotonic() - began < seconds
    ):
        each = seed + report.cases
        case = target.make(Random(f"{target.name} {each}"))
        outcome, problem = judged(target, case)
        if problem is None:
            report.count(outcome)
            continue
        met[outcome] = met.get(outcome, 0) + 1
        if met[outcome] > _TOLD:
            report.count(f"FAILURE like one told of: {outcome}")
            continue
        if met[outcome] == 1:
            case, problem = _smallest(target, case, outcome, problem)
        report.fail(each, problem, as_bytes(case))
    report.seconds = time.monotonic() - began
    return report


def judged(target: Target, case: Case) -> tuple[str, str | None]:
    """Run a case; return its outcome, and what is wrong if something is."""
    try:
        with deadline():
            return target.judge(case), None
    except (Exception, HangsError) as error:  # noqa: BLE001 - they are what is sought
        frames = traceback.extract_tb(error.__traceback__)
        own = [each for each in frames if "/harness/fuzz/runner" not in each.filename]
        last = own[-1]
        where = f"{last.filename.rpartition('/')[2]}:{last.lineno} {last.name}"
        kind = type(error).__name__
        told = "".join(traceback.format_exception_only(error)).strip()
        if isinstance(error, RecursionError):
            # It happens wherever the stack ends.
            where = "somewhere"
        what = f"{told[:600]} at {where}"
        return f"{kind} at {where}", ascii(what)[1:-1]


@contextlib.contextmanager
def deadline() -> Iterator[None]:
    """Interrupt what takes too long, where signals can be had."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, _: object) -> None:
        seconds = LONGEST_WORK if number == signal.SIGPROF else LONGEST
        raise HangsError(f"it took more than {seconds:.0f} s")

    # A machine that does much else makes all take long, but not work more.
    limits = (
        (signal.SIGPROF, signal.ITIMER_PROF, LONGEST_WORK),
        (signal.SIGALRM, signal.ITIMER_REAL, LONGEST),
    )
    before = [signal.signal(number, ring) for number, _, _ in limits]
    for _, timer, seconds in limits:
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(limits, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def _smallest(
    target: Target, case: Case, outcome: str, problem: str
) -> tuple[Case, str]:
    """Take away from a case what it fails without."""
    tries = _TRIES
    found = True
    while found and tries > 0:
        found = False
        for each in target.smaller(case):
            tries -= 1
            now, said = judged(target, each)
            if now == outcome and said is not None:
                case, problem, found = each, said, True
                break
            if tries <= 0:
                break
    return case, problem


def as_bytes(case: Case) -> bytes:
    return json.dumps(case, indent=1, sort_keys=True).encode() + b"\n"


def from_bytes(content: bytes) -> Case:
    case: Case = json.loads(content)
    return case


def text(content: bytes) -> str:
    return content.decode("latin-1")


def halves(value: str) -> Iterator[str]:
    size = len(value)
    while size > 0:
        for at in range(0, len(value), size):
            rest = value[:at] + value[at + size :]
            if rest != value:
                yield rest
        size //= 2
        if len(value) // max(size, 1) > 64:
            return
