"""The command line: python -m assistants_server import."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistants_archive import ArchiveError

from ..archive import import_into
from ..configuration.file import FileError
from ..configuration.option import OptionError
from ..configuration.place import add_place, configured_place
from ..keys import DEFAULT_PROJECT, InvalidKeyError
from ..store import StoreError
from ..store.key import check_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..archive import Report

_ERROR, _WRONG_USE, _INCOMPLETE = 1, 2, 6
_DESCRIPTION = """\
Import an archive, which `assistants export` made, into a store that no server has
open; it is found by the options, environment and file of the server. Ids, dates and
order are kept; what is there already stays as it is, and a second import changes
nothing. Exit codes: 0 all is there; 6 something was left
out, and is listed; 2 the archive or the store can't be used; 1 the disk can't."""


def main(arguments: Sequence[str]) -> int:
    """Import an archive, and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        check_project(options.project)
        place = configured_place(options)
        report = import_into(
            *(place.store, options.folder),
            project=options.project,
            files=place.files,
            dry_run=options.dry_run,
        )
    except (ArchiveError, FileError, InvalidKeyError, OptionError, StoreError) as error:
        sys.stderr.write(f"assistants_server: {error}\n")
        return _WRONG_USE
    except OSError as error:
        sys.stderr.write(
            f"assistants_server: {error}; what was imported before stays, and the same "
            "command goes on\n"
        )
        return _ERROR
    sys.stdout.write("".join(f"{line}\n" for line in shown(report)))
    return _INCOMPLETE if report.left_out else 0


def shown(report: Report) -> list[str]:
    """Return the lines of a report, fit for a terminal."""
    lines = report.lines() or ["nothing to import"]
    return [
        "".join(c if c.isprintable() else repr(c)[1:-1] for c in line) for line in lines
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assistants_server import", description=_DESCRIPTION
    )
    add = parser.add_argument
    add("folder", metavar="FOLDER", type=Path, help="the folder of the archive")
    add(
        "--project",
        metavar="NAME",
        default=DEFAULT_PROJECT,
        help="project that everything belongs to then (default: %(default)s)",
    )
    add_place(parser, "store", "files")
    add(
        "--dry-run",
        action="store_true",
        help="say what would be imported, and change nothing",
    )
    return parser
