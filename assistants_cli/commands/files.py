"""Files: list, show, upload, download and delete them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..command import command, group
from ..dialogue.attachments import checked
from ..exit_codes import ExitCode
from ..failures import WrongUse
from ..json_data import at
from ..safe_text import moment
from ..session import Session
from .parts import (
    IdsArgument,
    LimitOption,
    YesOption,
    delete_all,
    write_id,
    write_list,
    write_object,
)

app = group("Files at the server.")


@app.command("list")
@command
def list_files(
    session: Session,
    purpose: Annotated[
        str | None, typer.Option(help="List those for a purpose, such as assistants")
    ] = None,
    limit: LimitOption = None,
) -> None:
    """List files, the newest first."""
    given: Any = {} if purpose is None else {"purpose": purpose}
    write_list(
        session,
        session.client.files.list(max_items=limit, **given),
        ("id", "name", "bytes", "purpose", "created"),
        lambda each: (
            at(each, "id"),
            at(each, "filename"),
            at(each, "bytes"),
            at(each, "purpose"),
            moment(at(each, "created_at")),
        ),
    )


@app.command("show")
@command
def show_file(
    session: Session, file: Annotated[str, typer.Argument(metavar="ID")]
) -> None:
    """Show what the server knows of a file; `download` has its contents."""
    write_object(session, session.client.files.retrieve(file))


@app.command("upload")
@command
def upload_files(
    session: Session,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")],
    purpose: Annotated[str, typer.Option(help="What they are for")] = "assistants",
) -> None:
    """Upload files, and print their ids; nothing is sent unless all can be read."""
    checked(paths)
    for each in paths:
        write_id(
            session,
            session.client.files.create(
                file=each,
                purpose=purpose,
                progress=sys.stderr.isatty(),
            ),
        )


@app.command("download")
@command
def download_file(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="ID")],
    to: Annotated[
        str | None,
        typer.Option(
            "--to", "-o", metavar="PATH", help="Where to write it [default: stdout]"
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Replace a file that is there")
    ] = False,
) -> None:
    """Download the contents of a file, as they are, to stdout or a path."""
    if to is not None:
        _check_target(to, force=force)
    elif session.output.is_terminal:
        raise WrongUse(
            "contents may be anything, which a terminal should not get: name --to "
            "PATH, or pipe them, as in `| less`"
        )
    content = session.client.files.with_streaming_response.content(file)
    with content as response:
        if to is not None:
            response.stream_to_file(to, progress=sys.stderr.isatty())
            return
        for piece in response.iter_bytes():
            sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _check_target(to: str, *, force: bool) -> None:
    path = Path(to)
    if path.is_dir() or to.endswith((os.sep, "/")):
        raise WrongUse(f"{to} is a folder: name a file in it")
    if not path.parent.is_dir():
        raise WrongUse(f"there is no folder {path.parent}")
    if path.is_file() and not force:
        raise WrongUse(f"{to} is there already: --force replaces it")


@app.command("delete")
@command
def delete_files(
    session: Session, files: IdsArgument, yes: YesOption = False
) -> ExitCode:
    """Delete files."""
    return delete_all(session, files, session.client.files.delete, yes=yes)
