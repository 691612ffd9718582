"""`build`: write the package."""

from __future__ import annotations

import typer
from rich.table import Table

from codegen import pipeline
from codegen.commands.console import err, out, reported_errors, say, say_some
from codegen.commands.orders import ordering
from codegen.errors import BuildError, counted
from codegen.finish import left_out_lines
from codegen.paths import GENERATED
from codegen.pipeline import Order

LEFT_OUT = 3
"""The exit code where something was left out of the document."""


@ordering
def build(order: Order) -> None:
    """Write the package, all or nothing, and say what was made.

    Whatever would be lost of the document is an error that names it, and the old
    package stays as it was. Exit code 3: it is done, but for what was left out.
    """
    with reported_errors(), out.status("building", spinner="line"):
        if order.target == GENERATED and order.name != pipeline.PACKAGE:
            raise BuildError(
                f"--out FOLDER is needed: generated/ is that of {pipeline.PACKAGE}"
            )
        done = pipeline.build(order, say)
    table = Table(box=None, pad_edge=False)
    table.add_column("tag", no_wrap=True)
    table.add_column("operations", overflow="fold")
    for group in done.package.tags:
        table.add_row(group.name, ", ".join(op.name for op in group.operations))
    out.print(table)
    if read_so := done.package.notes:
        out.print(f"note: read otherwise than it is written ({len(read_so)}):")
        say_some(read_so)
    if done.notes:
        out.print(f"note: openapi-python-client reads otherwise ({len(done.notes)}):")
        say_some(done.notes)
    if done.left_out:
        err.print(f"left out ({len(done.left_out)}):")
        for line in left_out_lines(done.left_out):
            err.print(f"  {line}", markup=False)
    out.print(
        f"built {counted(len(done.package.operations), 'operation')} and "
        f"{counted(len(done.package.schemas), 'model')} in {done.files} files, "
        f"{len(done.left_out)} dropped; {counted(len(done.changed), 'file')} changed"
    )
    if done.left_out:
        raise typer.Exit(LEFT_OUT)
