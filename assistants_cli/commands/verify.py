"""Verify an archive by its counts and hashes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistants_archive import ArchiveError
from assistants_archive import verify as verify_archive
from assistants_archive.counts import counts_text
from assistants_archive.names import ERRORS

from ..command import command
from ..exit_codes import ExitCode
from ..failures import WrongUse
from ..session import Session

_SHOWN = 20


@command
def verify(
    session: Session,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder of an archive")
    ],
) -> ExitCode:
    """Verify that an archive is as it was written: each file, each line, each count."""
    try:
        found = verify_archive(folder)
    except ArchiveError as error:
        raise WrongUse(str(error)) from error
    output, problems = session.output, sum(found.manifest.problems.values())
    if output.json:
        output.data(
            {
                "folder": str(folder),
                "sound": found.sound,
                "complete": found.manifest.complete,
                "counts": found.counts,
                "damages": found.damages,
            }
        )
    else:
        state = "sound" if found.sound else "damaged"
        output.line(f"{folder} is {state}: {counts_text(found.counts)}")
        for each in found.damages[:_SHOWN]:
            output.line(f"  {each}")
        if len(found.damages) > _SHOWN:
            output.line(f"  and {len(found.damages) - _SHOWN} more")
    if problems:
        where = folder / ERRORS
        output.note(f"Some of it could not be exported, see {where}.")
    return ExitCode.OK if found.sound else ExitCode.ERROR
