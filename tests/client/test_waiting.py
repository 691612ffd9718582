"""Waiting for runs: the flow, without a clock and without HTTP."""

from __future__ import annotations

import pickle
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_api.models import RunObject
from assistants_client import (
    ConfigurationError,
    RunError,
    RunTimeout,
)
from assistants_client._call import Call, CallResult
from assistants_client._effects import Note
from assistants_client._events.run_status import FINAL
from assistants_client._flows.poll import poll_run
from assistants_client._flows.poll_policy import PollPolicy, poll_policy
from harness.contract.document import SCHEMAS
from harness.flow_driver import FlowDriver
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistants_client._effects import Flow


class World(FlowDriver):
    """A server that returns one status after the other, and a clock that jumps."""

    def __init__(
        self,
        statuses: Sequence[str],
        headers: dict[str, str] | None = None,
        *,
        terminal: bool = False,
    ) -> None:
        super().__init__(terminal=terminal)
        self.left = [*statuses]
        self.headers = headers or {}
        self.asked: list[str] = []
        self.cancelled = 0
        self.action: Any = {"submit_tool_outputs": {"tool_calls": [{"id": "call_1"}]}}

    def wait(self, *, act: bool = False, **how: Any) -> RunObject:
        flow = poll_run(
            self.retrieve,
            lambda _: self.retrieve(),
            lambda _: self.cancel(),
            PollPolicy(clock=self.clock, **how),
            (lambda _: self.retrieve()) if act else None,
        )
        return self.run(flow)

    def retrieve(self) -> Flow[CallResult[RunObject]]:
        yield Note("a poll")
        status = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        self.asked.append(status)
        return self.result(status)

    def cancel(self) -> Flow[CallResult[RunObject]]:
        yield Note("a cancellation")
        self.cancelled += 1
        return self.result("cancelling")

    def result(self, status: str) -> CallResult[RunObject]:
        reply = httpx.Response(
            200,
            json={
                "id": "run_1",
                "thread_id": "thread_1",
                "status": status,
                "required_action": self.action,
            },
            headers=self.headers,
        )
        call: Any = Call(
            operation="o",
            request=None,  # type: ignore[arg-type]
            read=lambda result: RunObject.from_json(result.json()),
        )
        return CallResult(call, reply, "u", 1)


def test_the_ends_are_those_of_the_document() -> None:
    going = {"queued", "in_progress", "requires_action", "cancelling"}
    assert {*SCHEMAS["RunStatus"]["enum"]} - going == FINAL


@each_case("status", [*sorted(FINAL), "requires_action"])
def test_each_ending_ends_it(status: str) -> None:
    world = World(["queued", "in_progress", status])
    assert world.wait().status == status
    assert world.asked == ["queued", "in_progress", status]


@pytest.mark.parametrize("status", ["x_napping", "", "COMPLETED", "cancelling"])
def test_a_status_that_nobody_knows_goes_on(status: str) -> None:
    assert World([status, status, "completed"]).wait().status == "completed"


def test_pauses_grow_up_to_five_seconds() -> None:
    world = World(["queued"] * 9 + ["completed"])
    world.wait()
    assert world.slept[:4] == [0.5, 0.75, 1.125, 1.6875]
    assert world.slept[-2:] == [5, 5]


@each_case(
    ("asked", "pause"),
    [
        *(("250", 0.25), ("60000", 60), ("1", 0.001), ("2.5", 0.0025)),
        *(("0", 0.5), ("-1", 0.5), ("60001", 0.5), ("nan", 0.5), ("inf", 0.5)),
        *(("soon", 0.5), ("", 0.5)),
    ],
)
def test_the_server_may_ask_for_a_pause(asked: str, pause: float) -> None:
    world = World(["queued", "completed"], {"openai-poll-after-ms": asked})
    world.wait()
    assert world.slept == [pause]


def test_an_interval_of_one_s_own_counts_more() -> None:
    world = World(["queued"] * 3 + ["completed"], {"openai-poll-after-ms": "250"})
    world.wait(interval=0.1)
    assert world.slept == [0.1, 0.1, 0.1]


def test_pauses_are_short_again_after_an_action() -> None:
    world = World(["queued"] * 4 + ["requires_action"] + ["queued"] * 2 + ["completed"])
    assert world.wait(act=True).status == "completed"
    assert world.slept == [0.5, 0.75, 1.125, 1.6875, 0.5, 0.75]


def test_time_is_up_at_the_deadline_and_not_later() -> None:
    world = World(["in_progress"])
    with pytest.raises(RunTimeout, match=r"run run_1 is in_progress after 7\.0") as up:
        world.wait(max_wait=7.0)
    assert world.now == 1007
    assert up.value.run.status == "in_progress"
    assert up.value.waited == 7
    assert world.cancelled == 0
    again = pickle.loads(pickle.dumps(up.value))
    assert (again.run, again.waited, str(again)) == (up.value.run, 7, str(up.value))
    assert isinstance(up.value, RunError)


def test_the_last_poll_may_still_find_an_end() -> None:
    world = World(["queued"] * 3 + ["completed"])
    assert world.wait(max_wait=1.5).status == "completed"
    # A little before the deadline, so that there is time for the response.
    assert world.slept == [0.5, 0.75, 0.1875]


def test_a_run_may_be_cancelled_at_the_deadline() -> None:
    world = World(["queued"])
    with pytest.raises(RunTimeout, match="is cancelling") as up:
        world.wait(max_wait=3, cancel_on_timeout=True)
    assert (world.cancelled, up.value.run.status) == (1, "cancelling")


def test_there_need_not_be_a_deadline() -> None:
    world = World(["queued"] * 1000 + ["completed"])
    assert world.wait(max_wait=None).status == "completed"
    assert sum(world.slept) > 4900


def test_on_update_is_called_for_each_change_alone() -> None:
    seen: list[str] = []
    world = World(["queued", "queued", "in_progress", "in_progress", "completed"])
    world.wait(on_update=lambda run: seen.append(run.status))
    assert seen == ["queued", "in_progress", "completed"]


def test_an_error_of_the_callback_ends_the_wait() -> None:
    def broken(_: RunObject) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        World(["queued", "completed"]).wait(on_update=broken)


@each_case(
    ("options", "said"),
    [
        ({"poll_interval_ms": 0}, "poll_interval_ms must be milliseconds above 0"),
        ({"poll_interval_ms": "5"}, "poll_interval_ms must be"),
        ({"poll_interval_ms": True}, "poll_interval_ms must be"),
        ({"max_wait": -1}, "max_wait must be seconds above 0, or None"),
        ({"max_wait": float("nan")}, "max_wait must be"),
        ({"max_wait": float("inf")}, "max_wait must be"),
        ({"on_update": 5}, "on_update must be a function, not int"),
    ],
)
def test_what_can_t_be_used_is_refused(options: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        poll_policy(options, monotonic)
