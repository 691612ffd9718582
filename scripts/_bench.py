"""Measure our generated code, the generator, the facade and streams, beside others.

The first two are measured beside stock openapi-python-client, both packages built from
openapi.yaml for the occasion; the other two beside the openai package and bare httpx.
What is compared takes turns, so that whatever else the machine does falls on both. The
exit code is 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from scripts._bench_facade import Profiles, beginning, calls
from scripts._bench_facade_env import environment
from scripts._bench_import import importing
from scripts._bench_models import reading
from scripts._bench_process import BenchError, building, make_packages, pinning
from scripts._bench_streams import remembering, streaming
from scripts._bench_tools import calling as tool_calls
from scripts._bench_waits import waiting as waits

if TYPE_CHECKING:
    from collections.abc import Collection

    from scripts._bench_stats import Row

ROOT = Path(__file__).resolve().parent.parent
UPSTREAM = "ASSISTANTS_UPSTREAM"
_INTERRUPTED = 130
_PARTS = ("models", "imports", "building", "pinning", "facade", "streams")


def main() -> int:
    """Run the benchmark; give the exit code."""
    options = _options()
    try:
        rows, profiles = _measure(options.only or _PARTS, quick=options.quick)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbench: interrupted", file=sys.stderr)
        return _INTERRUPTED
    return _print(rows, profiles)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="fewer rounds, so less certain"
    )
    parser.add_argument(
        "--only", nargs="+", choices=_PARTS, metavar="PART", help=", ".join(_PARTS)
    )
    return parser.parse_args()


def _measure(parts: Collection[str], *, quick: bool) -> tuple[list[Row], Profiles]:
    rows: list[Row] = []
    profiles: Profiles = {}
    if set(parts) - {"facade", "streams"}:
        rows += _measure_generated(parts, quick=quick)
    if "facade" in parts:
        waiting = Console(stderr=True)
        with waiting.status("making the environment that has openai"):
            where = environment()
        for what, measure, rounds in (
            ("beginning in fresh interpreters", beginning, 9 if quick else 31),
            ("calling in process and by socket", calls, 9 if quick else 41),
        ):
            with waiting.status(what):
                more, where_time_goes = measure(where, rounds=rounds)
            rows += more
            profiles |= where_time_goes
    if "streams" in parts:
        more, where_time_goes = _measure_streams(quick=quick)
        rows += more
        profiles |= where_time_goes
    return rows, profiles


def _measure_streams(*, quick: bool) -> tuple[list[Row], Profiles]:
    telling = Console(stderr=True)
    with telling.status("making the environment that has openai"):
        where = environment()
    with telling.status("reading streams"):
        rows, profiles = streaming(where, rounds=5 if quick else 15)
    with telling.status("reading a long stream"):
        count = 100_000 if quick else 1_000_000
        rows += remembering(where, rounds=2 if quick else 3, count=count)
    with telling.status("waiting for runs"):
        rows += waits(where, rounds=2 if quick else 5, count=500)
    with telling.status("calling functions"):
        rows += tool_calls(rounds=3 if quick else 9)
    return rows, profiles


def _measure_generated(parts: Collection[str], *, quick: bool) -> list[Row]:
    waiting = Console(stderr=True)
    upstream = _upstream()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="assistants-bench-") as name:
        scratch = Path(name)
        if {"models", "imports"} & set(parts):
            with waiting.status("building both packages"):
                folders = make_packages(scratch)
            if "models" in parts:
                with waiting.status("reading and writing models"):
                    rows += reading(folders, rounds=15 if quick else 60)
            if "imports" in parts:
                with waiting.status("importing in fresh interpreters"):
                    rows += importing(folders, rounds=5 if quick else 21)
        if "building" in parts:
            with waiting.status("building from openapi.yaml"):
                rows += building(scratch, rounds=3 if quick else 9)
        if "pinning" in parts and upstream is not None:
            with waiting.status(f"pinning from {upstream.name}"):
                rows += pinning(scratch, upstream, rounds=3 if quick else 7)
    if "pinning" in parts and upstream is None:
        print(f"pinning isn't measured: {UPSTREAM} names no upstream document\n")
    return rows


def _upstream() -> Path | None:
    """Find the newest upstream document, by the date in its name."""
    named = [Path(part) for part in os.environ.get(UPSTREAM, "").split(os.pathsep)]
    beside = (ROOT.parent / "shared" / "upstream").glob("openai-*.yaml")
    found = [path for path in named if path.is_file()] or list(beside)
    return max(found, key=lambda path: path.name, default=None)


def _print(rows: list[Row], profiles: Profiles) -> int:
    out = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading, side in (
        ("measured", "left"),
        ("ours", "right"),
        ("against", "right"),
        ("ratio", "right"),
        ("goal", "left"),
    ):
        table.add_column(heading, justify="right" if side == "right" else "left")
    for row in rows:
        table.add_row(*row.cells())
    out.print(table)
    goals = [row for row in rows if row.goal is not None]
    # A thing that is compared with two others may miss both goals.
    missed = dict.fromkeys(row.what for row in goals if not row.is_met())
    out.print(
        "\nMedians, \u00b1 half of the range of the middle half. Ratios: ours by the "
        f"other, turn by turn.\nPython {platform.python_version()}, "
        f"{os.cpu_count()} processors."
    )
    for what, lines in profiles.items():
        out.print(f"\nWhere the time goes: {what}")
        # As they are: what looks like markup is none.
        out.print("\n".join(lines), markup=False, soft_wrap=True)
    if missed:
        out.print(f"[red]Goals missed: {', '.join(missed)}.[/]")
        return 1
    out.print(f"[green]All {len(goals)} goals are met.[/]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
