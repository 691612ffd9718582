"""Streams that are left early, or end with an error, leave nothing open behind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from assistants_client import (
    APIError,
    AsyncClient,
    Client,
    StreamInterrupted,
)
from tests.client.hanging import (
    DEADLINE,
    IDS,
    KEY,
    NAMES,
    RUN,
    SENT,
    AsyncMine,
    Before,
    Hanging,
    Mine,
    connections,
)

COMPLETED = ("thread.run.completed", {**RUN, "status": "completed"})


ERROR = ("error", {"message": "the model is gone", "code": "gone"})


def test_leaving_early_closes_the_connection() -> None:
    handler = Mine()
    with Hanging(*SENT) as server, Client(base_url=server.url, api_key=KEY) as client:
        before = Before()
        with client.threads.runs.stream(**IDS, event_handler=handler) as stream:
            for _ in stream:
                break
            assert handler.ends == []
        assert handler.ends == ["end"]
        assert server.is_left()
        assert connections(client) == []
        stream.close()
        assert [*stream] == []
        assert handler.ends == ["end"]
        assert before.is_all_there_is()


def test_leaving_early_closes_the_connection_async() -> None:
    async def run() -> None:
        handler = AsyncMine()
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            before = Before()
            runs = client.threads.runs
            async with runs.stream(**IDS, event_handler=handler) as stream:
                async for _ in stream:
                    break
                assert handler.ends == []
            assert handler.ends == ["end"]
            assert await server.is_left_async()
            assert connections(client) == []
            await stream.close()
            assert [each async for each in stream] == []
            assert handler.ends == ["end"]
            assert before.is_all_there_is()

    with Hanging(*SENT) as server:
        asyncio.run(run())


def test_a_loop_that_was_left_can_be_taken_up_again() -> None:
    handler = Mine()
    with (
        Hanging(*SENT, COMPLETED, ("done", "[DONE]")) as server,
        Client(base_url=server.url, api_key=KEY) as client,
    ):
        names: list[str] = []
        with client.threads.runs.stream(**IDS, event_handler=handler) as stream:
            for event in stream:
                names.append(event.event)
                break
            names.append(next(stream).event)
            for piece in stream.text_deltas:
                names.append(piece)
                break
            names += [*stream.text_deltas]
            assert handler.ends == ["end"]
        assert names == [*NAMES[:2], "Sun", "ny"]
        assert stream.get_final_run().status == "completed"
        assert handler.ends == ["end"]


def test_a_loop_that_was_left_can_be_taken_up_again_async() -> None:
    async def run() -> None:
        handler = AsyncMine()
        async with AsyncClient(base_url=server.url, api_key=KEY) as client:
            names: list[str] = []
            runs = client.threads.runs
            async with runs.stream(**IDS, event_handler=handler) as stream:
                async for event in stream:
                    names.append(event.event)
                    break
                names.append((await anext(stream)).event)
                async for piece in stream.text_deltas:
                    names.append(piece)
                    break
                names += [each async for each in stream.text_deltas]
                assert handler.ends == ["end"]
            assert names == [*NAMES[:2], "Sun", "ny"]
            assert (await stream.get_final_run()).status == "completed"
            assert handler.ends == ["end"]

    with Hanging(*SENT, COMPLETED, ("done", "[DONE]")) as server:
        asyncio.run(run())


@pytest.mark.parametrize(
    ("events", "given", "error", "said"),
    [
        (SENT, "thread.run.in_progress", LookupError, "in the callback"),
        ([*SENT, ERROR], "", APIError, "the model is gone"),
        (SENT, "timeout", StreamInterrupted, "nothing came for too long"),
    ],
    ids=["callback", "event", "timeout"],
)
@pytest.mark.parametrize("kind", [Mine, AsyncMine])
def test_errors_are_told_and_close_the_connection(
    kind: Any, events: Any, given: str, error: Any, said: str
) -> None:
    handler = kind(given)
    # It never comes where nothing is to be waited for.
    timeout = 0.05 if given == "timeout" else DEADLINE

    def run() -> None:
        with Client(base_url=server.url, api_key=KEY, timeout=timeout) as client:
            before = Before()
            with client.threads.runs.stream(**IDS, event_handler=handler) as stream:
                with pytest.raises(error, match=said) as caught:
                    stream.until_done()
                ended(caught.value)
                assert server.is_left()
                assert connections(client) == []
            assert before.is_all_there_is()

    async def run_async() -> None:
        settings: Any = {"base_url": server.url, "api_key": KEY, "timeout": timeout}
        async with AsyncClient(**settings) as client:
            before = Before()
            runs = client.threads.runs
            async with runs.stream(**IDS, event_handler=handler) as stream:
                with pytest.raises(error, match=said) as caught:
                    await stream.until_done()
                ended(caught.value)
                assert await server.is_left_async()
                assert connections(client) == []
            assert before.is_all_there_is()

    def ended(raised: BaseException) -> None:
        # Before the statement is left.
        first = ["timeout"] if given == "timeout" else []
        assert handler.ends == [*first, raised, "end"]

    with Hanging(*events) as server:
        run() if kind is Mine else asyncio.run(run_async())
    assert handler.ends.count("end") == 1
