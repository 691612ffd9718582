"""`check`: check whether the package is current."""

from __future__ import annotations

import typer

from codegen import pipeline
from codegen.commands.console import err, out, reported_errors, say_some
from codegen.commands.orders import ordering
from codegen.pipeline import Order


@ordering
def check(order: Order) -> None:
    """Check whether the package is what `build` would write now: exit code 1 if not."""
    with reported_errors(), out.status("building for comparison", spinner="line"):
        drift = pipeline.check(order, lambda _: None)
    say_some(drift)
    name = order.target.resolve().name
    if drift:
        how = "run scripts/regen" if order.client else "build it again"
        err.print(f"{name} is not current: {how}")
        raise typer.Exit(1)
    out.print(f"{name} is current")
