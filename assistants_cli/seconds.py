"""Times that options take."""

from __future__ import annotations

import math

import typer


def above_zero(value: float | None) -> float | None:
    """Return what an option was given, if anything; for typer, as a callback.

    Raises:
        typer.BadParameter: no time is that long.
    """
    if value is None or 0 < value < math.inf:
        return value
    raise typer.BadParameter(f"must be seconds above 0, not {value:g}")
