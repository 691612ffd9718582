"""What a build takes: the options of its commands, and the order that they make."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from codegen import config, pipeline, source
from codegen.commands.console import reported_errors
from codegen.errors import BuildError
from codegen.paths import GENERATED, IS_CHECKOUT, PINNED
from codegen.pipeline import Order
from codegen.render import HTTP_LIBRARIES
from codegen.select import ASSISTANTS, Selection

Spec = Annotated[
    str | None,
    typer.Option(
        help="The document: a file or a URL, YAML or JSON, OpenAPI 3.0 to 3.2.",
        show_default="openapi.yaml",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="The folder of the build. It must be empty or hold an earlier one, which "
        "is replaced as a whole.",
        show_default="generated",
    ),
]
Name = Annotated[
    str | None,
    typer.Option(help="The name of the package.", show_default=pipeline.PACKAGE),
]
Prefixes = Annotated[
    list[str] | None,
    typer.Option(
        "--path",
        help="Keep the operations under this path; may be repeated.",
        show_default="/assistants, /threads, ... of assistants_api, else all",
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", help="Keep the operations with this tag; may be repeated."),
]
Everything = Annotated[
    bool,
    typer.Option(
        "--all", help="Keep all operations, as packages of another name do anyway."
    ),
]

Http = Annotated[
    str | None,
    typer.Option(
        help="The HTTP library that the package imports: "
        f"{' or '.join(HTTP_LIBRARIES)}.",
        show_default=HTTP_LIBRARIES[0],
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
Files = Annotated[
    Path | None,
    typer.Option(
        help="The folder below which the other files of the document have to be.",
        show_default="that of the document",
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Take options, names, formats, media types and the metadata of a "
        "distribution from this file, codegen.toml or pyproject.toml. Options of the "
        "command line come first.",
        show_default="the table tool.assistants-codegen of pyproject.toml here",
    ),
]
Package = Annotated[
    bool,
    typer.Option(
        "--package",
        help="Write what a distribution needs beside the package: pyproject.toml, "
        "README.md and a note on its licence.",
    ),
]


def order_of(
    spec: Spec = None,
    out: Out = None,
    name: Name = None,
    path: Prefixes = None,
    tag: Tags = None,
    all_: Everything = False,
    http: Http = None,
    any_host: AnyHost = False,
    files: Files = None,
    config_: ConfigFile = None,
    overlay: Overlays = None,
    skip: Skip = None,
    skip_broken: SkipBroken = False,
    package: Package = False,
) -> Order:
    """Return the order that options and a configuration make."""
    found = config.load(config_) if config_ else config.found(Path.cwd())
    options = found.options
    named = name or options.get("name", pipeline.PACKAGE)
    spec = spec or options.get("spec") or (str(PINNED) if IS_CHECKOUT else None)
    target = out or options.get("out") or (GENERATED if IS_CHECKOUT else None)
    for value, what in ((spec, "--spec FILE"), (target, "--out FOLDER")):
        if value is None:
            raise BuildError(f"{what} is needed")
    return Order(
        spec=str(spec),
        target=Path(str(target)),
        name=named,
        selection=_selection(path, tag, all_, options, named),
        http=http or options.get("http", HTTP_LIBRARIES[0]),
        any_host=any_host or options.get("any_host", False),
        files=files or options.get("files"),
        overlays=(*options.get("overlays", ()), *(overlay or ())),
        skip=(*options.get("skip", ()), *(skip or ())),
        skip_broken=skip_broken or options.get("skip_broken", False),
        adjustments=found.adjustments,
        distribution=found.package or {} if package or found.package else None,
    )


def ordering(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command that takes an order, and perhaps more, take all of its options."""
    wanted = inspect.signature(order_of, eval_str=True).parameters
    own = inspect.signature(command, eval_str=True).parameters
    first = [p for name, p in own.items() if name != "order"]

    def run(**given: Any) -> None:
        mine = {p.name: given.pop(p.name) for p in first}
        with reported_errors():
            order = order_of(**given)
        command(order=order, **mine)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    vars(run)["__signature__"] = inspect.Signature([*first, *wanted.values()])
    return run


def _selection(
    paths: list[str] | None,
    tags: list[str] | None,
    everything: bool,
    options: Mapping[str, Any],
    name: str,
) -> Selection:
    """Return what the command line chooses, else the configuration, else all.

    Of the package that has the name of ours, those of the Assistants API are chosen.
    """
    if not (paths or tags or everything):
        paths, tags = options.get("paths"), options.get("tags")
        everything = options.get("all", False)
    if not (paths or tags or everything) and name != pipeline.PACKAGE:
        everything = True
    return selection_of(paths, tags, everything)


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
