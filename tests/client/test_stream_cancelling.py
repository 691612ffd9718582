"""Tasks that are cancelled, and tools that fail, leave no stream and no task behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import (
    AsyncClient,
    Client,
    ToolError,
    ToolSet,
)
from assistants_server import LocalServer, ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator
from tests.client.hanging import (
    DEADLINE,
    IDS,
    KEY,
    KINDS,
    NAMES,
    SENT,
    AsyncMine,
    Before,
    Hanging,
    connections,
    entered,
)
from tests.client.live_objects import got


def are_idle(client: Client | AsyncClient) -> bool:
    """Return whether no connection is kept from further use."""
    return all(each.is_idle() for each in connections(client))


def test_cancelling_a_task_closes_its_stream() -> None:
    handler = AsyncMine()

    async def follow(client: AsyncClient, far: asyncio.Event) -> None:
        runs = client.threads.runs
        async with runs.stream(**IDS, event_handler=handler) as stream:
            async for event in stream:
                if stream.current_message_snapshot:
                    far.set()
                assert event.event in NAMES

    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            before, far = Before(), asyncio.Event()
            task = asyncio.create_task(follow(client, far))
            await asyncio.wait_for(far.wait(), DEADLINE)
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert handler.ends == ["end"]
            assert await server.is_left_async()
            assert connections(client) == []
            assert before.is_all_there_is()

    with Hanging(*SENT) as server:
        asyncio.run(run())


def engine(turn: Turn) -> Iterator[Any]:
    """Ask for the one function there is, once."""
    if turn.outputs:
        yield "Done."
    else:
        yield ToolCall("work", {})


def question(assistant: Any, **more: Any) -> Any:
    thread = {"messages": [{"role": "user", "content": "Work."}]}
    return {"assistant_id": assistant, "thread": thread, **more}


@pytest.mark.parametrize("way", ["stream", "poll"])
def test_cancelling_a_task_cancels_its_tools(way: str) -> None:
    noted: list[str] = []

    async def work() -> str:
        """Go on until it is cancelled."""
        noted.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            noted.append("cancelled")
        return ""

    async def follow(client: AsyncClient) -> None:
        assistant = await client.assistants.create(model="m")
        given = question(assistant, tools=ToolSet([work]))
        if way == "poll":
            await client.threads.create_and_run_poll(**given)
            return
        async with client.threads.create_and_run_stream(
            **given, on_end=lambda: noted.append("end")
        ) as stream:
            await stream.until_done()

    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            before = Before()
            task = asyncio.create_task(follow(client))
            async with asyncio.timeout(DEADLINE):
                while not noted:
                    await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert are_idle(client)
            assert before.is_all_there_is()

    with LocalServer(engine=engine, poll_after=2) as server:
        asyncio.run(run())
    assert noted == ["begun", "cancelled", *(["end"] if way == "stream" else [])]


def test_cancelling_a_task_ends_its_wait() -> None:
    statuses: list[str] = []

    async def follow(client: AsyncClient) -> None:
        assistant = await client.assistants.create(model="m")
        run = await client.threads.create_and_run(**question(assistant))
        await run.wait(on_update=lambda run: statuses.append(run.status))

    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            before = Before()
            task = asyncio.create_task(follow(client))
            async with asyncio.timeout(DEADLINE):
                while not statuses:
                    await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert before.is_all_there_is()

    # It stays queued for longer than anybody waits.
    with LocalServer(pace=60, poll_after=60_000) as server:
        asyncio.run(run())


@KINDS
def test_a_tool_that_fails_leaves_nothing(kind: Any, handler_kind: Any) -> None:
    handler = handler_kind()

    def work() -> str:
        """Fail."""
        raise LookupError("in the tool")

    async def run() -> None:
        async with entered(kind(base_url=server.url, api_key=KEY)) as client:
            before = Before()
            assistant = await got(client.assistants.create(model="m"))
            given = question(assistant, tools=ToolSet([work], on_error="raise"))
            start = client.threads.create_and_run_stream
            async with entered(start(**given, event_handler=handler)) as stream:
                with pytest.raises(ToolError, match="in the tool"):
                    await got(stream.until_done())
            assert before.is_all_there_is()
            assert are_idle(client)

    with LocalServer(engine=engine, poll_after=2) as server:
        asyncio.run(run())
    error, end = handler.ends
    assert isinstance(error.__cause__, LookupError)
    assert end == "end"
