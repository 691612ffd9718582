"""Import an archive: into a store of our server, or into conversations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistants_archive import ArchiveError
from assistants_archive.counts import counted

from ..archive.conversations import Carried, Conversations, NoConversationsError, survey
from ..archive.items import LOSSES
from ..archive.progress import ProgressLine
from ..command import command
from ..exit_codes import ExitCode
from ..failures import WrongUse
from ..session import Session
from .import_store import import_into_store

_SHOWN = 20


@command
def import_archive(
    session: Session,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder of an archive")
    ],
    store: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Into the store of our server, a file that no server has open, or "
            "postgresql://USER@HOST/DATABASE: ids and dates stay",
        ),
    ] = None,
    conversations: Annotated[
        bool,
        typer.Option(
            "--conversations", help="Into /conversations of the server, such as OpenAI"
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Say what would be imported, and change nothing"
        ),
    ] = False,
) -> ExitCode:
    """Import an archive that `assistants export` made.

    What is there already stays as it is, and a second import changes nothing. What
    can't be carried into conversations is listed before and after.
    """
    if (store is None) != conversations:
        raise WrongUse("say where to: either --store FILE or --conversations")
    try:
        if store is not None:
            return import_into_store(session, folder, store, dry_run=dry_run)
        return _into_conversations(session, folder, dry_run=dry_run)
    except ArchiveError as error:
        raise WrongUse(str(error)) from error


def _into_conversations(session: Session, folder: Path, *, dry_run: bool) -> ExitCode:
    output = session.output
    planned = survey(folder)
    _tell_losses(session, planned, "can't be carried into conversations")
    if dry_run:
        if output.json:
            output.data(_data(planned))
        else:
            output.line(
                f"{counted('thread', planned.threads)} would go into conversations, "
                f"with {planned.items} items in all; nothing was sent"
            )
        return ExitCode.OK
    line = ProgressLine()

    def show(done: Carried) -> None:
        number = done.threads + done.before + len(done.problems)
        line.say(f"thread {number}/{planned.threads}, {done.items} items")

    work = Conversations(session.client, folder, on_thread=show)
    try:
        done = work.run()
    except ArchiveError:
        raise
    except NoConversationsError as error:
        raise WrongUse(str(error)) from error
    except (Exception, KeyboardInterrupt):
        output.note("What was imported stays; run the same command again to go on.")
        raise
    finally:
        line.end()
    if output.json:
        output.data(_data(done))
    else:
        output.line(
            f"{counted('thread', done.threads)} went into conversations, with "
            f"{done.items} items in all; {done.before} were there already; "
            f"{work.mapping} says which is which"
        )
    _tell_losses(session, done, "could not be carried")
    for thread, reason in done.problems[:_SHOWN]:
        output.note(f"  {thread}: {reason}")
    if len(done.problems) > _SHOWN:
        output.note(f"  and {len(done.problems) - _SHOWN} more")
    return ExitCode.INCOMPLETE if done.problems else ExitCode.OK


def _tell_losses(session: Session, carried: Carried, what: str) -> None:
    if carried.lost:
        session.output.note(f"This {what}:")
    for name, meaning in LOSSES.items():
        if carried.lost[name]:
            session.output.note(f"  {carried.lost[name]:6} {meaning}")


def _data(carried: Carried) -> dict[str, object]:
    return {
        "threads": carried.threads,
        "items": carried.items,
        "before": carried.before,
        "lost": dict(carried.lost),
        "problems": [{"thread": t, "reason": r} for t, r in carried.problems],
    }
