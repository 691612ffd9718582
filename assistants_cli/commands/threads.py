"""Threads: list, show and delete them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistants_client import APIStatusError

from ..command import command, group
from ..exit_codes import ExitCode
from ..failures import Ended
from ..json_data import at, items_at, text_at
from ..safe_text import moment
from ..session import Session
from .parts import IdsArgument, LimitOption, YesOption, delete_all, write_list

if TYPE_CHECKING:
    from assistants_client import Client

app = group("Threads: conversations.")
_PAGE = 100
_NO_SUCH_PATH = (404, 405, 501)


@app.command("list")
@command
def list_threads(session: Session, limit: LimitOption = None) -> None:
    """List threads, the newest first, where the server can list them."""
    try:
        write_list(
            session,
            _listed(session.client, limit),
            ("id", "created", "metadata"),
            lambda each: (
                at(each, "id"),
                moment(at(each, "created_at")),
                at(each, "metadata") or None,
            ),
        )
    except APIStatusError as error:
        if error.status_code not in _NO_SUCH_PATH:
            raise
        session.output.problem(
            "this server can't list threads, as OpenAI's own couldn't: "
            f"keep their ids yourself ({error})"
        )
        raise Ended(ExitCode.ERROR) from error


@app.command("show")
@command
def show_thread(
    session: Session,
    thread: Annotated[str, typer.Argument(metavar="ID")],
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Show the last N messages [default: all]"
        ),
    ] = None,
) -> None:
    """Show the conversation; with --json the thread, and then each message."""
    threads = session.client.threads
    if not session.output.json:
        session.output.show(threads.conversation(thread, limit=limit))
        return
    session.output.data(threads.retrieve(thread))
    for each in _messages(session.client, thread, limit):
        session.output.data(each)


@app.command("delete")
@command
def delete_threads(
    session: Session, threads: IdsArgument, yes: YesOption = False
) -> ExitCode:
    """Delete threads, with their messages and runs."""
    return delete_all(session, threads, session.client.threads.delete, yes=yes)


def _messages(client: Client, thread: str, limit: int | None) -> Iterator[Any]:
    """Yield messages, the oldest first; the last ones if there is a limit."""
    messages = client.threads.messages
    if limit is None:
        yield from messages.list(thread, order="asc", limit=_PAGE)
        return
    size = min(limit, _PAGE)
    newest = messages.list(thread, order="desc", limit=size, max_items=limit)
    yield from reversed([*newest])


def _listed(client: Client, limit: int | None) -> Iterator[dict[str, Any]]:
    """Yield threads, page by page; the document has no operation for it."""
    left = math.inf if limit is None else limit
    query: dict[str, Any] = {"limit": min(left, _PAGE)}
    seen = {""}
    while True:
        page = client.get("/threads", cast_to=dict, extra_query=query)
        found = [*items_at(page, "data")]
        yield from found[: limit and int(left)]
        left -= len(found)
        last = text_at(found[-1], "id") if found else ""
        # Not every server moves on.
        if last in seen or left <= 0 or not at(page, "has_more"):
            return
        seen.add(last)
        query = {"limit": min(left, _PAGE), "after": last}
