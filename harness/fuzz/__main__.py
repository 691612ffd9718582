"""Fuzz what reads input from elsewhere: responses, streams, headers, documents."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from harness.fuzz.report import CORPUS, keep
from harness.fuzz.runner import fuzz
from harness.fuzz.targets import targets

if TYPE_CHECKING:
    from harness.fuzz.report import Report

NAMES = ("answers", "streams", "headers", "specs")


def main() -> int:
    """Fuzz, report it, and keep what failed; return the exit code."""
    arguments = _arguments()
    reports = []
    for name in arguments.targets or NAMES:
        report = _report(name, arguments)
        reports.append(report)
        print("\n".join(report.lines()), flush=True)
        for path in keep(report):
            shown = path.relative_to(CORPUS.parent.parent.parent)
            print(f"  kept: {shown}")
        for failure in report.failures:
            again = f"scripts/fuzz {name} --seed {failure.seed} --cases 1"
            print(f"  again: {again}", flush=True)
    failed = sum(len(each.failures) for each in reports)
    cases = sum(each.cases for each in reports)
    print(f"{cases} cases, {failed or 'no'} failures")
    return 1 if failed else 0


def _report(name: str, arguments: argparse.Namespace) -> Report:
    if name == "specs":
        # Imported when it is asked for, as it brings the whole generator.
        from harness.fuzz import specs

        return specs.fuzz(arguments.seconds, arguments.seed, arguments.cases)
    with targets() as known:
        return fuzz(
            known[name],
            seed=arguments.seed,
            seconds=arguments.seconds,
            cases=arguments.cases,
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/fuzz",
        description="Try to break what reads input. Exit code 1: something broke, and "
        "the case is kept in tests/fuzz/corpus, where the tests try it again.",
    )
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help=f"what to fuzz: {', '.join(NAMES)}; all of them if none is named",
    )
    parser.add_argument(
        "--seconds",
        type=_positive,
        default=60.0,
        help="for how long, for each target (default: 60)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=int.from_bytes(os.urandom(4)),
        help="that of the first case; the next case has the next one (default: any)",
    )
    parser.add_argument(
        "--cases", type=_count, help="after how many cases to end in any case"
    )
    found = parser.parse_args()
    for each in found.targets:
        if each not in NAMES:
            parser.error(f"there is no target {each!r}; there are: {', '.join(NAMES)}")
    return found


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text!r}")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {text}")
    return value


if __name__ == "__main__":
    sys.exit(main())
