"""A server whose streams go on until the client closes them, and who listens."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import (
    AssistantEventHandler,
    AsyncAssistantEventHandler,
    AsyncClient,
    Client,
)
from harness.scripted_server import HOLD, Response, ScriptedServer
from tests.client.live_objects import got

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEY = "sk-of-the-test"
DEADLINE = 20.0
"""Seconds after which a test that waits for something has failed."""
IDS: Any = {"thread_id": "thread_1", "assistant_id": "asst_1"}
RUN = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1"}
SENT: list[tuple[str, Any]] = [
    ("thread.run.created", {**RUN, "status": "queued"}),
    ("thread.run.in_progress", {**RUN, "status": "in_progress"}),
    *[
        (
            "thread.message.delta",
            {
                "id": "msg_1",
                "object": "thread.message.delta",
                "delta": {"content": [{"index": 0, "type": "text", "text": piece}]},
            },
        )
        for piece in ({"value": "Sun"}, {"value": "ny"})
    ],
]
NAMES = [name for name, _ in SENT]


class Hanging(ScriptedServer):
    """Sends events to the one request that comes, and then nothing."""

    def __init__(self, *events: tuple[str, Any]) -> None:
        said = "".join(
            f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events
        )
        head = Response(content_type="text/event-stream").head()
        super().__init__(lambda _: [head + said.encode(), HOLD])
        self.url += "/v1"

    def is_left(self) -> bool:
        """Wait until the client has closed its connection."""
        return self.hung_up.wait(DEADLINE)

    async def is_left_async(self) -> bool:
        """Wait likewise, while the client's loop goes on."""
        async with asyncio.timeout(DEADLINE):
            while not self.hung_up.is_set():
                await asyncio.sleep(0.001)
        return True


class Mine(AssistantEventHandler):
    """Notes how its stream ends, and fails where it is to."""

    def __init__(self, fail_at: str = "") -> None:
        self.ends: list[Any] = []
        self.fail_at = fail_at

    def on_event(self, event: Any) -> None:
        """Fail, if this is the event."""
        if event.event == self.fail_at:
            raise LookupError("in the callback")

    def on_exception(self, exception: Exception) -> None:
        """Note it."""
        self.ends.append(exception)

    def on_timeout(self) -> None:
        """Note it."""
        self.ends.append("timeout")

    def on_end(self) -> None:
        """Note it."""
        self.ends.append("end")


class AsyncMine(AsyncAssistantEventHandler):
    """Notes how its stream ends, and fails where it is to."""

    def __init__(self, fail_at: str = "") -> None:
        self.ends: list[Any] = []
        self.fail_at = fail_at

    async def on_event(self, event: Any) -> None:
        """Fail, if this is the event."""
        await asyncio.sleep(0)
        if event.event == self.fail_at:
            raise LookupError("in the callback")

    async def on_exception(self, exception: Exception) -> None:
        """Note it."""
        self.ends.append(exception)

    async def on_timeout(self) -> None:
        """Note it."""
        self.ends.append("timeout")

    async def on_end(self) -> None:
        """Note it."""
        await asyncio.sleep(0)
        self.ends.append("end")


@asynccontextmanager
async def entered(manager: Any) -> AsyncIterator[Any]:
    """Enter a client or a stream of either kind."""
    if hasattr(manager, "__aenter__"):
        async with manager as value:
            yield value
    else:
        with manager as value:
            yield value


def iterator_of(iterable: Any) -> Any:
    """Begin a loop of either kind."""
    return aiter(iterable) if hasattr(iterable, "__aiter__") else iter(iterable)


async def next_of(iterator: Any) -> Any:
    """Return the next item of an iterator of either kind."""
    return await got(
        anext(iterator) if hasattr(iterator, "__anext__") else next(iterator)
    )


async def rest_of(iterable: Any) -> list[Any]:
    """Return the items that are left, of either kind."""
    if hasattr(iterable, "__aiter__"):
        return [each async for each in iterable]
    return [*iterable]


KINDS = pytest.mark.parametrize(
    ("kind", "handler_kind"),
    [(Client, Mine), (AsyncClient, AsyncMine)],
    ids=["sync", "async"],
)


class Before:
    """What there was before, to see that nothing was added."""

    def __init__(self) -> None:
        self._threads = {*threading.enumerate()}
        self._tasks = tasks()

    def is_all_there_is(self) -> bool:
        for thread in {*threading.enumerate()} - self._threads:
            thread.join(DEADLINE)
        return {*threading.enumerate()} <= self._threads and tasks() <= self._tasks


def tasks() -> set[Any]:
    try:
        return asyncio.all_tasks()
    except RuntimeError:
        # There is no loop.
        return set()


def connections(client: Client | AsyncClient) -> list[Any]:
    """Return the connections that the client's pool has."""
    http: Any = client._http({})._client
    found: list[Any] = http._transport._pool.connections
    return found
