"""Deadlines bound whatever happens while a run is followed."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import (
    APITimeoutError,
    ConfigurationError,
    RunTimeout,
    Tool,
    ToolSet,
    tool,
)
from harness.either_client import entered, settled
from harness.scripted_server import CLOSE, HOLD, Response, ScriptedServer
from tests.cases import each_case
from tests.client.both import KINDS, NAMES, mocked, use
from tests.client.lagging import Lagging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOON = 0.15
"""Seconds after which time is up in these tests."""
LATE = 5.0
"""Seconds by which it may end later, on a busy machine; what is slow takes longer."""
WAITS = 20.0


@pytest.fixture(params=KINDS, ids=NAMES)
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=["wait", "poll", "create_and_poll", "stream", "resumed"])
def how(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def never() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


async def followed(client: Any, how: str, seconds: float, **more: Any) -> Any:
    """Follow a run in one of the ways there are, for so many seconds."""
    runs = client.threads.runs
    begun = {"thread_id": "thread_1", "assistant_id": "asst_1", **more}
    if how == "wait":
        run = await settled(runs.retrieve("run_1", thread_id="thread_1"))
        return await settled(run.wait(timeout=seconds, **more))
    if how == "poll":
        waits = {"max_wait": seconds, **more}
        return await settled(runs.poll("run_1", "thread_1", **waits))
    if how == "create_and_poll":
        return await settled(runs.create_and_poll(**begun, max_wait=seconds))
    given = {**begun, "max_wait": seconds, "resume": how == "resumed"}
    async with entered(runs.stream(**given)) as stream:
        await settled(stream.until_done())
        return stream.current_run


def timed_out(
    kind: Any, how: str, *, seconds: float = SOON, **settings: Any
) -> tuple[RunTimeout, float]:
    """Follow a run that goes on; return the error, and how long that took."""
    more = settings.pop("more", {})
    found: list[Any] = []

    async def act(client: Any) -> None:
        # What comes before is not bounded.
        started = time.monotonic()
        with pytest.raises(RunTimeout) as caught:
            await followed(client, how, seconds, **more)
        found.extend([caught.value, time.monotonic() - started])

    use(kind, act, **settings)
    error: RunTimeout = found[0]
    took: float = found[1]
    assert seconds - 0.02 < took < seconds + LATE
    assert isinstance(error, TimeoutError)
    return error, took


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


@pytest.mark.parametrize("asynchronous", [False, True], ids=["plain", "async"])
def test_nothing_is_submitted_after_the_deadline(
    kind: Any,
    how: str,
    asynchronous: bool,
    never: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cancelled = threading.Event()
    # On a machine that is busy, the time may be up before it begins.
    begun: list[int] = []

    def pay() -> str:
        """Take long."""
        begun.append(1)
        never.wait(WAITS)
        return "paid"

    @tool(name="pay")
    async def pay_async() -> str:
        """Take long."""
        begun.append(1)
        try:
            await asyncio.sleep(WAITS)
        finally:
            cancelled.set()
        return "paid"

    server = Lagging()
    error, _ = timed_out(
        kind,
        how,
        base_url="http://x/v1",
        http_client=mocked(kind, server),
        more={"tools": ToolSet([pay_async if asynchronous else pay])},
    )
    assert error.run.status == "requires_action"
    assert server.submitted == []
    left = "nobody waits for pay any more; it goes on in its thread"
    assert any(left in each for each in caplog.messages) == (
        bool(begun) and not asynchronous
    )
    if asynchronous and begun:
        assert cancelled.wait(WAITS)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["plain", "async"])
def test_a_tool_that_was_left_behind_is_not_called_again(
    kind: Any, asynchronous: bool, never: threading.Event
) -> None:
    called: list[int] = []
    server = Lagging()

    def pay() -> str:
        """Take long."""
        called.append(1)
        never.wait(WAITS)
        return "paid"

    @tool(name="pay")
    async def pay_async() -> str:
        """Take long."""
        called.append(1)
        await asyncio.sleep(WAITS)
        return "paid"

    async def act(client: Any) -> None:
        runs = client.threads.runs
        run = await settled(runs.retrieve("run_1", thread_id="thread_1"))
        tools = [pay_async if asynchronous else pay]
        for _ in range(2):
            with pytest.raises(RunTimeout):
                await settled(run.wait(tools=tools, timeout=SOON, poll_interval_ms=10))
            if asynchronous:
                break
        never.set()
        await settled(run.wait(tools=tools, poll_interval_ms=1))

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, server))
    assert called == [1]
    ((outputs, _),) = server.submitted
    interrupted = "Error: InterruptedCall: it was interrupted, and may be carried out"
    expected = f"{interrupted} in part" if asynchronous else "paid"
    assert outputs == {"call_1": expected}


def test_outputs_that_were_on_their_way_are_looked_after_by_the_next_wait(
    kind: Any,
) -> None:
    paid: list[str] = []
    submissions: list[Any] = []

    def pay() -> str:
        """Pay."""
        paid.append("once")
        return "paid"

    def answer(request: Any) -> Any:
        if request.path.endswith("/submit_tool_outputs"):
            submissions.append(request.json())
            if len(submissions) == 1:
                return [HOLD]
        if request.path.endswith("/steps"):
            return Response.of({"object": "list", "data": []})
        done = len(submissions) > 1
        run = Lagging().run("completed")
        return Response.of(run if done else Lagging().run("requires_action", ["a"]))

    async def act(client: Any) -> None:
        runs = client.threads.runs
        run = await settled(runs.retrieve("run_1", thread_id="thread_1"))
        with pytest.raises(RunTimeout):
            await settled(run.wait(tools=[pay], timeout=0.5))
        await settled(run.wait(tools=[pay], timeout=10, poll_interval_ms=1))

    with ScriptedServer(answer) as server:
        use(kind, act, base_url=server.url)
    assert paid == ["once"]
    sent = {"tool_outputs": [{"tool_call_id": "a", "output": "paid"}]}
    assert submissions == [sent, sent]


@pytest.mark.parametrize("asynchronous", [False, True], ids=["plain", "async"])
@pytest.mark.parametrize("of_the_set", [False, True])
def test_a_tool_that_takes_too_long_is_reported(
    kind: Any,
    asynchronous: bool,
    of_the_set: bool,
    never: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def pay() -> str:
        """Take long."""
        never.wait(WAITS)
        return "paid"

    async def pay_async() -> str:
        """Take long."""
        await asyncio.sleep(WAITS)
        return "paid"

    function: Any = pay_async if asynchronous else pay
    own = None if of_the_set else 0.05
    tools = ToolSet(
        [Tool(function, name="pay", timeout=own)], timeout=0.05 if of_the_set else 9
    )
    server = Lagging()

    async def act(client: Any) -> None:
        await followed(client, "poll", WAITS, tools=tools, poll_interval_ms=1)

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, server))
    never.set()
    ((outputs, _),) = server.submitted
    assert outputs == {"call_1": "Error: pay: it took longer than 0.05 s"}
    assert any("it goes on in its thread" in each for each in caplog.messages) != (
        asynchronous
    )


@each_case("timeout", [0, -1, float("inf"), float("nan"), True, "5"])
def test_a_timeout_of_a_tool_is_a_number_of_seconds(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="the timeout of a tool must be"):
        Tool(test_a_timeout_of_a_tool_is_a_number_of_seconds, timeout=timeout)
    with pytest.raises(ConfigurationError, match="the timeout of a tool must be"):
        ToolSet(timeout=timeout)


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


def test_a_run_that_has_ended_is_not_timed_out(kind: Any) -> None:
    # The server never says that the stream is over.
    done = b"event: thread.run.completed\ndata: %b\n\n"
    run = httpx_json(Lagging().run("completed")).encode()

    async def act(client: Any) -> None:
        given = {"thread_id": "thread_1", "assistant_id": "asst_1"}
        streams = client.threads.runs.stream(**given, max_wait=SOON)
        async with entered(streams) as stream:
            assert (await settled(stream.get_final_run())).status == "completed"

    with ScriptedServer(script([done % run, HOLD])) as server:
        use(kind, act, base_url=server.url)


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
