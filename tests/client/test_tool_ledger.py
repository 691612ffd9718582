"""What a ledger says is to be done about the calls of a run."""

from __future__ import annotations

import asyncio
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_api.models import RunObject, RunStepObject
from assistants_client import ToolSet
from assistants_client._call import Call, CallResult
from assistants_client._effects import Note
from assistants_client._flows.actions import Actions
from assistants_client._tool_ledger import Due, InterruptedCall, ToolLedger, Turn
from harness.flow_driver import FlowDriver
from tests.client.lagging import Lagging

if TYPE_CHECKING:
    from assistants_client._effects import Flow

NOW = 100.0


@pytest.fixture
def ledger() -> ToolLedger:
    return ToolLedger()


def submitted(ledger: ToolLedger, *ids: str, surely: bool = True) -> None:
    for each in ids:
        ledger.finish(each, "paid")
    assert ledger.take(ids, NOW) is Turn.FIRST
    ledger.submitted(ids, NOW, surely=surely)


def test_each_call_is_claimed_by_one(ledger: ToolLedger) -> None:
    assert ledger.due(["a", "b"], NOW) is Due.PERFORM
    assert ledger.claim(["a"]) == ["a"]
    assert ledger.claim(["a", "b"]) == ["b"]
    assert ledger.due(["a", "b"], NOW) is Due.WAIT
    assert ledger.take(["a", "b"], NOW) is None
    ledger.begin("a")
    ledger.finish("a", 1)
    assert ledger.due(["a", "b"], NOW) is Due.WAIT
    ledger.finish("b", 2)
    assert ledger.due(["a", "b"], NOW) is Due.SUBMIT
    assert ledger.due(["a", "b", "c"], NOW) is Due.PERFORM
    assert ledger.outcomes(["a", "b", "c"]) == {"a": 1, "b": 2}


def test_what_is_given_up_is_for_others_unless_it_goes_on(ledger: ToolLedger) -> None:
    ledger.claim(["a", "b", "c"])
    ledger.begin("b")
    ledger.finish("c", 3)
    assert ledger.release(["a", "b", "c"]) == ["b"]
    assert ledger.claim(["a", "b", "c"]) == ["a"]
    assert ledger.outcomes(["b"]) == {}
    ledger.finish("b", "late")
    assert ledger.outcomes(["b"]) == {"b": "late"}


def test_one_that_begins_after_it_was_given_up_counts(ledger: ToolLedger) -> None:
    ledger.begin("a")
    assert ledger.claim(["a"]) == []


def test_the_first_outcome_stays(ledger: ToolLedger) -> None:
    ledger.finish("a", "first")
    ledger.finish("a", "second")
    assert ledger.outcomes(["a"]) == {"a": "first"}
    ledger.finish("b", InterruptedCall("why?"))
    ledger.finish("b", "it took too long")
    ledger.finish("b", "another")
    assert ledger.outcomes(["b"]) == {"b": "it took too long"}


def test_only_one_submits(ledger: ToolLedger) -> None:
    ledger.finish("a", 1)
    assert ledger.take(["a"], NOW) is Turn.FIRST
    assert ledger.due(["a"], NOW) is Due.WAIT
    assert ledger.take(["a"], NOW) is None
    ledger.submitted(["a"], NOW)
    assert ledger.take(["a"], NOW) is None
    assert ledger.due(["a"], NOW) is Due.WAIT


def test_what_is_new_is_submitted_with_what_was(ledger: ToolLedger) -> None:
    submitted(ledger, "a")
    ledger.finish("b", 2)
    assert ledger.due(["a", "b"], NOW) is Due.SUBMIT
    assert ledger.take(["a", "b"], NOW) is Turn.FIRST


def test_what_was_not_submitted_is_due_at_once(ledger: ToolLedger) -> None:
    ledger.finish("a", 1)
    ledger.take(["a"], NOW)
    ledger.not_submitted(["a"])
    assert ledger.due(["a"], NOW) is Due.SUBMIT


def test_what_may_have_arrived_is_looked_at_twice(ledger: ToolLedger) -> None:
    submitted(ledger, "a", surely=False)
    dues = [ledger.due(["a"], NOW) for _ in range(4)]
    assert dues == [Due.WAIT, Due.WAIT, Due.CHECK, Due.CHECK]
    assert ledger.take(["a"], NOW) is Turn.UNSURE
    ledger.submitted(["a"], NOW, surely=False)
    assert ledger.due(["a"], NOW) is Due.WAIT


def test_a_server_may_lag_ever_longer_before_it_is_asked(ledger: ToolLedger) -> None:
    submitted(ledger, "a")
    assert ledger.due(["a"], NOW + 9.9) is Due.WAIT
    assert ledger.due(["a"], NOW + 10) is Due.CHECK
    assert ledger.take(["a"], NOW + 10) is Turn.LATE
    ledger.still_late(["a"], NOW + 10)
    assert ledger.due(["a"], NOW + 29.9) is Due.WAIT
    assert ledger.due(["a"], NOW + 30) is Due.CHECK


