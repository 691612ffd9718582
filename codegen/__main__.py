"""The command line of the generator."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from collections.abc import Collection
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from codegen.paths import IS_CHECKOUT

if TYPE_CHECKING:
    import typer

# pin and vendor are about files of the repository.
COMMANDS = ("build", "check", "explain", "diff", *("pin", "vendor") * IS_CHECKOUT)
_HELP = (
    "Turn an OpenAPI document into a Python package.\n\n"
    "`build` writes the package, `check` checks whether it is current, `explain` says "
    "what became of a place in the document, `diff` compares two documents"
    + IS_CHECKOUT
    * (
        ", `pin` takes the facts of an upstream document into openapi.yaml, `vendor` "
        "copies the package into another repository"
    )
    + "."
)


def command_line(commands: Collection[str] = COMMANDS) -> typer.Typer:
    """Return a command line that has some of the commands; only they are imported."""
    import typer

    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help=_HELP,
    )
    # Without one, a single command would need no name.
    app.callback()(lambda: None)
    for name in commands:
        app.command()(getattr(import_module(f"codegen.commands.{name}"), name))
    return app


def main() -> None:
    """Run the command line; an interrupt ends it with 130, wherever it comes."""
    try:
        _run()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except OSError as error:
        # Commands report what goes wrong with files.
        sys.stderr.write(f"error: {error.strerror or error}\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(2) from None


def _run() -> None:
    # Collecting takes a quarter of a large build, and hardly anything is in circles.
    gc.disable()
    # Others take a while to import.
    named = [name for name in sys.argv[1:2] if name in COMMANDS]
    app = command_line(named or COMMANDS)
    signal.signal(signal.SIGTERM, _terminated)
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
