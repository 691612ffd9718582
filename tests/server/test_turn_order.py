"""How many turns go on at once, and in which order the others begin."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer, ToolCall, Turn
from assistants_server.execution.run_record import RunRecord
from assistants_server.execution.slots import Slot, Slots
from tests.cases import some
from tests.server.api import Api, function, talking, until
from tests.server.inside import inside, problems, scheduler_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

MANY = [str(number) for number in range(8)]


def in_loop(test: Callable[[], None]) -> None:
    async def run() -> None:
        test()

    asyncio.run(run())


def queued(slots: Slots) -> Slot:
    slot = Slot(slots)
    slot.queue()
    return slot


def begun(slot: Slot) -> bool:
    return bool(vars(slot)["_place"].done())


def test_those_who_wait_begin_one_by_one_in_order() -> None:
    def test() -> None:
        slots = Slots(2)
        places = [queued(slots) for _ in range(4)]
        assert [begun(each) for each in places] == [True, True, False, False]
        places[1].leave()
        # A place is taken once, and left once, however often that is said.
        places[1].leave()
        places[2].queue()
        assert [begun(each) for each in places[2:]] == [True, False]
        places[0].leave()
        assert begun(places[3])

    in_loop(test)


def test_who_leaves_the_queue_lets_nobody_in() -> None:
    def test() -> None:
        slots = Slots(1)
        first, second, third, last = (queued(slots) for _ in range(4))
        last.leave()
        assert not begun(second)
        second.leave()
        assert not begun(third)
        first.leave()
        assert begun(third)
        third.leave()
        # It is free again, once.
        assert [begun(queued(slots)) for _ in range(2)] == [True, False]

    in_loop(test)


def test_there_may_be_no_limit() -> None:
    in_loop(lambda: _all_begin(Slots(None)))


def _all_begin(slots: Slots) -> None:
    assert all(begun(queued(slots)) for _ in range(1000))


def test_who_is_cancelled_when_it_may_begin_leaves_it_to_the_next() -> None:
    async def wait(slots: Slots) -> None:
        slot = queued(slots)
        try:
            await slot.reached()
        finally:
            slot.leave()

    async def run() -> None:
        slots = Slots(1)
        first = queued(slots)
        tasks = [asyncio.create_task(wait(slots)) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.sleep(0)
        first.leave()
        # It may begin, but hasn't noticed yet.
        tasks[1].cancel()
        await tasks[2]
        await asyncio.wait(tasks)
        assert begun(queued(slots))

    asyncio.run(run())


class Order:
    """An engine that notes in which order it is asked; it can be held up."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.questions: list[str] = []
        self._at_work = 0
        self.most = 0

    async def __call__(self, turn: Turn) -> AsyncIterator[Any]:
        self._at_work += 1
        self.most = max(self.most, self._at_work)
        self.questions.append(turn.question)
        while not self.go.is_set():
            await asyncio.sleep(0.001)
        for _ in range(20):
            await asyncio.sleep(0)
        self._at_work -= 1
        yield ToolCall("add")


def start(api: Api) -> list[dict[str, Any]]:
    assistant = api.assistant(tools=[function("add")])
    return [api.start(api.thread(each), assistant) for each in MANY]


def test_turns_are_bounded() -> None:
    engine = Order()
    with LocalServer(engine=engine, max_turns=2) as server, talking(server) as api:
        runs = start(api)
        engine.go.set()
        for run in some(runs):
            assert api.wait(run)["status"] == "requires_action"
        assert engine.most == 2
        assert sorted(engine.questions) == MANY
        assert problems(server) == []


def test_turns_wait_in_order_however_long_the_store_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first look at one run in two takes until the next run has been looked at."""
    engine, looked_at = Order(), asyncio.Event()
    perform, looks = RunRecord.perform, 0

    async def slowly(self: RunRecord, work: Any, **how: Any) -> Any:
        nonlocal looks
        if getattr(work, "__name__", "") == "_begun":
            looks += 1
            if looks % 2:
                await looked_at.wait()
                looked_at.clear()
            else:
                looked_at.set()
        return await perform(self, work, **how)

    with LocalServer(engine=engine, max_turns=1) as server, talking(server) as api:
        monkeypatch.setattr(RunRecord, "perform", slowly)
        runs = start(api)
        until(lambda: waiting(server) == len(MANY) - 1, "all runs")
        engine.go.set()
        for run in runs:
            api.wait(run)
        assert engine.questions == MANY
        assert problems(server) == []


def test_a_run_that_is_cancelled_lets_the_next_one_begin() -> None:
    """Whether it was at work, or waited itself."""
    engine = Order()
    with LocalServer(engine=engine, max_turns=1) as server, talking(server) as api:
        runs = start(api)
        until(lambda: engine.questions == MANY[:1], "the first turn")
        for run in runs[1::2]:  # vacuous: there are as many as the test makes
            api.cancel(run)
            assert api.wait(run)["status"] == "cancelled"
        assert engine.questions == MANY[:1]
        api.cancel(runs[0])
        until(lambda: engine.questions == [MANY[0], MANY[2]], "the next turn")
        engine.go.set()
        for run in runs[2::2]:
            api.wait(run)
        assert engine.questions == MANY[::2]
        assert problems(server) == []


def test_runs_that_wait_for_outputs_are_in_nobody_s_way(tmp_path: Path) -> None:
    """Nor are they after a restart."""
    engine = Order()
    engine.go.set()
    for turn in range(2):
        with (
            LocalServer(engine=engine, max_turns=1, store=tmp_path / "s") as server,
            talking(server) as api,
        ):
            assistant = api.assistant(tools=[function("add")])
            run = api.run(api.thread(str(turn)), assistant)
            assert run["status"] == "requires_action"
    assert engine.questions == ["0", "1"]


def waiting(server: LocalServer) -> int:
    slots = vars(scheduler_of(server))["_slots"]
    return int(inside(server, lambda: len(vars(slots)["_waiting"])))
