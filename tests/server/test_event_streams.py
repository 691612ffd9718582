"""Streams of events as they are sent: at once, and to nobody who is gone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from assistants_server.http.events import Listener
from assistants_server.http.responses import EventStream
from tests.server.api import Api, until
from tests.server.inside import tasks_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from assistants_server import LocalServer

_SCOPE: dict[str, Any] = {"type": "http", "asgi": {"spec_version": "2.3"}}


def test_the_first_event_waits_for_no_other_task() -> None:
    async def main() -> list[str]:
        happened: list[str] = []

        async def send(message: Any) -> None:
            happened.append(message.get("body", b"the head").decode()[:22])

        async def another() -> None:
            happened.append("another task")

        others = [asyncio.create_task(another())]
        listener = Listener()
        listener.send("thread.run.created", {})
        listener.end()
        await _stream(listener)(_SCOPE, _never, send)
        await asyncio.wait(others)
        return happened

    head, event, other, end = asyncio.run(main())
    assert (head, event) == ("the head", "event: thread.run.crea")
    assert (other, end) == ("another task", "")


def test_the_stream_of_a_client_that_is_gone_ends() -> None:
    async def main() -> list[bytes]:
        gone = asyncio.Event()
        left = []
        sent: list[bytes] = []

        async def receive() -> Any:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message.get("body", b""))
            if len(sent) == 2:
                gone.set()

        def leave() -> None:
            left.append("once")
            listener.abort()

        listener = Listener()
        listener.send("thread.run.created", {})
        async with asyncio.timeout(60):
            await _stream(listener, leave)(_SCOPE, receive, send)
        assert left == ["once"]
        assert len(asyncio.all_tasks()) == 1
        return sent

    head, event, end = asyncio.run(main())
    assert (head, end) == (b"", b"")
    assert event.startswith(b"event: thread.run.created\n")


def test_a_run_has_no_events_made_for_who_is_gone(
    api: Api, server: LocalServer
) -> None:
    body = {"assistant_id": api.assistant()}
    path = f"/threads/{api.thread('Hi')}/runs"
    with api.stream(path, body, script=[["One", {"wait": 3600}]]) as stream:
        _, run = stream.until("thread.run.in_progress")
        record = tasks_of(server)[run["id"]].record
        assert record.listener
    until(lambda: record.listener is None, "the server to notice")
    api.post(f"{path}/{run['id']}/cancel", {})


def _stream(
    listener: Listener, leave: Callable[[], None] = lambda: None
) -> Callable[..., Awaitable[None]]:
    return EventStream(listener.frames(), {}, leave)


async def _never() -> Any:
    await asyncio.Event().wait()
