"""The command line: pin, build and check."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from codegen import build as building
from codegen import pin as pinning
from codegen import source
from codegen.errors import BuildError, SpecError
from codegen.plan.literal import plain_text
from codegen.select import ASSISTANTS, Selection

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Turn an OpenAPI document into a Python package.\n\n"
    "`pin` takes the facts of an upstream document into openapi.yaml, `build` writes "
    "the package, `check` tells whether it is current.",
)
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

Spec = Annotated[
    str,
    typer.Option(
        help="The document: a file or a URL, YAML or JSON, OpenAPI 3.0 or 3.1.",
        show_default="openapi.yaml",
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        help="The folder to write to. It must be empty or hold an earlier build, which "
        "is replaced as a whole.",
        show_default="generated",
    ),
]
Present = Annotated[
    Path,
    typer.Option(help="The folder of the build to look at.", show_default="generated"),
]
Name = Annotated[str, typer.Option(help="The name of the package.")]
Prefixes = Annotated[
    list[str] | None,
    typer.Option(
        "--path",
        help="Keep the operations whose path begins so; may be given several times.",
        show_default="/assistants, /threads",
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", help="Keep the operations with this tag; likewise."),
]
Everything = Annotated[bool, typer.Option("--all", help="Keep all operations.")]


@app.command()
def pin(
    source_: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="The upstream document: file or URL."),
    ],
    date: Annotated[
        str | None,
        typer.Option(help="The day it was published; else the one in its name."),
    ] = None,
) -> None:
    """Rewrite the facts of openapi.yaml from an upstream document.

    The words of openapi.yaml stay; an element that is new gets a visible marker where
    words are missing. No sentence of SOURCE is taken over.
    """
    with _told(), _out.status(f"reading {source_}", spinner="line"):
        done = pinning.pin(source.load(source_), date=date)
    paths = done.document["paths"].values()
    operations = sum(key in _METHODS for item in paths for key in item)
    schemas = len(done.document["components"].get("schemas", {}))
    for target in done.unused_actions:
        _out.print(
            f"note: an action of the overlay finds nothing: {target}", markup=False
        )
    for place in done.undescribed[:_LISTED]:
        _out.print(f"lacks a description: {place}", markup=False)
    if len(done.undescribed) > _LISTED:
        _out.print(f"... and {len(done.undescribed) - _LISTED} more")
    _out.print(
        f"pinned {operations} operations and {schemas} schemas; "
        f"{len(done.undescribed)} places lack a description, "
        f"{len(done.unused_actions)} actions of the overlay found nothing"
    )


@app.command()
def build(
    spec: Spec = str(pinning.PINNED),
    out: Out = building.GENERATED,
    name: Name = building.PACKAGE,
    path: Prefixes = None,
    tag: Tags = None,
    all_: Everything = False,
) -> None:
    """Write the package, all or nothing, and say what was made.

    Whatever would be lost of the document is an error that names it, and the old
    package stays as it was.
    """
    with _told(), _out.status("building", spinner="line"):
        order = building.Order(spec, out, name, _selection(path, tag, all_))
        done = building.build(order, _say)
    table = Table(box=None, pad_edge=False)
    table.add_column("tag", no_wrap=True)
    table.add_column("operations", overflow="fold")
    for group in done.package.tags:
        table.add_row(group.name, ", ".join(op.name for op in group.operations))
    _out.print(table)
    _out.print(
        f"built {len(done.package.operations)} operations and "
        f"{len(done.package.schemas)} models in {done.files} files, 0 dropped; "
        f"{len(done.changed)} files changed"
    )


@app.command()
def check(
    spec: Spec = str(pinning.PINNED),
    out: Present = building.GENERATED,
    name: Name = building.PACKAGE,
    path: Prefixes = None,
    tag: Tags = None,
    all_: Everything = False,
) -> None:
    """Tell whether the package is what `build` would write now; exit code 1 if not."""
    with _told(), _out.status("building for comparison", spinner="line"):
        order = building.Order(spec, out, name, _selection(path, tag, all_))
        drift = building.check(order, lambda _: None)
    for line in drift[:_LISTED]:
        _out.print(line, markup=False)
    if len(drift) > _LISTED:
        _out.print(f"... and {len(drift) - _LISTED} more")
    if drift:
        _err.print(f"{out.name} is not current: run scripts/regen")
        raise typer.Exit(1)
    _out.print(f"{out.name} is current")


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGTERM, _terminated)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character is no reason to fail.
            stream.reconfigure(errors="replace")
    app()


@contextmanager
def _told() -> Iterator[None]:
    """Say in words what goes wrong, and exit with a code that tells it apart."""
    try:
        yield
    except (SpecError, BuildError, OSError) as error:
        lines = [plain_text(line) for line in str(error).splitlines()]
        _err.print("error: " + "\n  ".join(lines), markup=False)
        raise typer.Exit(2) from error
    except KeyboardInterrupt as interrupt:
        _err.print("interrupted; what was there is whole, old or new")
        raise typer.Exit(130) from interrupt


_LISTED = 40
_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def _selection(
    paths: list[str] | None, tags: list[str] | None, everything: bool
) -> Selection:
    if everything and (paths or tags):
        raise BuildError("--all keeps everything: leave --path and --tag out")
    for path in paths or ():
        if not path.startswith("/"):
            raise BuildError(f"--path {path!r} must begin with a slash")
    if everything:
        return Selection(everything=True)
    if not paths and not tags:
        return ASSISTANTS
    return Selection(tuple(paths or ()), tuple(tags or ()))


def _say(line: str) -> None:
    _out.print(plain_text(line), markup=False)


def _terminated(signal_number: int, frame: FrameType | None) -> NoReturn:
    """Clean up on SIGTERM as on an interrupt."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