def test_a_cut_stream_is_unsure_at_once_the_first_time_alone(
    ledger: ToolLedger,
) -> None:
    submitted(ledger, "a")
    ledger.cut(["a"], NOW)
    assert ledger.due(["a"], NOW) is Due.CHECK
    assert ledger.take(["a"], NOW) is Turn.UNSURE
    ledger.submitted(["a"], NOW)
    ledger.cut(["a"], NOW)
    assert [ledger.due(["a"], NOW) for _ in range(3)] == [
        *(Due.WAIT, Due.WAIT, Due.CHECK),
    ]


def test_what_was_answered_by_hand_is_answered(ledger: ToolLedger) -> None:
    ledger.answered([{"tool_call_id": "a", "output": "x"}, {"output": "y"}], NOW)
    assert ledger.due(["a"], NOW) is Due.WAIT
    assert ledger.outcomes(["a"]) == {"a": "x"}


def test_failures_are_counted(ledger: ToolLedger) -> None:
    ledger.finish("a", 1)
    ledger.finish("b", 1)
    assert [ledger.failed(["a"]), ledger.failed(["a", "b"])] == [1, 2]


def test_functions_note_how_they_end(ledger: ToolLedger) -> None:
    def fail() -> None:
        raise ValueError("no")

    def interrupted() -> None:
        raise KeyboardInterrupt

    async def fine() -> int:
        return 1

    def begin() -> Any:
        return fine()

    async def cancelled() -> None:
        raise asyncio.CancelledError

    assert ledger.noting("plain", lambda: 5)() == 5
    with pytest.raises(ValueError, match="no"):
        ledger.noting("fails", fail)()
    with pytest.raises(KeyboardInterrupt):
        ledger.noting("interrupted", interrupted)()
    assert asyncio.run(ledger.noting("async", fine)()) == 1
    assert asyncio.run(ledger.noting("awaitable", begin)()) == 1
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(ledger.noting("cancelled", cancelled)())
    found = ledger.outcomes(["plain", "async", "awaitable"])
    assert found == {"plain": 5, "async": 1, "awaitable": 1}
    kinds = ledger.outcomes(["fails", "interrupted", "cancelled"])
    assert [type(each) for each in kinds.values()] == [
        *(ValueError, InterruptedCall, InterruptedCall),
    ]


def test_nothing_of_it_is_pickled(ledger: ToolLedger) -> None:
    submitted(ledger, "a")
    assert pickle.loads(pickle.dumps(ledger)).due(["a"], NOW) is Due.PERFORM


class Serving(FlowDriver):
    """A server whose run goes on asking, and what it says in the steps."""

    def __init__(self, output: Any) -> None:
        super().__init__()
        self.output = output
        self.bodies: list[Any] = []
        self.called = 0
        self.ledger = ToolLedger()
        calls: Any = self
        self.actions = Actions(
            calls, self.ledger, self.clock, tools=ToolSet([self.pay])
        )
        self.asking = RunObject.from_dict(Lagging().run("requires_action", ["a"]))

    def pay(self) -> str:
        """Pay."""
        self.called += 1
        return "paid"

    def act(self) -> Any:
        return self.run(self.actions.act(self.asking))

    def submit(self, _: Any, body: Any, *, stream: bool) -> Flow[CallResult[Any]]:
        yield Note(f"streamed: {stream}")
        self.bodies.append(body)
        call: Any = Call(operation="o", request=None, read=None)  # type: ignore[arg-type]
        return CallResult(call, httpx.Response(200), "u", 1)

    def steps(self, _: Any) -> Flow[list[Any]]:
        yield Note("the steps")
        function = {} if self.output is ... else {"output": self.output}
        call = {"id": "a", "type": "function", "function": function}
        details = {"type": "tool_calls", "tool_calls": [call]}
        return [
            RunStepObject.from_dict({"id": "s", "step_details": details}),
            RunStepObject.from_dict({"id": "t", "step_details": None}),
        ]


@pytest.mark.parametrize(
    ("output", "again"), [(None, True), ("paid", False), (..., False)]
)
def test_what_a_server_lost_after_it_had_it_is_submitted_again(
    output: Any, again: bool
) -> None:
    world = Serving(output)
    assert world.act() is not None
    for _ in range(20):
        world.now += 0.4
        assert world.act() is None
    assert len(world.bodies) == 1
    world.now += 5
    assert (world.act() is not None) == again
    assert len(world.bodies) == 1 + again
    assert world.called == 1
    assert world.bodies[-1] == {
        "tool_outputs": [{"tool_call_id": "a", "output": "paid"}]
    }
