"""What has to change in a code base."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ..command import command
from ..exit_codes import ExitCode
from ..failures import WrongUse
from ..safe_text import in_line
from ..scan.findings import Finding, Kind
from ..scan.scanner import Scan
from ..session import Session

_UNREAD_SHOWN = 20


@command
def scan(
    session: Session,
    paths: Annotated[
        list[Path], typer.Argument(help="Folders and files", metavar="PATH...")
    ],
) -> ExitCode:
    """Find calls of the Assistants API and retired models, and say what to change.

    Nothing is executed and nothing is sent. Python is read by its syntax tree, other
    languages by what calls look like. Folders such as .git, .venv and node_modules are
    left out. Ends with 0 where nothing was found, and with 7 where something was.
    """
    missing = [each for each in paths if not each.exists()]
    if missing:
        raise WrongUse(f"{missing[0]} isn't there")
    output = session.output
    found = Scan()
    files: set[Path] = set()
    count = 0
    for path, findings in found.findings(paths, datetime.now(UTC).date()):
        files.add(path)
        count += len(findings)
        for each in findings:
            if output.json:
                output.data(_data(path, each))
            else:
                output.line(_line(path, each))
    for path, reason in found.unread[: None if output.json else _UNREAD_SHOWN]:
        if output.json:
            output.data({"file": str(path), "kind": "unread", "reason": reason})
        else:
            output.note(in_line(f"{path} was not read: {reason}"))
    output.note(_summary(found, len(files), count))
    if count:
        return ExitCode.FOUND
    return ExitCode.INCOMPLETE if found.unread else ExitCode.OK


def _line(path: Path, each: Finding) -> str:
    cell = f" cell {each.cell}," if each.cell is not None else ""
    place = f"{path}:{cell}{each.line}:{each.column}"
    maybe = "" if each.certain else " (perhaps)"
    kind = "model " if each.kind == Kind.MODEL else ""
    said = f"{kind}{each.found}{maybe}: {each.change}"
    return in_line(f"{place}: {said} [{each.page}]")


def _data(path: Path, each: Finding) -> dict[str, Any]:
    cell = {} if each.cell is None else {"cell": each.cell}
    return {
        "file": str(path),
        **cell,
        "line": each.line,
        "column": each.column,
        "kind": each.kind,
        "found": each.found,
        "certain": each.certain,
        "change": each.change,
        "docs": each.page,
    }


def _summary(found: Scan, files: int, count: int) -> str:
    said = f"{count} findings in {files} of {found.read} files"
    if found.unread:
        return f"{said}; {len(found.unread)} were not read"
    return said
