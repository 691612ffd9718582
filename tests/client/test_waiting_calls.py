"""Waiting for runs by both clients, over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from assistants_api.models import RunObject
from assistants_client import (
    APIStatusError,
    AsyncClient,
    Client,
    ConfigurationError,
    NotFoundError,
    RunTimeout,
)
from assistants_server import Fail, Incomplete, LocalServer, ToolCall, Turn, Wait
from tests.client import either
from tests.client.live_objects import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator


def engine(turn: Turn) -> Iterator[Any]:
    """Answer by what is asked for."""
    match turn.question:
        case "fail":
            yield Fail("No.")
        case "stop short":
            yield Incomplete("max_completion_tokens")
        case "call" if not turn.outputs:
            yield ToolCall("add", {})
        case _:
            yield "It is done."


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(engine=engine, poll_after=5) as server:
        yield server


@pytest.fixture
def ids(server: LocalServer) -> tuple[str, str]:
    with Client(base_url=server.url, api_key=KEY) as client:
        function: Any = {"type": "function", "function": {"name": "add"}}
        assistant = client.assistants.create(model="m", tools=[function])
        return assistant.id, client.threads.create().id


def said(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        *(("go", "completed"), ("fail", "failed"), ("stop short", "incomplete")),
        ("call", "requires_action"),
    ],
)
def test_runs_are_given_as_they_ended(
    calling: Any, server: LocalServer, ids: tuple[str, str], text: str, status: str
) -> None:
    assistant, thread = ids
    run = calling(
        lambda client: client.threads.runs.create_and_poll(
            thread_id=thread, assistant_id=assistant, additional_messages=said(text)
        ),
    )
    assert run.status == status
    same = calling(lambda one: one.threads.runs.poll(run, thread))
    assert same == run


def test_outputs_are_submitted_and_waited_for(
    calling: Any, server: LocalServer, ids: tuple[str, str]
) -> None:
    seen: list[str] = []
    run = calling(
        lambda client: client.threads.create_and_run_poll(
            assistant_id=ids[0],
            thread={"messages": said("call")},
            poll_interval_ms=5,
            on_update=lambda run: seen.append(run.status),
        ),
    )
    assert seen[-1] == run.status == "requires_action"
    (call,) = run.required_action.submit_tool_outputs.tool_calls
    before = len(server.exchanges)
    ended = calling(
        lambda client: client.threads.runs.submit_tool_outputs_and_poll(
            run_id=run.id,
            thread_id=run.thread_id,
            tool_outputs=[{"tool_call_id": call.id, "output": "1"}],
            extra_headers={"x-mine": "1"},
            extra_query={"q": 1},
        ),
    )
    assert (ended.id, ended.status) == (run.id, "completed")
    exchanges = server.exchanges[before:]
    assert [each.operation for each in exchanges].count("submitToolOutputsToRun") == 1
    assert {each.headers["x-mine"] for each in exchanges} == {"1"}
    assert {each.query for each in exchanges} == {"q=1"}


def test_the_deadline_cancels_what_was_created(
    calling: Any, ids: tuple[str, str]
) -> None:
    def never(_: Turn) -> Iterator[Any]:
        yield Wait(60)

    with LocalServer(engine=never, poll_after=5) as server:
        with Client(base_url=server.url, api_key=KEY) as client:
            assistant = client.assistants.create(model="m")
        with pytest.raises(RunTimeout) as up:
            calling(
                lambda one: one.threads.create_and_run_poll(
                    assistant_id=assistant.id, max_wait=0.05, cancel_on_timeout=True
                ),
                base_url=server.url,
            )
        run = up.value.run
        ended = calling(
            lambda one: one.threads.runs.poll(run, run.thread_id),
            base_url=server.url,
        )
        assert ended.status == "cancelled"
        created = [each.operation for each in server.exchanges]
        assert created.count("createThreadAndRun") == created.count("cancelRun") == 1


def test_an_async_callback_is_awaited(
    server: LocalServer, ids: tuple[str, str]
) -> None:
    assistant, thread = ids
    seen: list[str] = []

    async def update(run: RunObject) -> None:
        await asyncio.sleep(0)
        seen.append(run.status)

    def use(client: Any) -> Any:
        return client.threads.runs.create_and_poll(
            thread_id=thread, assistant_id=assistant, on_update=update
        )

    either.awaited(use, base_url=server.url)
    assert seen[-1] == "completed"
    with pytest.raises(TypeError, match="needs the asynchronous client"):
        either.at_once(use, base_url=server.url)


def test_errors_on_the_way_are_raised(
    calling: Any, server: LocalServer, ids: tuple[str, str]
) -> None:
    with pytest.raises(NotFoundError, match=r"threads\.runs\.retrieve"):
        calling(lambda one: one.threads.runs.poll("run_x", ids[1]))
    with pytest.raises(ConfigurationError, match="max_wait must be"):
        calling(lambda one: one.threads.runs.poll("r", "t", max_wait=0))
    before = len(server.exchanges)
    with pytest.raises(APIStatusError, match=r"threads\.runs\.retrieve: .* 3 attempts"):
        calling(
            lambda client: client.threads.runs.create_and_poll(
                thread_id=ids[1],
                assistant_id=ids[0],
                poll_interval_ms=1,
                extra_headers={"X-Local-Fault": "500 retry-after=0 on=getRun"},
            ),
        )
    created = [each.operation for each in server.exchanges[before:]]
    assert created == ["createRun", "getRun", "getRun", "getRun"]


def test_what_was_given_is_used_where_answers_lack_it(
    calling: Any, server: LocalServer, ids: tuple[str, str]
) -> None:
    run = calling(
        lambda client: client.threads.runs.create_and_poll(
            thread_id=ids[1],
            assistant_id=ids[0],
            extra_headers={"X-Local-Fault": "drop=thread_id"},
        ),
    )
    assert run.status == "completed"


def test_waiting_can_be_cancelled(server: LocalServer, ids: tuple[str, str]) -> None:
    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            waits = client.threads.runs.create_and_poll(
                thread_id=ids[1],
                assistant_id=ids[0],
                poll_interval_ms=60_000,
                additional_messages=said("call"),
            )
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(waits, 0.05)

    asyncio.run(run())
