"""What becomes of a run whose tools are interrupted, or that can't be cancelled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import AsyncClient, Client, RunTimeout, ToolError, ToolSet
from assistants_server import LocalServer, ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-of-the-test"
NO_CANCELLING = "500 on=cancelRun should-retry=false"


def engine(turn: Turn) -> Iterator[Any]:
    """Ask for the one function there is, whatever was said."""
    yield ToolCall("work", {})


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with LocalServer(engine=engine, poll_after=2) as server:
        yield server


def question(work: Any, **more: Any) -> dict[str, Any]:
    return {
        "assistant_id": "",
        "thread": {"messages": [{"role": "user", "content": "Work."}]},
        "tools": ToolSet([work], **more),
    }


def test_a_run_that_is_left_at_the_keyboard_is_named(
    server: LocalServer, caplog: pytest.LogCaptureFixture
) -> None:
    def work() -> str:
        """Be interrupted."""
        raise KeyboardInterrupt

    with Client(base_url=server.url, api_key=KEY) as client:
        assistant = client.assistants.create(model="m")
        given = {**question(work), "assistant_id": assistant}
        with pytest.raises(KeyboardInterrupt):
            client.threads.create_and_run_poll(**given)
        with (
            pytest.raises(KeyboardInterrupt),
            client.threads.create_and_run_stream(**given) as stream,
        ):
            stream.until_done()
        assert stream.current_run is not None
        left = stream.current_run.refresh()
        assert left.status == "requires_action"
    first, second = [each for each in caplog.messages if "interrupted" in each]
    assert "waits for outputs of tools until it expires" in first
    assert left.id in second


def test_a_run_that_a_cancelled_task_leaves_is_named(
    server: LocalServer, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    async def work() -> str:
        """Take for ever."""
        begun.set()
        await asyncio.Event().wait()
        return ""

    async def use() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            assistant = await client.assistants.create(model="m")
            given = {**question(work), "assistant_id": assistant}
            task = asyncio.ensure_future(client.threads.create_and_run_poll(**given))
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(use())
    (message,) = [each for each in caplog.messages if "interrupted" in each]
    assert "cancel it, or submit them" in message


def test_a_tools_error_is_raised_even_where_nothing_can_be_cancelled(
    server: LocalServer,
) -> None:
    def work() -> str:
        """Fail."""
        raise ValueError("in the function")

    server.faults.add(NO_CANCELLING)
    with Client(base_url=server.url, api_key=KEY) as client:
        assistant = client.assistants.create(model="m")
        given = {**question(work, on_error="raise"), "assistant_id": assistant}
        with pytest.raises(ToolError, match="in the function") as caught:
            client.threads.create_and_run_poll(**given)
    (note,) = caught.value.__notes__
    assert note.startswith("the run could not be cancelled, and waits: ")
    assert "status 500" in note


def test_a_timeout_is_raised_even_where_nothing_can_be_cancelled(
    server: LocalServer,
) -> None:
    server.faults.add(NO_CANCELLING)
    server.faults.add("null=status on=getRun")
    with Client(base_url=server.url, api_key=KEY) as client:
        assistant = client.assistants.create(model="m")
        run = client.threads.create_and_run(assistant_id=assistant)
        with pytest.raises(RunTimeout, match="max_wait= gives it longer") as caught:
            client.threads.runs.poll(
                run, run.thread_id, max_wait=0.05, cancel_on_timeout=True
            )
    (note,) = caught.value.__notes__
    assert note.startswith("the run could not be cancelled: ")
