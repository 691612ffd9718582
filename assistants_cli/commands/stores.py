"""Vector stores: list, show, make, fill and delete them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..command import command, group
from ..dialogue.attachments import checked
from ..exit_codes import ExitCode
from ..failures import WrongUse
from ..json_data import at, object_in, pairs
from ..safe_text import moment
from ..seconds import above_zero
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

app = group("Vector stores: files that models search; also called `vector-stores`.")


@app.command("list")
@command
def list_stores(session: Session, limit: LimitOption = None) -> None:
    """List vector stores, the newest first."""
    write_list(
        session,
        session.client.vector_stores.list(max_items=limit),
        ("id", "name", "status", "files", "bytes", "created"),
        lambda each: (
            at(each, "id"),
            at(each, "name"),
            at(each, "status"),
            at(each, "file_counts", "total"),
            at(each, "usage_bytes"),
            moment(at(each, "created_at")),
        ),
    )


@app.command("show")
@command
def show_store(
    session: Session, store: Annotated[str, typer.Argument(metavar="ID")]
) -> None:
    """Show what the server knows of a vector store, and its files."""
    write_object(session, session.client.vector_stores.retrieve(store))
    if not session.output.json:
        session.output.line()
    write_list(
        session,
        session.client.vector_stores.files.list(store),
        ("id", "status", "bytes", "error"),
        lambda each: (
            at(each, "id"),
            at(each, "status"),
            at(each, "usage_bytes"),
            at(each, "last_error", "message"),
        ),
    )


@app.command("create")
@command
def create_store(
    session: Session,
    name: Annotated[str | None, typer.Option(help="What it is called")] = None,
    file_id: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="File to begin with; may be given repeatedly"),
    ] = None,
    metadata: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Something to note")
    ] = None,
    body: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="JSON object with anything that the API takes"
        ),
    ] = None,
) -> None:
    """Make a vector store, and print its id."""
    own = {
        "name": name,
        "file_ids": file_id,
        "metadata": pairs("--metadata", metadata) or None,
    }
    given: dict[str, Any] = {n: value for n, value in own.items() if value is not None}
    given = {**object_in("--body", body), **given}
    write_id(session, session.client.vector_stores.create(**given))


@app.command("add")
@command
def add_files(
    session: Session,
    store: Annotated[str, typer.Argument(metavar="ID")],
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...")] = None,
    file_id: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="File that the server has already"),
    ] = None,
    max_wait: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", help="Seconds for indexing", callback=above_zero
        ),
    ] = 600.0,
) -> ExitCode:
    """Upload files, add them, and wait until the server has indexed them."""
    if not paths and not file_id:
        raise WrongUse("nothing to add: name files, or pass --file-id")
    checked(paths or [])
    if paths:
        # Else they would be left behind where there is no such store.
        session.client.vector_stores.retrieve(store)
    output = session.output
    batches = session.client.vector_stores.file_batches
    batch = batches.upload_and_poll(
        store,
        files=paths or [],
        file_ids=file_id or [],
        progress=sys.stderr.isatty(),
        max_wait=max_wait,
    )
    counts = batch.to_dict().get("file_counts")
    done, total = at(counts, "completed"), at(counts, "total")
    if output.json:
        output.data(batch)
    else:
        output.line(f"{done} of {total} files indexed")
    if done == total:
        return ExitCode.OK
    for each in batches.list_files(batch.id, vector_store_id=store):
        data = each.to_dict()
        if at(data, "status") != "completed":
            why = at(data, "last_error", "message") or at(data, "status")
            output.problem(f"{at(data, 'id')}: {why}")
    return ExitCode.ERROR


@app.command("delete")
@command
def delete_stores(
    session: Session, stores: IdsArgument, yes: YesOption = False
) -> ExitCode:
    """Delete vector stores; their files stay."""
    return delete_all(session, stores, session.client.vector_stores.delete, yes=yes)
