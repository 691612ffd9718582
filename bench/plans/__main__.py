"""Look at the plan of each statement that the server sends, in a large store.

    python -m bench.plans [--store sqlite] [--threads N] [--messages N]

The store is made by SQL: 100,000 threads with 5 million messages. A server is asked
everything that the API has; each statement that it sends is then explained. Exit
code 1: one reads a whole table, or sorts one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench.plans import in_postgres, in_sqlite
from bench.plans.large import Size


def main() -> int:
    """Fill a store, ask a server, explain; return the exit code."""
    options = _parser().parse_args()
    size = Size(options.threads, options.messages)
    look = in_sqlite.look if options.store == "sqlite" else in_postgres.look
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        plans = look(size, Path(folder))
    for plan in sorted(plans, key=lambda each: -each.seconds):
        print(f"{plan.seconds * 1000:9.3f} ms {plan.count:5} x {plan.how}")
        print(f"      {plan.statement[:150]}")
        for fault in plan.faults:
            print(f"      {plan.excuse or '!!!'}: {fault}")
    wrong = [each for each in plans if each.faults and not each.excuse]
    took = time.monotonic() - began
    print(
        f"{options.store}: {len(plans)} statements, {size.threads:,} threads,"
        f" {size.messages:,} messages: {len(wrong)} without an index ({took:.0f} s)"
    )
    return int(bool(wrong))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.plans")
    parser.add_argument(
        "--store",
        choices=["postgres", "sqlite"],
        default="postgres",
        help="whose plans",
    )
    parser.add_argument("--threads", type=int, default=Size.threads)
    parser.add_argument("--messages", type=int, default=Size.messages)
    return parser


if __name__ == "__main__":
    sys.exit(main())
