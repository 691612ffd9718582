"""`vendor`: copy the package into another repository, and check such a copy."""

from __future__ import annotations

import json
import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from codegen.commands.console import err, out, reported_errors, say, say_some
from codegen.errors import BuildError
from codegen.paths import GENERATED
from codegen.pipeline import PACKAGE
from codegen.vendor import vendored
from codegen.vendor.check import Checked, check_copy, copies
from codegen.vendor.copy import Options, Written, write
from codegen.vendor.manifest import FACADE


class Format(StrEnum):
    """How the result is written."""

    TEXT = "text"
    JSON = "json"


Dest = Annotated[
    Path,
    typer.Argument(
        metavar="DEST",
        help="The folder that the copy is to be in, made where it is missing; the copy "
        "is a folder NAME there. With --check, that folder or the copy itself.",
    ),
]
Name = Annotated[
    str | None,
    typer.Option(
        help="The name of the copy's package.",
        show_default=f"{PACKAGE}, with the client {FACADE}",
    ),
]
WithClient = Annotated[
    bool,
    typer.Option(
        "--with-client",
        help="Copy the hand-written client too. The copy is then the client, and the "
        f"generated package is NAME.{PACKAGE}.",
    ),
]
Generated = Annotated[
    Path | None,
    typer.Option(
        help="Copy another build than this repository's: the folder that `build --out` "
        "wrote.",
        show_default="generated",
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Discard what was changed in an earlier copy.")
]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; check a copy.")]
Kind = Annotated[Format, typer.Option("--format", help="How to write the result.")]


def vendor(
    dest: Dest,
    name: Name = None,
    with_client: WithClient = False,
    generated: Generated = None,
    force: Force = False,
    check: Check = False,
    format_: Kind = Format.TEXT,
) -> None:
    """Copy the package into another repository, or check such a copy with --check.

    A copy has relative imports only and needs nothing of this repository. An earlier
    copy is replaced as a whole, unless somebody changed it.

    A copy is modified where files were changed or added, incomplete where files are
    missing, outdated where this repository would now write another. Exit codes: 0 all
    is well; 1 modified or incomplete, whether outdated or not; 2 that can't be checked,
    or the copy can't be written; 3 outdated, and otherwise well.

    In the copy, `python vendored.py` checks for modified and incomplete without this
    repository.
    """
    with reported_errors():
        if check:
            if with_client or force:
                raise BuildError("--check takes neither --with-client nor --force")
            _check(copies(dest, name), generated, format_)
            return
        if name is None:
            name = FACADE if with_client else PACKAGE
        options = Options(name, with_client, generated or GENERATED)
        _print_written(write(dest, options, force=force), format_)


def _check(folders: list[Path], generated: Path | None, format_: Format) -> None:
    """Check all copies, print what was found, and exit with the code for it."""
    found, errors = list[Checked](), list[BuildError]()
    for folder in folders:
        try:
            found.append(check_copy(folder, generated))
        except BuildError as error:
            errors.append(error)
    if format_ is Format.JSON:
        _print_json({"copies": [_as_json(each) for each in found]})
    else:
        for each in found:
            _print_checked(each)
    if errors:
        raise BuildError("\n".join(str(error) for error in errors))
    verdicts = {verdict for each in found for verdict in each.verdicts}
    if verdicts:
        raise typer.Exit(3 if verdicts == {"outdated"} else 1)


def _print_checked(found: Checked) -> None:
    name = vendored.shown(found.folder.resolve().name)
    say_some(f"{name}: {line}" for line in vendored.lines(found.findings))
    say_some(f"{name}: outdated: {line}" for line in found.outdated)
    if found.unknown:
        say(f"{name}: whether it is outdated is unknown: {found.unknown}")
    say(f"{name} is {' and '.join(found.verdicts) or 'as it should be'}")


def _as_json(found: Checked) -> dict[str, object]:
    return {
        "name": found.folder.resolve().name,
        "verdicts": found.verdicts,
        **found.findings._asdict(),
        "outdated": found.outdated,
        "unknown": found.unknown,
    }


def _print_written(done: Written, format_: Format) -> None:
    stamp = done.copy.stamp
    if format_ is Format.JSON:
        found = {**done.changes, "discarded": done.discarded, "stamp": stamp}
        _print_json({"name": done.target.name, **found})
        return
    source = stamp["source"]
    if source is not None and source["modified"]:
        err.print("note: this repository has changes that are not committed")
    if done.discarded:
        out.print("discarded, because of --force:")
        say_some(f"  {line}" for line in done.discarded)
    added, changed, deleted = map(len, done.changes.values())
    out.print(
        f"wrote {done.target.name}, version {stamp['version']}: "
        f"{added} files added, {changed} changed, {deleted} deleted"
    )
    out.print(f"it needs Python {stamp['python']} and", markup=False)
    for requirement in stamp["dependencies"]:
        out.print(f"  {requirement}", markup=False)
    say(f"check it where it is: python {_shown_path(done.target)}")


def _shown_path(target: Path) -> str:
    """Return the path of the check, relative to the current folder if it is below."""
    path, here = target / "vendored.py", Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return shlex.quote(str(shown))


def _print_json(result: dict[str, object]) -> None:
    typer.echo(json.dumps(result, indent=1))
