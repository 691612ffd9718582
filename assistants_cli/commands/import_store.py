"""Import an archive into a store of our server, where that is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..archive.progress import ProgressLine
from ..exit_codes import ExitCode
from ..failures import WrongUse

if TYPE_CHECKING:
    from pathlib import Path

    from ..session import Session


def import_into_store(
    session: Session, folder: Path, store: str, *, dry_run: bool
) -> ExitCode:
    """Import an archive into a store, and say what came of it.

    Raises:
        ArchiveError: it is not an archive, or damaged.
        WrongUse: the server isn't installed, or the store can't be used.
        OSError: something can't be read or written.
    """
    try:
        # Part of another extra.
        from assistants_server.archive import StoreError, import_into
    except ImportError as error:
        raise WrongUse(str(error)) from error
    try:
        progress = ProgressLine()
        try:
            report = import_into(
                store,
                folder,
                dry_run=dry_run,
                on_unit=lambda done, known: progress.say(f"importing {done}/{known}"),
            )
        finally:
            progress.end()
    except StoreError as error:
        raise WrongUse(str(error)) from error
    except (OSError, KeyboardInterrupt):
        session.output.note(
            "What was imported before stays; run the same command again to go on."
        )
        raise
    output = session.output
    if output.json:
        output.data(
            {
                "dry_run": dry_run,
                "counts": {k: dict(v) for k, v in report.counts.items()},
                "notes": [each._asdict() for each in report.notes],
            }
        )
    else:
        for line in report.lines() or ["nothing to import"]:
            output.line(line)
    return ExitCode.INCOMPLETE if report.left_out else ExitCode.OK
