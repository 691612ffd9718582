"""Live objects by their ids alone; names of methods that people know from elsewhere."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import Client, ConfigurationError
from assistants_client.objects._live import note_awaited
from assistants_server import LocalServer
from harness.either_client import either, entered, settled
from tests.client.both import KINDS, NAMES, mocked, use

if TYPE_CHECKING:
    from collections.abc import Iterator

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(poll_after=1) as server:
        yield server


@both
def test_an_object_is_bound_by_its_ids(kind: Any, server: LocalServer) -> None:
    async def act(client: Any) -> None:
        assistant = await settled(client.assistants.create(model="m"))
        made = await settled(client.threads.create_and_run(assistant_id=assistant))
        before = len(server.exchanges)
        run = client.threads.runs.bind(made.id, thread_id=made.thread_id)
        thread = client.threads.bind(made.thread_id)
        bound = [client.assistants.bind(assistant), thread, run]
        assert len(server.exchanges) == before
        assert (run.id, run.thread_id, run.object) == (
            made.id,
            made.thread_id,
            "thread.run",
        )
        assert not run.has_ended
        await settled(run.wait(poll_interval_ms=1))
        assert run.status == "completed"
        assert run.assistant_id == assistant.id
        page = await settled(run.messages())
        message = client.threads.messages.bind(page.data[0], thread_id=thread)
        steps = await settled(run.list_steps())
        step = client.threads.runs.steps.bind(
            steps.data[0].id, run_id=run, thread_id=thread
        )
        for each in (*bound, message, step):
            assert await settled(each.refresh()) is each
            assert each.created_at > 0

    use(kind, act, base_url=server.url)


@both
def test_what_binds_needs_ids_and_nothing_else(kind: Any) -> None:
    async def act(client: Any) -> None:
        runs = client.threads.runs
        with pytest.raises(ConfigurationError, match="the argument 'thread_id'"):
            runs.bind("run_1")
        with pytest.raises(ConfigurationError, match="thread_id must be an id"):
            runs.bind("run_1", thread_id="")
        with pytest.raises(ConfigurationError, match="not a thread"):
            runs.bind(client.threads.bind("t"), thread_id="t")

    use(kind, act, base_url="http://x")


EVENTS = "event: thread.run.completed\ndata: {}\n\nevent: done\ndata: [DONE]\n\n"


@both
@pytest.mark.parametrize(
    ("name", "given", "path"),
    [
        ("threads.runs.create_stream_raw", {"assistant_id": "a"}, "/threads/t/runs"),
        (
            "threads.runs.submit_tool_outputs_stream_raw",
            {"run_id": "r", "tool_outputs": [{"tool_call_id": "c", "output": "o"}]},
            "/threads/t/runs/r/submit_tool_outputs",
        ),
        ("threads.stream_raw", {"assistant_id": "a"}, "/threads/runs"),
    ],
)
def test_raw_streams_by_their_names_in_ruby(
    kind: Any, name: str, given: dict[str, Any], path: str
) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        events = {"content-type": "text/event-stream"}
        return httpx.Response(200, text=EVENTS, headers=events)

    ids = {} if name == "threads.stream_raw" else {"thread_id": "t"}

    async def act(client: Any) -> None:
        method, raw = client, client.with_raw_response
        for part in name.split("."):
            method, raw = getattr(method, part), getattr(raw, part)
        async with entered(await settled(method(**ids, **given))) as stream:
            assert [each.event async for each in either(stream)] == [
                "thread.run.completed"
            ]
        response = await settled(raw(**ids, **given))
        await settled(response.parse().close())

    use(kind, act, base_url="http://x", http_client=mocked(kind, answer))
    for request in sent:
        assert request.url.path == path
        assert json.loads(request.content)["stream"] is True
    assert len(sent) == 2


@both
def test_the_old_name_of_a_stream(kind: Any, server: LocalServer) -> None:
    async def act(client: Any) -> None:
        assistant = await settled(client.assistants.create(model="m"))
        thread = await settled(client.threads.create())
        texts: list[str] = []
        manager = client.beta.threads.runs.create_and_stream(
            thread_id=thread,
            assistant_id=assistant,
            on_text_delta=lambda delta, _: texts.append(delta.value),
        )
        async with entered(manager) as stream:
            await settled(stream.until_done())
        assert texts

    use(kind, act, base_url=server.url)


def test_a_plain_run_that_is_awaited_is_told_how_to_be(
    caplog: pytest.LogCaptureFixture, server: LocalServer
) -> None:
    note_awaited.cache_clear()

    async def main() -> None:
        with Client(base_url=server.url, api_key="none") as client:
            assistant = client.assistants.create(model="m")
            run: Any = client.threads.create_and_run(assistant_id=assistant)
            for _ in range(2):
                assert await run.wait(poll_interval_ms=1) is run

    asyncio.run(main())
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("assistants_client", "WARNING")
    assert "those of an AsyncClient are awaited" in record.getMessage().replace(
        "T", "t"
    )
    assert "AsyncRun" in record.getMessage()
    assert "asyncio.to_thread" in record.getMessage()
