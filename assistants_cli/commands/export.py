"""Export assistants, threads, files and vector stores into a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from assistants_archive import ArchiveError
from assistants_archive.counts import counts_text
from assistants_archive.names import ERRORS, MANIFEST

from ..archive import Export, Outcome, Selection, ids_in
from ..archive.export import JOBS, STOPPED
from ..archive.progress import ProgressLine
from ..command import command
from ..exit_codes import ExitCode
from ..failures import Ended, WrongUse, advice_for, exit_code_of
from ..json_data import reason_of
from ..session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

_RETRIES = 8
_SHOWN = 10


@command
def export(
    session: Session,
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="A new folder, or an unfinished one"),
    ],
    thread: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="A thread; may be given several times"),
    ] = None,
    threads_from: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File with ids of threads, or with JSON that names them, in lines; "
            "- for stdin",
        ),
    ] = None,
    batch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STORE:BATCH", help="A batch of files, which no server lists"
        ),
    ] = None,
    only_named: Annotated[
        bool,
        typer.Option(
            "--only-named", help="Only the threads that are named, and what they name"
        ),
    ] = False,
    no_contents: Annotated[
        bool, typer.Option("--no-contents", help="Leave the contents of files out")
    ] = False,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=1, max=32, help="How many at the same time")
    ] = JOBS,
) -> ExitCode:
    """Export a server into a folder, or go on with an export that was interrupted.

    All that the server lists is exported: assistants, threads where they can be listed,
    vector stores, files. Run the same command again after an interruption, or to try
    again what could not be had.
    """
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"{folder} is not a folder; name a new one")
    named = [*(thread or ()), *_from_file(threads_from)]
    if only_named and not named:
        raise WrongUse("--only-named needs --thread or --threads-from")
    try:
        selection = Selection(
            threads=tuple(dict.fromkeys(named)),
            everything=not only_named,
            contents=not no_contents,
            batches=tuple(_batch(each) for each in batch or ()),
        )
    except ValueError as error:
        raise WrongUse(str(error)) from error
    client = session.client
    if session.settings.max_retries is None:
        # An export goes on through an outage of a minute.
        client = client.with_options(max_retries=_RETRIES)
    line = ProgressLine()
    try:
        outcome = Export(
            client, folder, selection, jobs=jobs, on_progress=line.show
        ).run()
    except (ArchiveError, *STOPPED, OSError, KeyboardInterrupt) as error:
        line.end()
        raise _stopped(session, folder, error) from None
    line.end()
    return _report(session, folder, outcome)


def _from_file(file: Path | None) -> Iterator[str]:
    if file is None:
        return
    try:
        if str(file) == "-":
            yield from _ids(sys.stdin)
        else:
            with file.open(encoding="utf-8-sig") as opened:
                yield from _ids(opened)
    except (OSError, ValueError) as error:
        raise WrongUse(f"--threads-from {file}: {reason_of(error)}") from None


def _ids(file: TextIO) -> Iterator[str]:
    yield from ids_in(file)


def _batch(text: str) -> tuple[str, str]:
    store, _, batch = text.partition(":")
    if not store or not batch:
        raise WrongUse(
            f"--batch {text}: expected the ids of vector store and batch, "
            "such as vs_1:vsfb_1"
        )
    return store, batch


def _stopped(session: Session, folder: Path, error: BaseException) -> Ended:
    """Say why an export ended early, and how to go on."""
    note = session.output.note
    if isinstance(error, ArchiveError):
        note(f"assistants: {error}")
        return Ended(ExitCode.WRONG_USE)
    if isinstance(error, KeyboardInterrupt):
        note("assistants: interrupted")
        code = ExitCode.INTERRUPTED
    elif isinstance(error, OSError):
        note(f"assistants: {error.filename or folder}: {error.strerror or error}")
        code = ExitCode.ERROR
    else:
        note(f"assistants: {advice_for(error)}")
        code = exit_code_of(error) or ExitCode.ERROR
    if (folder / MANIFEST).is_file():
        note(f"What is in {folder} is whole; run the same command again to go on.")
    return Ended(code)


def _report(session: Session, folder: Path, outcome: Outcome) -> ExitCode:
    output, manifest = session.output, outcome.manifest
    problems = outcome.problems
    if output.json:
        output.data(
            {
                "folder": str(folder),
                "complete": manifest.complete,
                "was_complete": outcome.was_complete,
                "counts": manifest.counts,
                "problems": manifest.problems,
            }
        )
    elif outcome.was_complete:
        output.line(f"{folder} is complete since {manifest.ended}; nothing was done.")
    else:
        output.line(f"{folder}: {counts_text(manifest.counts)}; verified")
    if not problems:
        return ExitCode.OK
    output.note(f"Some of it could not be exported, see {folder / ERRORS}:")
    for each in problems[:_SHOWN]:
        output.note(f"  {each.unit} {each.id}, {each.what}: {each.message}")
    if len(problems) > _SHOWN:
        output.note(f"  and {len(problems) - _SHOWN} more")
    final = sum(each.is_final for each in problems)
    if final == len(problems):
        output.note("The server has none of it, so it is not tried again.")
    else:
        but = ", but for what the server doesn't have" if final else ""
        output.note(f"Run the same command again to try them again{but}.")
    return ExitCode.INCOMPLETE
