"""What all commands share: where they print, and how they report errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console

from codegen.changes import as_lines
from codegen.errors import BuildError, SpecError, listed
from codegen.overlay import Action
from codegen.plan.literal import plain_text

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

LISTED = 40
"""How many lines of one kind are printed at most."""


def say(line: str) -> None:
    """Print a line that may hold text of a document."""
    out.print(plain_text(line), markup=False)


def say_some(lines: Iterable[str]) -> None:
    """Print the first lines, and how many more there are."""
    for line in listed([*lines], LISTED):
        out.print(line, markup=False)


def _say_remedies(actions: Sequence[Action], overlay: str) -> None:
    """Print actions as the lines of an overlay, all of them: they are to be copied."""
    err.print(f"\nWith these lines in {overlay}, it is built:\n")
    err.print("\n".join(as_lines(actions)), markup=False)


def _text_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


@contextmanager
def reported_errors(
    overlay: str = "a file, named by --overlay",
) -> Iterator[None]:
    """Print an error instead of a traceback, and exit with its code: 2, or 130.

    `overlay` is the place for repairs of a document that is refused.
    """
    try:
        yield
    except (SpecError, BuildError, OSError) as error:
        if isinstance(error, OSError) and error.filename is None:
            # Perhaps of what is printed: `main` lets go of that, too.
            raise
        errors = error.all if isinstance(error, SpecError) else [error]
        for each in errors[:LISTED]:
            lines = [plain_text(line) for line in _text_of(each).splitlines()]
            err.print("error: " + "\n  ".join(lines), markup=False)
        if len(errors) > LISTED:
            err.print(f"... and {len(errors) - LISTED} more errors", markup=False)
        if isinstance(error, SpecError) and error.remedies:
            _say_remedies(error.remedies, overlay)
        raise typer.Exit(2) from error
    except KeyboardInterrupt as interrupt:
        err.print("interrupted; what was there is whole, old or new")
        raise typer.Exit(130) from interrupt
