"""Let threads and tasks use the clients for minutes, and look at what is left then.

The embedded server, a process of its own, is asked for faults by a fifth of the calls;
streams are left early, callbacks raise, and tasks are cancelled at random. At the end
file descriptors, threads, tasks and memory have to be where they were, and each run
that was asked for has to be accounted for. The exit code is 1 where that isn't so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from harness.soak.traffic import Plan, soak

if TYPE_CHECKING:
    from harness.soak.traffic import Result

_INTERRUPTED = 130
_LONGEST = 24 * 60
# Seconds from making the clients to closing them.
_ROUND = 15
_SHOWN = 40
_COUNTED = (
    *("requests", "faults asked for", "stories told to their end", "threads deleted"),
    *("streams whole", "streams cut", "streams closed early"),
    *("tasks cancelled", "tasks interrupted", "threads interrupted"),
)
_STATUSES = ("completed", "cancelled", "expired", "failed", "incomplete")


def main() -> int:
    """Run the soak; return the exit code."""
    options = _options()
    seconds = options.minutes * 60
    plan = Plan(
        seconds=seconds,
        rounds=max(1, round(seconds / _ROUND)),
        warming=min(15.0, seconds / 4),
        seed=options.seed,
        tracing=True,
    )
    what = f"{options.minutes:g} minutes of traffic, seed {options.seed}"
    try:
        with (
            tempfile.TemporaryDirectory(prefix="assistants-soak-") as name,
            Console(stderr=True).status(what),
        ):
            result = soak(plan, Path(name))
    except KeyboardInterrupt:
        print("\nsoak: interrupted", file=sys.stderr)
        return _INTERRUPTED
    return _print(result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument(
        "--minutes",
        type=_minutes,
        default=2.0,
        metavar="N",
        help="how long the traffic lasts, parts allowed (default: 2)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="S",
        help="where chance begins; the callers choose alike, but when what happens is "
        "the machine's (default: 0)",
    )
    return parser.parse_args()


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not 0 < minutes <= _LONGEST:
        raise argparse.ArgumentTypeError(f"must be above 0, and {_LONGEST} at most")
    return minutes


def _print(result: Result) -> int:
    console = Console()
    console.print(_traffic(result))
    console.print(_levels(result))
    places = ", ".join(f"{name} {size:,}" for name, size in result.traced.items())
    console.print(f"bytes that were allocated since, by package: {places or 'none'}")
    for each in result.wrong[:_SHOWN]:
        console.print(f"wrong: {each}", markup=False, highlight=False)
    if len(result.wrong) > _SHOWN:
        console.print(f"and {len(result.wrong) - _SHOWN} more")
    verdict = "nothing leaks, and every run is accounted for"
    if result.wrong:
        verdict = f"{len(result.wrong)} things are wrong"
    console.print(f"soak: {verdict}")
    return int(bool(result.wrong))


def _traffic(result: Result) -> Table:
    table = _table("what happened", "times")
    counts, reckoning = result.ledger.counts, result.reckoning
    for name in _COUNTED:
        table.add_row(name, f"{counts[name]:,}")
    table.add_section()
    waiting = reckoning.statuses["requires_action"]
    rows: list[tuple[str, Any]] = [
        ("runs asked for", reckoning.asked),
        *((f"runs {each}", reckoning.statuses[each]) for each in _STATUSES),
        ("runs left waiting", waiting),
        ("runs deleted with their threads", reckoning.deleted),
        ("runs that never were, as the request failed", reckoning.never),
        ("of all these, runs whose answer was lost", reckoning.unanswered),
    ]
    for what, number in rows:
        table.add_row(what, f"{number:,}")
    table.add_section()
    for kind, number in result.ledger.errors.most_common():
        table.add_row(kind, f"{number:,}")
    return table


def _levels(result: Result) -> Table:
    table = _table("what there is", "before", "after")
    before, after = result.before, result.after
    for name, unit in (
        ("descriptors", ""),
        ("threads", ""),
        ("tasks", ""),
        ("rss", " MiB"),
        ("objects", ""),
    ):
        values = (getattr(each, name) for each in (before, after))
        shown = (f"{v:,.1f}" if isinstance(v, float) else f"{v:,}" for v in values)
        table.add_row(f"{name}{unit}", *shown)
    for kind in sorted(before.kinds | after.kinds):
        if before.kinds[kind] != after.kinds[kind]:
            table.add_row(kind, f"{before.kinds[kind]}", f"{after.kinds[kind]}")
    return table


def _table(what: str, *numbers: str) -> Table:
    table = Table(what)
    for each in numbers:
        table.add_column(each, justify="right")
    return table


if __name__ == "__main__":
    sys.exit(main())
