"""Deadlines of tools, and of runs whose tools take long."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import ConfigurationError, RunTimeout, Tool, ToolSet, tool
from harness.either_client import settled
from harness.scripted_server import HOLD, Response, ScriptedServer
from tests.cases import each_case
from tests.client.both import KINDS, NAMES, mocked, use
from tests.client.deadlines import SOON, WAITS, WAYS, followed, timed_out
from tests.client.lagging import Lagging

if TYPE_CHECKING:
    from collections.abc import Iterator

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
each_way = pytest.mark.parametrize("how", WAYS)


@pytest.fixture
def never() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@both
@each_way
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

    def run_after(seconds: float) -> Any:
        server = Lagging()
        error, _ = timed_out(
            kind,
            how,
            seconds=seconds,
            base_url="http://x/v1",
            http_client=mocked(kind, server),
            more={"tools": ToolSet([pay_async if asynchronous else pay])},
        )
        assert server.submitted == []
        return error.run

    # Nor may anything be known of the run by then.
    runs = map(run_after, (SOON, 8 * SOON, 40 * SOON))
    assert next(filter(None, runs)).status == "requires_action"
    left = "nobody waits for pay any more; it goes on in its thread"
    assert any(left in each for each in caplog.messages) == (
        bool(begun) and not asynchronous
    )
    if asynchronous and begun:
        assert cancelled.wait(WAITS)


@both
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
        # On a machine that is busy, the time may be up before it begins.
        for _ in range(40):
            with pytest.raises(RunTimeout):
                await settled(run.wait(tools=tools, timeout=SOON, poll_interval_ms=10))
            if called:
                break
        if not asynchronous:
            with pytest.raises(RunTimeout):
                await settled(run.wait(tools=tools, timeout=SOON, poll_interval_ms=10))
        never.set()
        await settled(run.wait(tools=tools, poll_interval_ms=1))

    use(kind, act, base_url="http://x/v1", http_client=mocked(kind, server))
    assert called == [1]
    ((outputs, _),) = server.submitted
    interrupted = "Error: InterruptedCall: it was interrupted, and may be carried out"
    expected = f"{interrupted} in part" if asynchronous else "paid"
    assert outputs == {"call_1": expected}


@both
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


@both
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
