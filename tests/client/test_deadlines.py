"""Deadlines bound whatever happens while a run is followed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import APITimeoutError, RunTimeout
from harness.either_client import entered, settled
from harness.scripted_server import CLOSE, HOLD, Response, ScriptedServer
from tests.client.both import KINDS, NAMES, mocked, use
from tests.client.deadlines import SOON, WAITS, WAYS, timed_out
from tests.client.lagging import Lagging

if TYPE_CHECKING:
    from collections.abc import Callable

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
each_way = pytest.mark.parametrize("how", WAYS)


def script(slow: Any) -> Callable[[Any], Any]:
    """Return a script that gives the run at once the first time, and then is slow."""
    asked: list[str] = []

    def answer(request: Any) -> Any:
        asked.append(request.path)
        streamed = b'"stream":true' in request.body
        run = Lagging().run("in_progress")
        if streamed:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
            data = f"event: thread.run.in_progress\ndata: {httpx_json(run)}\n\n"
            return [head + data.encode(), *slow]
        if len(asked) == 1:
            return Response.of(run)
        return slow

    return answer


def httpx_json(value: Any) -> str:
    return httpx.Response(200, json=value).text


@both
@each_way
@pytest.mark.parametrize(
    "slow",
    [[HOLD], [0.8, HOLD], [b": \n\n", 0.02] * 1000, [b"HTTP/1.1 200 OK\r\nX: ", HOLD]],
    ids=["hangs", "slow", "comments", "half a head"],
)
def test_a_wait_ends_at_its_deadline_whatever_takes_so_long(
    kind: Any, how: str, slow: Any
) -> None:
    def followed_for(seconds: float) -> RunTimeout:
        with ScriptedServer(script(slow)) as server:
            given = {"base_url": server.url, "more": {"poll_interval_ms": 1}}
            return timed_out(kind, how, seconds=seconds, **given)[0]

    # On a machine that is busy, the time may be up before the first event has come.
    errors = map(followed_for, (SOON, 8 * SOON, 40 * SOON))
    error = next(e for e in errors if how == "create_and_poll" or e.run is not None)
    assert how == "create_and_poll" or error.run.id == "run_1"


@both
@each_way
@pytest.mark.parametrize("status", [429, 500, 503])
def test_retries_and_their_pauses_end_with_it(kind: Any, how: str, status: int) -> None:
    asked: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(1)
        run = Lagging().run("in_progress")
        if len(asked) == 1 and how not in ("stream", "resumed"):
            return httpx.Response(200, json=run)
        headers = {"retry-after": "100"}
        return httpx.Response(status, json={"error": {}}, headers=headers)

    settings: dict[str, Any] = {"base_url": "http://x/v1", "max_retries": 5}
    more: dict[str, Any] = {"poll_interval_ms": 1}
    if how in ("stream", "resumed"):
        more["idempotency_key"] = "key"
    error, _ = timed_out(
        kind, how, http_client=mocked(kind, answer), more=more, **settings
    )
    assert "max_wait= gives it longer" in str(error)


@both
def test_cancelling_at_the_deadline_gets_a_chance_that_is_bounded(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistants_client._flows.poll.CANCEL_TIME", 0.1)

    def answer(request: Any) -> Any:
        if request.path.endswith("/cancel"):
            return [HOLD]
        return Response.of(Lagging().run("in_progress"))

    with ScriptedServer(answer) as server:
        error, took = timed_out(
            kind,
            "poll",
            base_url=server.url,
            more={"cancel_on_timeout": True, "poll_interval_ms": 10},
        )
    assert took > SOON + 0.09
    assert error.__notes__ == ["the run could not be cancelled: the time is up"]


@both
def test_a_request_that_takes_too_long_is_a_timeout_error(kind: Any) -> None:
    async def act(client: Any) -> None:
        with pytest.raises(TimeoutError) as caught:
            await settled(client.threads.retrieve("thread_1", timeout=0.05))
        assert isinstance(caught.value, APITimeoutError)

    with ScriptedServer(lambda _: [HOLD]) as server:
        use(kind, act, base_url=server.url)


def test_an_async_callback_is_cancelled_at_the_deadline() -> None:
    async def update(_: Any) -> None:
        await asyncio.sleep(WAITS)

    server = Lagging(lag=float("inf"))
    async_kind = KINDS[1]
    timed_out(
        async_kind,
        "poll",
        base_url="http://x/v1",
        http_client=mocked(async_kind, server),
        more={"on_update": update},
    )


@both
def test_a_run_that_has_ended_is_not_timed_out(kind: Any) -> None:
    # The server never says that the stream is over.
    done = b"event: thread.run.completed\ndata: %b\n\n"
    run = httpx_json(Lagging().run("completed")).encode()

    def status(seconds: float) -> Any:
        async def act(client: Any) -> Any:
            given = {"thread_id": "thread_1", "assistant_id": "asst_1"}
            try:
                streams = client.threads.runs.stream(**given, max_wait=seconds)
                async with entered(streams) as stream:
                    return (await settled(stream.get_final_run())).status
            except RunTimeout as error:
                return error.run

        with ScriptedServer(script([done % run, HOLD])) as server:
            return use(kind, act, base_url=server.url)

    # On a machine that is busy, the time may be up before the first event has come.
    found = map(status, (SOON, 8 * SOON, 40 * SOON))
    assert next(filter(None, found)) == "completed"


@both
def test_a_stream_without_a_deadline_of_its_own_may_last(kind: Any) -> None:
    # Only polling has an end that nobody asked for.
    events = [b": \n\n", 0.01] * 10
    done = b"event: thread.run.completed\ndata: %b\n\n"
    run = httpx_json(Lagging().run("completed")).encode()

    async def act(client: Any) -> None:
        given = {"thread_id": "thread_1", "assistant_id": "asst_1"}
        async with entered(client.threads.runs.stream(**given)) as stream:
            assert (await settled(stream.get_final_run())).status == "completed"

    with ScriptedServer(script([*events, done % run, CLOSE])) as server:
        use(kind, act, base_url=server.url)
