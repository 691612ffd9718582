"""A run remembers which outputs were made for it, whoever submits them, and how."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import (
    AsyncClient,
    Client,
    RunTimeout,
    ToolError,
    ToolSet,
    tool_output,
)
from harness.either_client import settled
from tests.client.both import KINDS, NAMES, use
from tests.client.lagging import Lagging
from tests.client.managers import Entered, at

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = 3


class Live:
    """A live run, and a tool that counts its calls."""

    def __init__(self, kind: Any, server: Lagging) -> None:
        self.paid: list[str] = []
        self.kind = kind
        self.server = server

    def use(self, act: Callable[[Any, ToolSet], Any]) -> None:
        def pay() -> str:
            """Pay."""
            self.paid.append("once")
            return "paid"

        async def main(client: Any) -> None:
            runs = client.threads.runs
            run = await settled(runs.retrieve("run_1", thread_id="thread_1"))
            await act(run, ToolSet([pay]))

        use(self.kind, main, **at(self.kind, self.server))


@pytest.fixture(params=KINDS, ids=NAMES)
def live(request: pytest.FixtureRequest) -> Live:
    return Live(request.param, Lagging(lag=20))


def test_a_run_knows_its_outputs_in_the_next_wait(live: Live) -> None:
    async def act(run: Any, tools: ToolSet) -> None:
        for _ in range(3):
            with pytest.raises(RunTimeout) as caught:
                await settled(run.wait(tools=tools, timeout=0.005, poll_interval_ms=2))
            assert caught.value.run is run
            await settled(run.refresh())
        live.server.lag = live.server.behind = 0
        await settled(run.wait(tools=tools, poll_interval_ms=1, timeout=10))
        assert run.status == "completed"

    live.use(act)
    assert len(live.paid) == len(live.server.submitted) == 1


def test_a_run_knows_what_was_submitted_by_hand(live: Live) -> None:
    async def act(run: Any, tools: ToolSet) -> None:
        outputs = await settled(run.do_tool_calls(tools))
        assert outputs == await settled(run.do_tool_calls(tools))
        assert outputs == [tool_output("call_1", "paid")]
        await settled(run.submit_tool_outputs(outputs))
        await settled(run.wait(tools=tools, poll_interval_ms=1, timeout=10))

    live.use(act)
    assert len(live.paid) == len(live.server.submitted) == 1


@pytest.mark.parametrize("how", ["plain", "poll", "stream", "events"])
def test_so_does_one_whose_outputs_a_method_submitted(live: Live, how: str) -> None:
    async def act(run: Any, tools: ToolSet) -> None:
        runs = run._client.threads.runs
        ids = {"run_id": run, "thread_id": "thread_1"}
        outputs = iter([tool_output("call_1", "by hand")])
        given: dict[str, Any] = {**ids, "tool_outputs": outputs}
        if how == "plain":
            run = await settled(runs.submit_tool_outputs(**given))
        elif how == "events":
            stream = await settled(runs.submit_tool_outputs(**given, stream=True))
            await settled(stream.close())
        else:
            given = {**given, "tools": tools, "poll_interval_ms": 1, "max_wait": 10}
            if how == "poll":
                run = await settled(runs.submit_tool_outputs_and_poll(**given))
            else:
                async with Entered(runs.submit_tool_outputs_stream(**given)) as stream:
                    run = await settled(stream.get_final_run())
        await settled(run.wait(tools=tools, poll_interval_ms=1, timeout=10))

    live.use(act)
    assert live.paid == []
    assert [outputs for outputs, _ in live.server.submitted] == [{"call_1": "by hand"}]


def test_a_copy_knows_its_outputs_too(live: Live) -> None:
    async def act(run: Any, tools: ToolSet) -> None:
        copied = copy.copy(run)
        await settled(run.do_tool_calls(tools))
        await settled(copied.wait(tools=tools, poll_interval_ms=1, timeout=10))
        again = pickle.loads(pickle.dumps(run))
        assert again.to_dict() == run.to_dict()

    live.use(act)
    assert len(live.paid) == len(live.server.submitted) == 1


def test_what_was_performed_but_not_submitted_is_submitted_by_wait(live: Live) -> None:
    async def act(run: Any, tools: ToolSet) -> None:
        await settled(run.do_tool_calls(tools))
        await settled(run.wait(tools=tools, poll_interval_ms=1, timeout=10))

    live.use(act)
    assert len(live.paid) == len(live.server.submitted) == 1


def test_a_failure_is_one_call_too(live: Live) -> None:
    called: list[str] = []

    def pay() -> str:
        """Fail."""
        called.append("once")
        raise ValueError("no money")

    async def act(run: Any, _: ToolSet) -> None:
        for _n in range(2):
            with pytest.raises(ToolError, match="no money"):
                await settled(run.wait(tools=ToolSet([pay], on_error="raise")))
        await settled(run.wait(tools=[pay], poll_interval_ms=1, timeout=10))

    live.use(act)
    assert len(called) == 1
    ((outputs, _),) = live.server.submitted
    assert outputs == {"call_1": "Error: ValueError: no money"}


def test_several_may_follow_one_run() -> None:
    together = threading.Barrier(4, timeout=20)
    server = Lagging([["call_1", "call_2"], ["call_3"]], lag=2)
    paid: list[str] = []
    lock = threading.Lock()

    def pay() -> str:
        """Pay."""
        with lock:
            paid.append("once")
        return "paid"

    def answer(request: httpx.Request) -> httpx.Response:
        with lock:
            return server(request)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = Client(base_url="http://x/v1", api_key="k", http_client=http)
        run = client.threads.runs.retrieve("run_1", thread_id="thread_1")

        def wait() -> None:
            together.wait()
            run.wait(tools=[pay], poll_interval_ms=1)

        threads = [threading.Thread(target=wait) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(20)
    assert run.status == "completed"
    assert len(paid) == FEW
    assert len(server.submitted) == 2


def test_several_tasks_may_follow_one_run() -> None:
    server = Lagging([["call_1", "call_2"], ["call_3"]], lag=2)
    paid: list[str] = []

    async def pay() -> str:
        """Pay, and let others have their turn."""
        paid.append("once")
        await asyncio.sleep(0.01)
        return "paid"

    async def act(client: Any) -> str:
        runs = client.threads.runs
        run = await runs.retrieve("run_1", thread_id="thread_1")
        waits = [run.wait(tools=[pay], poll_interval_ms=1) for _ in range(4)]
        await asyncio.gather(*waits)
        return str(run.status)

    assert use(AsyncClient, act, **at(AsyncClient, server)) == "completed"
    assert len(paid) == FEW
    assert len(server.submitted) == 2
