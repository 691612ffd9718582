"""Streams that are forgotten close; transcripts show events as they are taken."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import TYPE_CHECKING, Any, Literal

import httpx
import pytest

from assistants_client import (
    APIError,
    AsyncClient,
    Client,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
from tests.client.hanging import (
    IDS,
    KEY,
    NAMES,
    SENT,
    Hanging,
    connections,
    entered,
    next_of,
)
from tests.client.live_objects import got

NOWHERE = "http://127.0.0.1:1/v1"


def test_a_stream_that_is_forgotten_closes_itself() -> None:
    with Hanging(*SENT) as server, Client(base_url=server.url, api_key=KEY) as client:
        stream = client.threads.runs.create(**IDS, stream=True)
        assert next(stream).event == NAMES[0]
        response = stream.response
        del stream
        gc.collect()
        assert response.is_closed
        assert server.is_left()
        assert connections(client) == []


def test_a_stream_that_is_forgotten_warns_where_it_can_t_close_itself() -> None:
    async def run() -> None:
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            held = [await client.threads.runs.create(**IDS, stream=True)]
            assert (await anext(held[0])).event == NAMES[0]
            with pytest.warns(ResourceWarning, match="a stream was left without being"):
                held.clear()

    with Hanging(*SENT) as server:
        asyncio.run(run())
        assert server.is_left()


def shown(number: int) -> str:
    name, data = SENT[number]
    return f"<< type: {name}\n<< data: {json.dumps(data)}\n\n"


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("way", ["stream", "create"])
def test_a_transcript_shows_each_event_as_it_is_taken(
    kind: Any, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run() -> None:
        async with entered(kind(base_url=server.url, api_key=KEY)) as client:
            runs = client.threads.runs
            options = {**IDS, "verbosity": 2}
            if way == "stream":
                manager = runs.stream(**options)
            else:
                manager = await got(runs.create(**options, stream=True))
            async with entered(manager) as stream:
                assert "<< " not in capsys.readouterr().err
                for number in range(len(SENT)):
                    await next_of(stream)
                    assert capsys.readouterr().err == shown(number)
            assert capsys.readouterr().err == ""

    with Hanging(*SENT) as server:
        asyncio.run(run())


@pytest.mark.parametrize("level", [0, 1])
def test_below_level_2_no_event_is_shown(
    level: Literal[0, 1], capsys: pytest.CaptureFixture[str]
) -> None:
    with Hanging(*SENT) as server, Client(base_url=server.url, api_key=KEY) as client:
        with client.threads.runs.stream(**IDS, verbosity=level) as stream:
            heads = capsys.readouterr().err
            assert (heads == "") == (level == 0)
            for _ in SENT:
                next(stream)
        assert capsys.readouterr().err == ""


def test_an_error_closes_a_stream_that_is_only_iterated() -> None:
    closed = []

    class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
        """An event, an error, and then nothing, for ever."""

        def __iter__(self) -> Iterator[bytes]:
            yield b'event: thread.run.queued\ndata: {"id": "run_1"}\n\n'
            yield b'event: error\ndata: {"message": "no more"}\n\n'
            raise AssertionError("it is read on")

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in self:
                yield piece

        def close(self) -> None:
            closed.append("sync")

        async def aclose(self) -> None:
            closed.append("async")

    def answer(_: httpx.Request) -> httpx.Response:
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, stream=Body())

    async def use() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            client = AsyncClient(base_url=NOWHERE, api_key=KEY, http_client=http)
            events = await client.threads.runs.create(
                "thread_1", assistant_id="asst_1", stream=True
            )
            with pytest.raises(APIError, match="no more"):
                [event async for event in events]
            assert closed[-1] == "async"

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = Client(base_url=NOWHERE, api_key=KEY, http_client=http)
        events = client.threads.runs.create(
            "thread_1", assistant_id="asst_1", stream=True
        )
        with pytest.raises(APIError, match="no more"):
            tuple(events)
        assert closed == ["sync"]
    asyncio.run(use())
