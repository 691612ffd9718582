"""The calls that following a run takes, and the connections that it leaves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import AsyncClient, Client
from assistants_client._drive import drive
from assistants_client._effects import Receive
from assistants_client.resources._run_calls import RunCalls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

KEY = "sk-of-the-test"
NOWHERE = "http://127.0.0.1:1/v1"
IDS = {"thread_id": "thread_1", "run_id": "run_1"}


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is never read to its end."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"a piece"
        yield b"another"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def paged(*pages: list[dict[str, Any]], asked: list[httpx.URL]) -> httpx.MockTransport:
    """Return one page after the other, whatever is asked for."""
    left = [*pages]

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        data = left.pop(0)
        return httpx.Response(200, json={"data": data, "has_more": bool(left)})

    return httpx.MockTransport(answer)


def test_messages_of_other_runs_are_left_out() -> None:
    first: Any = [{"id": "msg_1", "run_id": "run_1"}, {"id": "msg_2", "run_id": "x"}]
    second: Any = [{"id": "msg_3", "run_id": None}, {"id": "msg_4"}]
    second.append({"id": "msg_5", "run_id": "run_1"})
    asked: list[httpx.URL] = []
    with httpx.Client(transport=paged(first, second, asked=asked)) as http:
        client = Client(base_url=NOWHERE, api_key=KEY, http_client=http)
        calls = RunCalls(client, {"timeout": 5, "metadata": {}}, IDS)
        found = drive(calls.messages(calls.named()), client._http({}).perform)
    assert [message.id for message in found] == ["msg_1", "msg_5"]
    queries = [dict(url.params) for url in asked]
    assert queries == [
        {"limit": "100", "order": "asc", "run_id": "run_1"},
        {"limit": "100", "order": "asc", "run_id": "run_1", "after": "msg_2"},
    ]


def test_a_run_is_named_by_whom_asks_for_it() -> None:
    with Client(base_url=NOWHERE, api_key=KEY) as client:
        named = RunCalls(client, {}, IDS).named()
        assert (named.id, named.thread_id) == ("run_1", "thread_1")
        assert RunCalls(client, {}, {"thread_id": "thread_1"}).named() is None
        of_object = RunCalls(client, {}, {**IDS, "run_id": named}).named()
        assert of_object.id == "run_1"


def test_going_on_with_another_answer_frees_the_one_before() -> None:
    first, second = (httpx.Response(200, stream=Body()) for _ in range(2))
    with Client(base_url=NOWHERE, api_key=KEY) as client:
        http = client._http({})
        assert http.perform(Receive(first)) == b"a piece"
        assert http.perform(Receive(second)) == b"a piece"
        assert first.is_closed
        assert not second.is_closed
        http.release()
        assert second.is_closed


def test_going_on_with_another_answer_frees_the_one_before_async() -> None:
    async def run() -> None:
        first, second = (httpx.Response(200, stream=Body()) for _ in range(2))
        async with AsyncClient(base_url=NOWHERE, api_key=KEY) as client:
            http = client._http({})
            assert await http.perform(Receive(first)) == b"a piece"
            assert await http.perform(Receive(second)) == b"a piece"
            assert first.is_closed
            assert not second.is_closed
            await http.release()
            assert second.is_closed

    asyncio.run(run())


def test_a_list_that_is_cut_short_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    page: Any = [{"id": "msg_1", "run_id": "run_1"}]
    asked: list[httpx.URL] = []
    with httpx.Client(transport=paged(page, page, page, asked=asked)) as http:
        client = Client(base_url=NOWHERE, api_key=KEY, http_client=http)
        calls = RunCalls(client, {}, IDS)
        found = drive(calls.messages(calls.named()), client._http({}).perform)
    assert [message.id for message in found] == ["msg_1"]
    (line,) = caplog.messages
    assert line.startswith(
        "threads.messages.list: the list was cut short after 1 items"
    )
