"""Kill processes of the server while clients are at work, and audit what is left.

Several processes share a database of PostgreSQL. Clients of two projects have runs
streamed and polled, with calls of functions, upload files, cancel, repeat requests with
their keys, and look for what isn't theirs. Meanwhile a process is killed again and
again, and the database once. In the end an auditor compares what was acknowledged with
what is there: nothing may be lost, stuck, said or asked twice, or another project's.
The exit code is 1 where something is wrong, and 2 where PostgreSQL can't be had.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from harness.argument_types import count, seconds
from harness.processes import ProcessError
from harness.proof.proof import Plan, prove

if TYPE_CHECKING:
    from harness.proof.proof import Result

_SHOWN = 40


def main() -> int:
    """Carry out the proof; return the exit code."""
    options = _options()
    plan = Plan(
        seconds=options.seconds,
        clients=options.clients,
        processes=options.processes,
        lease=options.lease,
        every=options.every,
        seed=options.seed,
    )
    try:
        with tempfile.TemporaryDirectory(prefix="proof-") as name:
            result = prove(plan, Path(name))
    except ProcessError as error:
        print(f"proof: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nproof: interrupted", file=sys.stderr)
        return 130
    return _print(result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/proof", description=__doc__)
    add = parser.add_argument
    add("--seconds", type=seconds, default=40, metavar="N", help="default: %(default)s")
    add("--clients", type=count, default=30, metavar="N", help="default: %(default)s")
    add("--processes", type=count, default=4, metavar="N", help="default: %(default)s")
    add(
        "--lease",
        type=seconds,
        default=5,
        metavar="SECONDS",
        help="after which a process is taken for dead (default: %(default)s)",
    )
    add(
        "--every",
        type=seconds,
        default=20,
        metavar="SECONDS",
        help="between two kills (default: %(default)s)",
    )
    add("--seed", type=int, default=0, metavar="N", help="where chance begins")
    return parser.parse_args()


def _print(result: Result) -> int:
    ledger, trouble = result.ledger, result.trouble
    ends = Counter(run.status for run in ledger.runs.values() if run.status)
    taken = [run.ended - run.began for run in ledger.runs.values() if run.ended]
    outage = trouble.outage
    away = f"{outage[1] - outage[0]:.1f} s away" if outage else "always there"
    print(f"{len(trouble.kills)} processes killed, the database {away}")
    print(f"stories: {_counts(ledger.counts)}")
    print(f"runs: {len(ledger.runs)} asked for; {_counts(ends)}; {result.turns} turns")
    print(f"runs a second: {sum(ends.values()) / result.seconds:.1f}")
    if taken:
        print(f"the longest run: {max(taken):.1f} s")
    if len(ledger.firsts) > 1:
        p50, p99 = (quantiles(ledger.firsts, n=100)[at] for at in (49, 98))
        print(f"first event: half within {p50:.3f} s, 99 of 100 within {p99:.3f} s")
    print(f"acknowledged: {_counts(Counter(each.kind for each in ledger.objects))}")
    print(f"errors that clients had: {_counts(ledger.errors) or 'none'}")
    for kind, text in ledger.examples.items():
        print(f"such as {kind}: {text}")
    for each in result.wrong[:_SHOWN]:
        print(f"wrong: {each}")
    if len(result.wrong) > _SHOWN:
        print(f"and {len(result.wrong) - _SHOWN} more")
    verdict = "all of it is as it was promised"
    if result.wrong:
        verdict = f"{len(result.wrong)} things are wrong"
    print(f"proof: {verdict}")
    return int(bool(result.wrong))


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


if __name__ == "__main__":
    sys.exit(main())
