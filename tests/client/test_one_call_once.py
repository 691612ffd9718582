"""A call id is acted on once, whatever the server goes on asking for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from assistants_client import InternalServerError, RunTimeout, ToolSet
from harness.either_client import settled
from tests.client.both import KINDS, NAMES, use
from tests.client.lagging import Lagging, cut_off, cut_stream, lost
from tests.client.managers import Entered, at
from tests.client.slept_time import SleptTime

FEW = 3


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
            async with Entered(runs.stream(**given)) as stream:
                run = await settled(stream.get_final_run())
                return str(run.status)

        found: str = use(self.kind, act, **at(self.kind, server))
        return found


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
