"""Call everything in every way, against everything that servers do wrong.

Each cell is a way to call one of the operations, sync or async, against a fault of the
embedded server, or against an answer of a wild one. It has to end in time, in a result
as documented or in an error of ours that names the cause; nothing is created twice, and
the connections are of use afterwards. The whole takes some minutes. The exit code is 1
where a cell failed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from assistants_client._operations import OPERATIONS
from harness.faults.cells import SHOWN, Report, everything, some
from harness.faults.embedded_bench import Embedded
from harness.faults.forms import FORMS
from harness.faults.matrix import run
from harness.faults.wild_server import Wild

if TYPE_CHECKING:
    from harness.faults.bench import Bench
    from harness.faults.cells import Cell
    from harness.faults.operations import Form

_INTERRUPTED = 130
_SERVERS = ("embedded", "wild")
# So many cells at a time, so that there is something to tell in between.
_PORTION = 1000
_MOST_JOBS = 16
_COLUMNS = ("operations", "calls", "faults", "cells", "results", "errors", "failures")


def main() -> int:
    """Run the matrix; return the exit code."""
    options = _options()
    reports: dict[str, Report] = {}
    try:
        for server in options.only or _SERVERS:
            reports[server] = _run(server, options)
    except KeyboardInterrupt:
        print("\nmatrix: interrupted", file=sys.stderr)
        return _INTERRUPTED
    if not sum(report.cells for report in reports.values()):
        print(f"matrix: nothing is called {options.against!r}", file=sys.stderr)
        return 2
    return _print(reports)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/matrix", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=_SERVERS, metavar="SERVER", help="embedded, wild"
    )
    parser.add_argument(
        "--operation",
        nargs="+",
        choices=[*OPERATIONS],
        metavar="NAME",
        help="only calls of these, such as threads.runs.create",
    )
    parser.add_argument(
        "--against",
        default="",
        metavar="TEXT",
        help="only faults and answers with this in their names, such as cut-stream",
    )
    parser.add_argument(
        "--quick", action="store_true", help="only the part that the tests go through"
    )
    parser.add_argument(
        *("--jobs", "-j"),
        type=int,
        default=min(os.cpu_count() or 1, _MOST_JOBS),
        metavar="N",
        help="how many processes share the work",
    )
    options = parser.parse_args()
    if not 1 <= options.jobs <= _MOST_JOBS:
        parser.error(f"--jobs must be 1 to {_MOST_JOBS}, not {options.jobs}")
    return options


def _run(server: str, options: argparse.Namespace) -> Report:
    """Carry out all cells of a server, in several processes."""
    report = Report()
    number = len(_cells(server, options))
    begins = range(0, number, _PORTION)
    # Fresh interpreters: a fork would take threads for running that aren't.
    fresh = multiprocessing.get_context("spawn")
    with (
        Console(stderr=True).status(f"{server}: {number} cells") as status,
        tempfile.TemporaryDirectory(prefix="assistants-matrix-") as folder,
        # Who interrupts this ends them, too, and wants to read nothing of theirs.
        fresh.Pool(
            options.jobs, signal.signal, (signal.SIGINT, signal.SIG_IGN)
        ) as pool,
    ):
        work = partial(_portion, server, options, Path(folder))
        for part in pool.imap(work, begins):
            report.merge(part)
            done = f"{report.cells} of {number} cells"
            status.update(f"{server}: {done}, {len(report.failures)} failures")
    return report


def _portion(
    server: str, options: argparse.Namespace, folder: Path, begin: int
) -> Report:
    """Carry out some cells, at a server of their own."""
    cells = _cells(server, options)[begin : begin + _PORTION]
    own = folder / str(begin)
    own.mkdir()
    try:
        return run(_bench(server, own), cells)
    finally:
        shutil.rmtree(own)


def _bench(server: str, folder: Path) -> Bench:
    return Embedded(folder) if server == "embedded" else Wild()


def _cells(server: str, options: argparse.Namespace) -> list[Cell]:
    """Return the cells that are wanted, always in the same order."""
    # Nothing is served yet, so it needs no folder.
    bench = _bench(server, Path())
    forms = [form for form in FORMS if _is_wanted(form, options.operation)]
    if not options.quick:
        return everything(bench, forms, lambda name: options.against in name)
    return [
        cell
        for cell in some(bench, every=2)
        if cell.form in forms and options.against in cell.trouble
    ]


def _is_wanted(form: Form, operations: list[str] | None) -> bool:
    return operations is None or form.operation in operations


def _print(reports: dict[str, Report]) -> int:
    console = Console(width=100)
    table = _table("server", *_COLUMNS)
    for server, report in reports.items():
        cells = [cell for cell, _ in report.kinds]
        results = report.by_kind()["result"]
        table.add_row(
            server,
            str(len({cell.form.operation for cell in cells})),
            str(len({(cell.form.name, cell.asynchronous) for cell in cells})),
            str(len({cell.trouble for cell in cells})),
            str(report.cells),
            str(results),
            str(report.cells - results),
            str(len(report.failures)),
        )
    console.print(table)
    console.print(_errors(reports))
    failures = [each for report in reports.values() for each in report.failures]
    for cell, what in failures[:SHOWN]:
        print(f"{cell}: {what}")
    if len(failures) > SHOWN:
        print(f"and {len(failures) - SHOWN} more")
    return int(bool(failures))


def _errors(reports: dict[str, Report]) -> Table:
    table = _table("came of it", *reports)
    kinds: Counter[str] = Counter()
    for report in reports.values():
        kinds.update(report.by_kind())
    for kind, _ in kinds.most_common():
        row = [str(report.by_kind()[kind]) for report in reports.values()]
        table.add_row(kind, *row)
    return table


def _table(first: str, *numbers: str) -> Table:
    table = Table(first)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


if __name__ == "__main__":
    sys.exit(main())
