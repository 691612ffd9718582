"""A call id is acted on once, whatever the server goes on asking for."""

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
    InternalServerError,
    RunTimeout,
    ToolError,
    ToolSet,
    tool_output,
)
from harness.either_client import settled
from tests.client.both import KINDS, NAMES, mocked, use
from tests.client.lagging import Lagging, cut_off, cut_stream, lost
from tests.client.slept_time import SleptTime

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = 3


def at(kind: Any, server: Any) -> dict[str, Any]:
    """Return the settings of a client that a function answers."""
    return {"base_url": "http://x/v1", "http_client": mocked(kind, server)}


class Paying:
    """A tool that counts its calls, and ways to follow a run that asks for it."""

    def __init__(self, kind: Any, streamed: bool) -> None:
        self.kind = kind
        self.streamed = streamed
        self.paid: list[str] = []

    @property
    def tools(self) -> ToolSet:
        def pay() -> str:
            """Pay."""
            self.paid.append("once")
            return "paid"

        return ToolSet([pay])

    def follow(self, server: Lagging, **how: Any) -> str:
        """Follow the run from its beginning; return the status that it ends with."""
        given = {
            "thread_id": "thread_1",
            "assistant_id": "asst_1",
            "tools": self.tools,
            "poll_interval_ms": 1,
            # What goes wrong is to fail, and not to hang.
            "max_wait": 10,
            **how,
        }

        async def act(client: Any) -> str:
            runs = client.threads.runs
            if not self.streamed:
                run = await settled(runs.create_and_poll(**given))
                return str(run.status)
            async with _Entered(runs.stream(**given)) as stream:
                run = await settled(stream.get_final_run())
                return str(run.status)

        found: str = use(self.kind, act, **at(self.kind, server))
        return found


class _Entered:
    """Enters a manager of either kind."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    async def __aenter__(self) -> Any:
        if hasattr(self._manager, "__aenter__"):
            return await self._manager.__aenter__()
        return self._manager.__enter__()

    async def __aexit__(self, *error: object) -> None:
        if hasattr(self._manager, "__aexit__"):
            await self._manager.__aexit__(*error)
        else:
            self._manager.__exit__(*error)


@pytest.fixture(params=[False, True], ids=["polled", "streamed"])
def streamed(request: pytest.FixtureRequest) -> bool:
    found: bool = request.param
    return found


@pytest.fixture(params=KINDS, ids=NAMES)
def paying(request: pytest.FixtureRequest, streamed: bool) -> Paying:
    return Paying(request.param, streamed)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let time pass only where clients sleep, and return the seconds of each time."""
    return SleptTime(monkeypatch).slept


@pytest.mark.parametrize("lag", [0, 1, 2, 20])
def test_a_stale_action_is_waited_out(paying: Paying, lag: int) -> None:
    server = Lagging(lag=lag)
    assert paying.follow(server) == "completed"
    assert len(paying.paid) == len(server.submitted) == 1


def test_a_server_that_never_lets_go_is_asked_at_the_usual_interval(
    paying: Paying, slept: list[float]
) -> None:
    server = Lagging(lag=float("inf"))
    with pytest.raises(RunTimeout):
        paying.follow(server, max_wait=100, poll_interval_ms=20_000)
    assert len(paying.paid) == len(server.submitted) == 1
    assert slept[:5] == [20, 20, 20, 20, 19.75]
    assert sum(slept) == 100
    assert len(server.asked) < 3 * len(slept)


def test_an_action_may_repeat_the_calls_of_those_before(paying: Paying) -> None:
    server = Lagging([["call_1"], ["call_2", "call_3"]], lag=1, repeats=True)
    assert paying.follow(server) == "completed"
    assert len(paying.paid) == FEW
    assert [sorted(outputs) for outputs, _ in server.submitted] == [
        ["call_1"],
        ["call_1", "call_2", "call_3"],
    ]


@pytest.mark.parametrize(
    "submitting",
    [
        *([lost(500)], [lost(502)], [lost(503)] * 2, [lost(429)], [lost(408)]),
        [cut_off(taken=False)],
        [cut_off(taken=False), lost(500), cut_off(taken=False)],
    ],
    ids=["500", "502", "503", "429", "408", "cut", "many"],
)
@pytest.mark.parametrize("steps", [True, False], ids=["told", "untold"])
def test_outputs_that_were_lost_are_submitted_again(
    paying: Paying, submitting: list[Any], steps: bool
) -> None:
    server = Lagging(submitting=[*submitting], steps=steps)
    assert paying.follow(server) == "completed"
    assert len(paying.paid) == 1
    assert len(server.submitted) == len(submitting) + 1
    assert {str(outputs) for outputs, _ in server.submitted} == {
        str({"call_1": "paid"})
    }


