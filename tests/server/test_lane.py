"""Who goes on in which turn of the event loop, where many runs could."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from assistants_server.execution.lane import Lane

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytestmark = pytest.mark.storeless


class Turns:
    """Turns of the event loop, by a clock of their own.

    Attributes:
        found: which tasks went on in each turn.
    """

    def __init__(self, step: float = 0.001) -> None:
        """Begin; a step of a task takes so many seconds."""
        self.lane = Lane(clock=lambda: self._now)
        self.found: list[list[int]] = [[]]
        self._step = step
        self._now = 0.0

    async def task(self, number: int) -> None:
        await self.lane.pause()
        self._now += self._step
        self.found[-1].append(number)

    async def go_on(self, turns: int, others: float) -> None:
        """Let some turns pass in which others take so many seconds each."""
        for _ in range(turns):
            self.found.append([])
            self._now += others
            await asyncio.sleep(0)

    def sizes(self) -> list[int]:
        return [len(each) for each in self.found if each]


def test_few_go_on_in_a_turn_and_all_in_order() -> None:
    async def work(turns: Turns) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(9):
                group.create_task(turns.task(number))
            await turns.go_on(20, others=0.002)

    turns = Turns()
    asyncio.run(work(turns))
    assert [n for each in turns.found for n in each] == [*range(9)]
    assert turns.sizes() == [2, 2, 2, 2, 1]


def test_more_go_on_where_turns_are_long_without_them_and_few_afterwards() -> None:
    async def work(turns: Turns) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(800):
                group.create_task(turns.task(number))
            await turns.go_on(12, others=0.2)
            await turns.go_on(80, others=0.001)

    turns = Turns()
    asyncio.run(work(turns))
    sizes = turns.sizes()
    # Up to as many as take from a quarter to half of the time that all else takes.
    assert sizes[:8] == [2, 4, 8, 16, 32, 64, 64, 64]
    # The last ones of all go on when nobody counts any more.
    assert set(sizes[20:-1]) == {2}
    assert sum(sizes) == 800


def test_the_steps_themselves_are_no_reason_for_more_of_them() -> None:
    async def work(turns: Turns) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(40):
                group.create_task(turns.task(number))
            await turns.go_on(60, others=0.001)

    turns = Turns(step=1.0)
    asyncio.run(work(turns))
    assert max(turns.sizes()) == 2


def test_one_alone_lets_others_go_on_too() -> None:
    async def work() -> list[str]:
        said: list[str] = []

        async def task(name: str, pause: Callable[[], Awaitable[None]]) -> None:
            for _ in range(3):
                said.append(name)
                await pause()

        lane = Lane()
        await asyncio.gather(
            task("run", lane.pause), task("other", lambda: asyncio.sleep(0))
        )
        return said

    assert asyncio.run(work())[:2] == ["run", "other"]


def test_who_is_cancelled_is_passed_over() -> None:
    async def work(turns: Turns) -> None:
        tasks = [asyncio.ensure_future(turns.task(number)) for number in range(6)]
        await asyncio.sleep(0)
        tasks[3].cancel()
        await turns.go_on(20, others=0.002)

    turns = Turns()
    asyncio.run(work(turns))
    assert [n for each in turns.found for n in each] == [0, 1, 2, 4, 5]


@pytest.mark.parametrize("pace", [0.0, 0.02])
def test_a_pace_is_kept(pace: float) -> None:
    begun = time.monotonic()
    asyncio.run(Lane(pace).pause())
    assert (time.monotonic() - begun >= 0.02) == bool(pace)
