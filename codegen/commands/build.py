"""`build` and `check`: write the package, and check whether it is current."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from codegen import pipeline, source
from codegen.commands.console import err, out, reported_errors, say, say_some
from codegen.errors import BuildError
from codegen.finish import left_out_lines
from codegen.paths import GENERATED, PINNED
from codegen.render import HTTP_LIBRARIES
from codegen.select import ASSISTANTS, Selection

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
        "--out",
        help="The folder to write to. It must be empty or hold an earlier build, which "
        "is replaced as a whole.",
        show_default="generated",
    ),
]
Present = Annotated[
    Path,
    typer.Option(
        "--out", help="The folder of the build to check.", show_default="generated"
    ),
]
Name = Annotated[str, typer.Option(help="The name of the package.")]
Prefixes = Annotated[
    list[str] | None,
    typer.Option(
        "--path",
        help="Keep the operations under this path; may be repeated.",
        show_default="/assistants, /threads",
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", help="Keep the operations with this tag; may be repeated."),
]
Everything = Annotated[bool, typer.Option("--all", help="Keep all operations.")]

Http = Annotated[
    str,
    typer.Option(
        help="The HTTP library that the package imports: "
        f"{' or '.join(HTTP_LIBRARIES)}."
    ),
]
AnyHost = Annotated[
    bool,
    typer.Option(
        source.ANY_HOST,
        help="Follow redirects to other hosts, and away from HTTPS.",
    ),
]


Overlays = Annotated[
    list[Path] | None,
    typer.Option(
        "--overlay",
        help="Change the document by this OpenAPI Overlay first; may be repeated, and "
        "they are applied in this order.",
    ),
]
Skip = Annotated[
    list[str] | None,
    typer.Option(
        metavar="JSONPATH",
        help="Leave out what this JSONPath finds, and what makes no sense without it; "
        "may be repeated.",
    ),
]
SkipBroken = Annotated[
    bool,
    typer.Option("--skip-broken", help="Leave out what would be refused."),
]
LEFT_OUT = 3
"""The exit code where something was left out of the document."""


def build(
    spec: Spec = str(PINNED),
    out_: Out = GENERATED,
    name: Name = pipeline.PACKAGE,
    path: Prefixes = None,
    tag: Tags = None,
    all_: Everything = False,
    http: Http = HTTP_LIBRARIES[0],
    any_host: AnyHost = False,
    overlay: Overlays = None,
    skip: Skip = None,
    skip_broken: SkipBroken = False,
) -> None:
    """Write the package, all or nothing, and say what was made.

    Whatever would be lost of the document is an error that names it, and the old
    package stays as it was. Exit code 3: it is done, but for what was left out.
    """
    with reported_errors(), out.status("building", spinner="line"):
        order = pipeline.Order(
            spec,
            out_,
            name,
            selection_of(path, tag, all_),
            http,
            any_host,
            overlays=overlay or (),
            skip=skip or (),
            skip_broken=skip_broken,
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
        f"built {len(done.package.operations)} operations and "
        f"{len(done.package.schemas)} models in {done.files} files, "
        f"{len(done.left_out)} dropped; {len(done.changed)} files changed"
    )
    if done.left_out:
        raise typer.Exit(LEFT_OUT)


def check(
    spec: Spec = str(PINNED),
    out_: Present = GENERATED,
    name: Name = pipeline.PACKAGE,
    path: Prefixes = None,
    tag: Tags = None,
    all_: Everything = False,
    http: Http = HTTP_LIBRARIES[0],
    any_host: AnyHost = False,
    overlay: Overlays = None,
    skip: Skip = None,
    skip_broken: SkipBroken = False,
) -> None:
    """Check whether the package is what `build` would write now: exit code 1 if not."""
    with reported_errors(), out.status("building for comparison", spinner="line"):
        order = pipeline.Order(
            spec,
            out_,
            name,
            selection_of(path, tag, all_),
            http,
            any_host,
            overlays=overlay or (),
            skip=skip or (),
            skip_broken=skip_broken,
        )
        drift = pipeline.check(order, lambda _: None)
    say_some(drift)
    if drift:
        err.print(f"{out_.name} is not current: run scripts/regen")
        raise typer.Exit(1)
    out.print(f"{out_.name} is current")


def selection_of(
    paths: list[str] | None, tags: list[str] | None, everything: bool
) -> Selection:
    """Return the operations that options choose."""
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
