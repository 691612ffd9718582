"""Searching a vector store."""

from __future__ import annotations

from typing import Annotated

import typer

from ..command import command
from ..json_data import at, items_at, text_at
from ..safe_text import cell, in_line
from ..session import Session


@command
def search(
    session: Session,
    store: Annotated[str, typer.Argument(metavar="STORE")],
    query: Annotated[str, typer.Argument(metavar="QUERY")],
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, max=50, help="Show no more than N")
    ] = 10,
) -> None:
    """Search the files of a vector store; what fits best comes first."""
    output = session.output
    found = session.client.vector_stores.search(
        store, query=query, max_num_results=limit
    )
    for each in found:
        if output.json:
            output.data(each)
            continue
        data = each.to_dict()
        score = at(data, "score")
        shown = f"{score:.3f}" if isinstance(score, float) else cell(score)
        output.line(
            f"{shown}  {in_line(text_at(data, 'filename'))}  {at(data, 'file_id')}"
        )
        for part in items_at(data, "content"):
            for line in text_at(part, "text").splitlines():
                output.line(f"    {line}")
        output.line()