def test_outputs_that_never_left_are_submitted_at_the_next_look(
    paying: Paying,
) -> None:
    def refuse(_: Lagging) -> httpx.Response:
        raise httpx.ConnectError("refused")

    server = Lagging(submitting=[refuse])
    assert paying.follow(server) == "completed"
    assert len(paying.paid) == 1
    submit = "POST /runs/run_1/submit_tool_outputs"
    first = server.asked.index(submit)
    soon = 5 if paying.streamed else 3
    assert server.asked[first : first + soon].count(submit) == 2


@pytest.mark.parametrize("lag", [0, 1, 30])
def test_outputs_that_arrived_are_not_submitted_again(paying: Paying, lag: int) -> None:
    # The connection breaks before the server can say that it has them.
    server = Lagging(lag=lag, submitting=[cut_off(taken=True)])
    assert paying.follow(server) == "completed"
    assert len(paying.paid) == len(server.submitted) == 1


def test_a_server_that_has_them_and_can_t_tell_may_refuse_them(paying: Paying) -> None:
    server = Lagging(lag=12, submitting=[cut_off(taken=True)], steps=False)
    assert paying.follow(server) == "completed"
    assert len(paying.paid) == 1
    assert len(server.submitted) == 2


def test_a_server_that_fails_on_them_is_not_asked_for_ever(paying: Paying) -> None:
    server = Lagging(submitting=[lost(500)] * 9)
    with pytest.raises(InternalServerError) as caught:
        paying.follow(server)
    assert caught.value.run.id == "run_1"
    assert len(paying.paid) == 1
    assert len(server.submitted) == FEW


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 418])
def test_outputs_that_are_refused_for_their_own_sake_raise(
    paying: Paying, status: int
) -> None:
    server = Lagging(submitting=[lost(status)] * 9)
    with pytest.raises(Exception, match=f"status {status}") as caught:
        paying.follow(server)
    assert caught.value.run.id == "run_1"  # type: ignore[attr-defined]
    assert len(paying.paid) == len(server.submitted) == 1


def test_somebody_else_may_have_been_faster(paying: Paying) -> None:
    def refuse(server: Lagging) -> httpx.Response:
        server.take()
        return httpx.Response(400, json={"error": {"message": "no outputs expected"}})

    assert paying.follow(Lagging(submitting=[refuse])) == "completed"
    assert len(paying.paid) == 1


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("steps", [True, False], ids=["told", "untold"])
@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_a_stream_that_is_cut_after_the_outputs_went_out_goes_on(
    kind: Any, taken: bool, steps: bool
) -> None:
    paying = Paying(kind, streamed=True)
    cuts = [cut_stream(taken=taken)]
    server = Lagging(lag=1, steps=steps, submitting=cuts)
    assert paying.follow(server, resume=True) == "completed"
    assert len(paying.paid) == 1
    again = 1 if taken and steps else 2
    assert len(server.submitted) == again


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_streams_that_are_cut_again_and_again_are_no_loop_without_pauses(
    kind: Any, slept: list[float]
) -> None:
    paying = Paying(kind, streamed=True)
    server = Lagging(steps=False, submitting=[cut_stream(taken=False)] * 99)
    with pytest.raises(RunTimeout):
        paying.follow(server, resume=True, max_wait=100, poll_interval_ms=20_000)
    assert len(paying.paid) == 1
    assert slept[:5] == [20, 20, 20, 20, 19.75]
    assert sum(slept) == 100
    assert len(server.asked) < 5 * len(slept)


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
                async with _Entered(runs.submit_tool_outputs_stream(**given)) as stream:
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


def test_a_run_of_an_error_knows_its_outputs(paying: Paying) -> None:
    server = Lagging(lag=float("inf"))
    found: list[Any] = []

    async def act(client: Any) -> None:
        runs = client.threads.runs
        given = {"tools": paying.tools, "max_wait": 0.02, "poll_interval_ms": 1}
        with pytest.raises(RunTimeout) as caught:
            await settled(runs.poll("run_1", "thread_1", **given))
        # On a machine that is busy, it may not have been asked yet.
        server.lag = server.behind = 0
        run = caught.value.run
        found.append(
            await settled(run.wait(tools=paying.tools, poll_interval_ms=1, timeout=10))
        )

    use(paying.kind, act, **at(paying.kind, server))
    assert found[0].status == "completed"
    assert len(paying.paid) == len(server.submitted) == 1


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
