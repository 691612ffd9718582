"""`diff`: report what changed between two documents, and whom it breaks."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from codegen.commands.console import out, reported_errors
from codegen.commands.orders import Everything, Prefixes, Tags, selection_of
from codegen.diff import Verdict, compare
from codegen.diff.report import as_json, as_markdown, as_text
from codegen.diff.sides import find
from codegen.errors import BuildError
from codegen.paths import IS_CHECKOUT, PINNED
from codegen.plan.literal import plain_text
from codegen.source import Source
from codegen.swap import write_atomically


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class Level(StrEnum):
    """From which gravity on a report is a failure."""

    ANY = "any"
    MIND = "mind"
    BREAKING = "breaking"
    NEVER = "never"


_WRITERS = {Format.TEXT: as_text, Format.MARKDOWN: as_markdown, Format.JSON: as_json}
_LOWEST = {
    Level.ANY: Verdict.COMPATIBLE,
    Level.MIND: Verdict.MIND,
    Level.BREAKING: Verdict.BREAKING,
}
COMPATIBLE, BREAKING = 3, 4
"""Exit codes; 1 is for `check`, 2 for errors."""

Old = Annotated[
    str,
    typer.Argument(
        metavar="OLD",
        help="A file, a URL, a git revision of openapi.yaml (HEAD~3, v0.1.0), or "
        "REVISION:PATH.",
    ),
]
New = Annotated[
    str,
    typer.Argument(
        metavar="[NEW]" if IS_CHECKOUT else "NEW",
        help="Likewise.",
        show_default="openapi.yaml of the working tree" if IS_CHECKOUT else False,
    ),
]
Kind = Annotated[Format, typer.Option("--format", help="How to write the report.")]
File = Annotated[
    Path | None,
    typer.Option("--out", help="Write the report to this file instead of printing it."),
]
FailOn = Annotated[
    Level,
    typer.Option(
        "--fail-on",
        help="Exit with 0 unless there are changes of this gravity or above.",
    ),
]


def diff(
    old: Old,
    new: New = str(PINNED) if IS_CHECKOUT else "",
    format_: Kind = Format.TEXT,
    out_: File = None,
    fail_on: FailOn = Level.ANY,
    path: Prefixes = None,
    tag: Tags = None,
    all_: Everything = False,
) -> None:
    """Report what changed between two documents, in terms of the generated code.

    Each change is judged twice: for callers, who write arguments and bodies, and for
    readers of responses. The verdicts are `breaking`, `mind` (nothing breaks,
    but the change deserves a thought: a value that an open enum may now have, a new
    default) and `compatible`.

    Exit code: 0 no difference that code can see, 3 differences and none of them
    breaking, 4 breaking for callers or readers, 2 an error.
    """
    with reported_errors():
        _check_target(out_)
        if not new and not IS_CHECKOUT:
            raise BuildError("NEW is needed: a document to compare OLD with")
        before, after = find(old), find(new)
        with out.status("comparing", spinner="line"):
            chosen = selection_of(path, tag, all_)
            report = compare(before, after, selection=chosen)
        report = replace(report, old=_label(old, before), new=_label(new, after))
        text = _WRITERS[format_](report)
        if out_ is None:
            out.out(text, end="", highlight=False)
        else:
            write_atomically(out_, text)
            out.print(f"wrote {plain_text(out_.name)}", markup=False)
    if fail_on is not Level.NEVER and report.verdict >= _LOWEST[fail_on]:
        raise typer.Exit(BREAKING if report.breaking else COMPATIBLE)


def _check_target(target: Path | None) -> None:
    if target is None:
        return
    if target.is_dir():
        raise BuildError(f"--out {plain_text(str(target))} is a folder")
    if target.exists() and not target.is_file():
        # What is written takes the place of what was there, be it a device.
        raise BuildError(
            f"--out {plain_text(str(target))} is no ordinary file",
            ["leave --out out to print the report"],
        )
    if not target.parent.is_dir():
        raise BuildError(f"--out: there is no folder {plain_text(str(target.parent))}")


def _label(text: str, found: Source) -> str:
    """Return a label of a document: what the user calls it, and its version."""
    name = found.name if Path(text).is_file() else text
    return f"{plain_text(name)} (version {plain_text(found.version) or 'unknown'})"
