"""Streams that are left early, or end with an error, leave nothing open behind."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from assistants_client import (
    APIError,
    AsyncClient,
    StreamInterrupted,
)
from tests.client.hanging import (
    DEADLINE,
    IDS,
    KEY,
    KINDS,
    NAMES,
    RUN,
    SENT,
    Before,
    Hanging,
    connections,
    entered,
    iterator_of,
    next_of,
    rest_of,
)
from tests.client.live_objects import got

COMPLETED = ("thread.run.completed", {**RUN, "status": "completed"})


ERROR = ("error", {"message": "the model is gone", "code": "gone"})


@KINDS
def test_leaving_early_closes_the_connection(kind: Any, handler_kind: Any) -> None:
    async def run() -> None:
        handler = handler_kind()
        async with entered(kind(base_url=server.url, api_key=KEY)) as client:
            before = Before()
            runs = client.threads.runs
            async with entered(runs.stream(**IDS, event_handler=handler)) as stream:
                await next_of(stream)
                assert handler.ends == []
            assert handler.ends == ["end"]
            assert await server.is_left_async()
            assert connections(client) == []
            await got(stream.close())
            assert await rest_of(stream) == []
            assert handler.ends == ["end"]
            assert before.is_all_there_is()

    with Hanging(*SENT) as server:
        asyncio.run(run())


@KINDS
def test_a_loop_that_was_left_can_be_taken_up_again(
    kind: Any, handler_kind: Any
) -> None:
    async def run() -> None:
        handler = handler_kind()
        async with entered(kind(base_url=server.url, api_key=KEY)) as client:
            names: list[str] = []
            runs = client.threads.runs
            async with entered(runs.stream(**IDS, event_handler=handler)) as stream:
                # Two loops, each left after its first item.
                names.append((await next_of(iterator_of(stream))).event)
                names.append((await next_of(stream)).event)
                names.append(await next_of(iterator_of(stream.text_deltas)))
                names += await rest_of(stream.text_deltas)
                assert handler.ends == ["end"]
            assert names == [*NAMES[:2], "Sun", "ny"]
            assert (await got(stream.get_final_run())).status == "completed"
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
@KINDS
def test_errors_reach_callbacks_and_close_the_connection(
    kind: Any, handler_kind: Any, events: Any, given: str, error: Any, said: str
) -> None:
    handler = handler_kind(given)
    # It never comes where nothing is to be waited for.
    timeout = 0.5 if given == "timeout" else DEADLINE

    async def run() -> None:
        settings: Any = {"base_url": server.url, "api_key": KEY, "timeout": timeout}
        async with entered(kind(**settings)) as client:
            before = Before()
            runs = client.threads.runs
            async with entered(runs.stream(**IDS, event_handler=handler)) as stream:
                with pytest.raises(error, match=said) as caught:
                    await got(stream.until_done())
                # Before the statement is left.
                first = ["timeout"] if given == "timeout" else []
                assert handler.ends == [*first, caught.value, "end"]
                assert await server.is_left_async()
                assert connections(client) == []
            assert before.is_all_there_is()

    with Hanging(*events) as server:
        asyncio.run(run())
    assert handler.ends.count("end") == 1


@KINDS
def test_a_stream_that_nobody_opened_says_how(kind: Any, handler_kind: Any) -> None:
    client = kind(base_url="http://127.0.0.1:9/v1", api_key=KEY)
    manager = client.threads.runs.stream(**IDS, event_handler=handler_kind())
    statement = "async with" if kind is AsyncClient else "with"
    says = f"no attribute 'text_deltas'; open the stream first, by `{statement} ..."
    with pytest.raises(AttributeError, match=re.escape(says)):
        _ = manager.text_deltas
    assert not hasattr(manager, "__copy__")
