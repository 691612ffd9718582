"""Assistants: list, show, make, change and delete them."""

from __future__ import annotations

from typing import Annotated

import typer

from ..command import command, group
from ..session import Session

app = group()


@app.command("list")
@command
def list_assistants(
    session: Session,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="List no more than N")
    ] = None,
) -> None:
    """List the assistants, the newest first."""
    found = session.client.assistants.list(max_items=limit)
    if session.output.json:
        for each in found:
            session.output.data(each)
        return
    session.output.rows(
        ("id", "name", "model", "made"),
        ((each.id, each.name, each.model, each.created_at_datetime) for each in found),
    )
