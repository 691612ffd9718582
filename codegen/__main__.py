"""The command line of the generator."""

from __future__ import annotations

import gc
import io
import signal
import sys
from typing import NoReturn

import typer

from codegen.commands.build import build, check
from codegen.commands.diff import diff
from codegen.commands.explain import explain
from codegen.commands.pin import pin
from codegen.commands.vendor import vendor
from codegen.paths import IS_CHECKOUT

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Turn an OpenAPI document into a Python package.\n\n"
    "`build` writes the package, `check` checks whether it is current, `explain` says "
    "what became of a place in the document, `diff` compares two documents"
    + IS_CHECKOUT
    * (
        ", `pin` takes the facts of an upstream document into openapi.yaml, `vendor` "
        "copies the package into another repository"
    )
    + ".",
)
for command in (build, check, explain, diff):
    app.command()(command)
if IS_CHECKOUT:
    # These are about files of the repository.
    for command in (pin, vendor):
        app.command()(command)


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGTERM, _terminated)
    # Collecting takes a quarter of a large build, and hardly anything is in circles.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character is no reason to fail.
            stream.reconfigure(errors="replace")
    app()


def _terminated(*_: object) -> NoReturn:
    """Clean up on SIGTERM as on an interrupt."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
