"""Measure our generated code, the generator, the client and streams, beside others.

Models, imports and the build are measured beside stock openapi-python-client, the
client ("facade") and streams beside the openai package and bare httpx. What is compared
takes turns, so that whatever else the machine does falls on both. The exit code is 1
where a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyperf
from rich.console import Console
from rich.table import Table

from assistants_server.search import Strategy
from bench import (
    async_calls,
    calls,
    generator,
    imports,
    indexes,
    load,
    models,
    search,
    streams,
    tasks,
    team,
    tools,
    uploads,
    waits,
)
from bench.rows import BenchError, Row
from bench.turns import fresh
from harness.argument_types import output_file

ROOT = Path(__file__).resolve().parents[1]
UPSTREAM = "ASSISTANTS_UPSTREAM"
PARTS = (
    *("models", "imports", "building", "pinning", "facade"),
    *("streams", "tasks", "runs", "search", "files", "load", "team"),
)
# What a change of the client or of the models shows in: within a minute.
_QUICK = ("models", "facade", "streams", "tasks")

Measurement = Callable[[], list[Row]]


def main() -> int:
    """Run the benchmark; return the exit code."""
    options = _options()
    upstream = _upstream()
    _drop_settings()
    rows: list[Row] = []
    waiting = Console(stderr=True)
    try:
        with tempfile.TemporaryDirectory(prefix="assistants-bench-") as scratch:
            for part in options.only or (_QUICK if options.quick else PARTS):
                if part == "pinning" and upstream is None:
                    print(f"pinning isn't measured: {UPSTREAM} names no document\n")
                    continue
                for what, measure in _measurements(
                    part, Path(scratch), upstream, quick=options.quick
                ):
                    with waiting.status(what):
                        rows += measure()
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbench: interrupted", file=sys.stderr)
        return 130
    if options.output:
        series = [each for row in rows for each in row.benchmarks()]
        pyperf.BenchmarkSuite(series).dump(str(options.output), replace=True)
    return _print(rows, profiles=not options.quick)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer rounds, so less certain, and no profiles; "
        f"of {', '.join(_QUICK)} if not said",
    )
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, metavar="PART", help=", ".join(PARTS)
    )
    parser.add_argument(
        "--output",
        type=output_file,
        metavar="FILE",
        help="write all values there, for pyperf: compare_to, hist, check",
    )
    return parser.parse_args()


def _measurements(
    part: str, scratch: Path, upstream: Path | None, *, quick: bool
) -> Iterator[tuple[str, Measurement]]:
    """Yield what belongs to a part, with what to show meanwhile."""

    def rounds(few: int, many: int) -> int:
        return few if quick else many

    if part == "models" and quick:
        yield "models", lambda: models.measure(generator.kept(), 9)
    elif part in ("models", "imports"):
        build = partial(generator.build_both, scratch)
        yield "building both packages", build
    if part == "models" and not quick:
        yield "models", partial(models.measure, scratch, 60)
    elif part == "imports":
        yield "imports", partial(imports.of_packages, scratch, rounds(5, 21))
    elif part == "building":
        yield "building", partial(generator.building, scratch, rounds(3, 9))
    elif part == "pinning" and upstream is not None:
        pin = partial(generator.pinning, scratch, upstream, rounds(3, 7))
        yield f"pinning from {upstream.name}", pin
    elif part == "facade":
        yield "first resource", partial(imports.of_clients, rounds(3, 31))
        yield "first answer", partial(imports.of_first_answers, rounds(3, 31))
        yield "calls", partial(calls.measure, rounds(7, 41), by_tcp=not quick)
        yield "awaited calls", partial(async_calls.measure, rounds(7, 41))
    elif part == "streams":
        yield "streams", partial(streams.measure, rounds(3, 15))
    elif part == "tasks":
        yield "many tasks", partial(tasks.measure, rounds(5, 41))
    elif part == "runs":
        count = rounds(100_000, 1_000_000)
        yield "a long stream", partial(streams.memory, rounds(2, 3), count)
        yield "waiting for runs", partial(waits.measure, rounds(2, 5), 200)
        yield "many streams", partial(waits.first_events, rounds(3, 7), 130)
        yield "calling functions", partial(tools.measure, rounds(3, 9))
    elif part == "search":
        yield "indexing", partial(search.indexing, scratch, rounds(3, 7))
        # The usual size takes a minute to index.
        strategy = Strategy(100, 50) if quick else Strategy()
        yield "searching", partial(search.searching, scratch, strategy)
        count = rounds(5_000, 20_000)
        beside = partial(indexes.words, scratch, strategy, count)
        yield "searching in PostgreSQL", beside
        yield "searching with pgvector", partial(indexes.vectors, count)
    elif part == "load":
        for engine, kept in load.KINDS[: rounds(2, 4)]:
            what = f"many runs at once, {engine}, {kept}"
            yield what, partial(load.measure, engine, kept, rounds(5, 7))
        yield "many clients", partial(load.throughput, rounds(2, 7))
    elif part == "team":
        yield "several processes", partial(team.measure, rounds(1, 5))
    elif part == "files":
        yield "a large file", partial(uploads.measure, rounds(1, 3), 1024)


def _upstream() -> Path | None:
    """Find the newest upstream document, by the date in its name."""
    named = [Path(part) for part in os.environ.get(UPSTREAM, "").split(os.pathsep)]
    beside = (ROOT.parent / "shared" / "upstream").glob("openai-*.yaml")
    found = [path for path in named if path.is_file()] or list(beside)
    return max(found, key=lambda path: path.name, default=None)


def _drop_settings() -> None:
    """Drop what would change what clients do, or have imports compile each time."""
    for name in [*os.environ]:
        lower = name.lower()
        if (
            lower.startswith(("openai_", "assistants_", "ssl_cert_"))
            or lower.endswith("_proxy")
            or name == "PYTHONDONTWRITEBYTECODE"
        ):
            del os.environ[name]


def _print(rows: list[Row], *, profiles: bool) -> int:
    out = Console(highlight=False)
    # A line for each row, also where nobody says how wide it may be.
    out.width = max(out.width, 110)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("measured", "ours", "against", "ratio", "at most"):
        right = heading in ("ours", "against", "ratio")
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row.cells())
    out.print(table)
    out.print(
        "\nMedians, \u00b1 the median of the deviations from them. Ratios: ours by the "
        f"other, turn by turn.\nPython {platform.python_version()}, "
        f"{os.cpu_count()} processors."
    )
    missed = [row for row in rows if not row.is_met]
    for row in missed:
        if row.profile and profiles:
            out.print(f"\nWhere the time goes: {row.what}")
            # As they are: what looks like markup is none.
            out.print("\n".join(fresh(row.profile)), markup=False, soft_wrap=True)
    if missed:
        # A thing that is compared with two others may miss both goals.
        names = dict.fromkeys(row.what for row in missed)
        out.print(f"[red]Goals missed: {', '.join(names)}.[/]")
        return 1
    goals = sum(row.goal is not None for row in rows)
    out.print(f"[green]All {goals} goals are met.[/]")
    return 0
