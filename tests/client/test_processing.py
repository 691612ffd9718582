"""Waiting for what a server does with files: the flow, without a clock and HTTP."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_api.models import VectorStoreFileBatchObject
from assistants_client import APIConnectionError, NotFoundError, WaitTimeout
from assistants_client._call import Call, CallResult
from assistants_client._effects import Note
from assistants_client._errors import SentRequest, status_error
from assistants_client._flows.poll_policy import PollPolicy
from assistants_client._flows.processing import INDEXED, poll_processing
from harness.flow_driver import FlowDriver
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistants_client._effects import Flow


class World(FlowDriver):
    """A server that says one status after the other, and a clock that jumps."""

    def __init__(
        self,
        answers: Sequence[Any],
        headers: dict[str, str] | None = None,
        *,
        terminal: bool = False,
    ) -> None:
        super().__init__(terminal=terminal)
        self.left = [*answers]
        self.headers = headers or {}
        self.cancelled = 0
        self.polls = 0

    def wait(self, *, cancels: bool = False, **how: Any) -> Any:
        flow = poll_processing(
            self.retrieve,
            lambda _: self.retrieve(),
            INDEXED,
            PollPolicy(clock=self.clock, **how),
            (lambda _: self.cancel()) if cancels else None,
        )
        return self.run(flow)

    def retrieve(self) -> Flow[CallResult[Any]]:
        yield Note("a poll")
        self.polls += 1
        answer = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        if isinstance(answer, Exception):
            raise answer
        return self.result(answer)

    def cancel(self) -> Flow[CallResult[Any]]:
        yield Note("a cancellation")
        self.cancelled += 1
        if self.cancelled > 1:
            raise GONE
        return self.result("cancelled")

    def result(self, status: Any) -> CallResult[Any]:
        counts = {"in_progress": 3, "completed": 1, "failed": 1, "total": 5}
        body = {"id": "vsfb_1", "status": status, "file_counts": counts}
        response = httpx.Response(200, json=body, headers=self.headers)
        call: Call[Any] = Call(
            operation="x",
            request=None,  # type: ignore[arg-type]
            read=lambda result: VectorStoreFileBatchObject.from_dict(
                result.json()  # type: ignore[arg-type]
            ),
        )
        return CallResult(call, response, "http://x/v1", 1)


REQUEST = SentRequest("GET", "http://x/v1")
GONE = APIConnectionError("refused", request=REQUEST)


@each_case("status", [*INDEXED, None])
def test_what_has_ended_is_returned_at_once(status: str | None) -> None:
    world = World([status])
    assert world.wait().status == status
    assert world.slept == []


def test_what_goes_on_is_polled_with_growing_pauses() -> None:
    world = World([*["in_progress"] * 8, "completed"])
    assert world.wait().status == "completed"
    assert world.slept == [0.5, 0.75, 1.125, 1.6875, 2.53125, 3.796875, 5.0, 5.0]


def test_a_status_that_nobody_knows_goes_on() -> None:
    assert World(["queued", "completed"]).wait().status == "completed"


def test_the_server_says_how_long_to_wait_unless_the_caller_does() -> None:
    headers = {"openai-poll-after-ms": "2500"}
    world = World(["in_progress", "in_progress", "failed"], headers)
    assert world.wait().status == "failed"
    assert world.slept == [2.5, 2.5]
    world = World(["in_progress", "in_progress", "failed"], headers)
    world.wait(interval=0.1)
    assert world.slept == [0.1, 0.1]


def test_changes_are_told_once_each() -> None:
    told: list[str] = []
    world = World(["in_progress", "in_progress", "completed"])
    world.wait(on_update=lambda found: told.append(found.status))
    assert told == ["in_progress", "completed"]


def test_the_deadline_ends_it_with_what_was_read_last() -> None:
    world = World(["in_progress"])
    with pytest.raises(
        WaitTimeout, match="vsfb_1 is still in_progress after"
    ) as caught:
        world.wait(max_wait=10)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.object.status == "in_progress"
    assert 9 <= caught.value.waited <= 10
    assert sum(world.slept) <= 10
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.waited) == (str(caught.value), caught.value.waited)


def test_what_can_be_cancelled_is_cancelled_if_asked_for() -> None:
    world = World(["in_progress"])
    with pytest.raises(WaitTimeout, match="still cancelled") as caught:
        world.wait(max_wait=1, cancels=True, cancel_on_timeout=True)
    assert caught.value.object.status == "cancelled"
    assert world.cancelled == 1
    with pytest.raises(WaitTimeout) as caught:
        world.wait(max_wait=1, cancels=True, cancel_on_timeout=True)
    assert "could not be cancelled" in caught.value.__notes__[0]
    with pytest.raises(WaitTimeout):
        world.wait(max_wait=1, cancels=True)
    assert world.cancelled == 2


def test_a_restart_is_survived() -> None:
    world = World(["in_progress", GONE, GONE, "completed"])
    assert world.wait().status == "completed"
    assert world.polls == 4


def test_an_outage_ends_with_the_deadline() -> None:
    world = World(["in_progress", GONE])
    with pytest.raises(WaitTimeout) as caught:
        world.wait(max_wait=5)
    assert "the last request failed" in caught.value.__notes__[0]
    assert caught.value.__cause__ is GONE


def test_what_is_gone_for_good_is_no_outage() -> None:
    from assistants_client._errors import ReceivedResponse

    missing = status_error(ReceivedResponse(404, {}, b"{}", REQUEST))
    world = World(["in_progress", missing])
    with pytest.raises(NotFoundError):
        world.wait()


def test_a_terminal_shows_status_and_counts() -> None:
    world = World(["in_progress", "completed"], terminal=True)
    world.wait(shows_progress=True)
    assert world.shown is not None
    assert world.shown[0] == ("in_progress, 2 of 5 files", 0.0)
    assert world.shown[-1] == ("in_progress, 2 of 5 files", 0.5)
