"""Who goes on in which turn of the event loop, where many runs could."""

from __future__ import annotations

import asyncio
import time

import pytest

from assistants_server.lane import Lane


class Turns:
    """Turns of the event loop that take as long as they are told to, by a clock."""

    def __init__(self, *seconds: float) -> None:
        self.lane = Lane(clock=lambda: self._now)
        self.let: list[int] = []
        self._seconds = seconds
        self._now = 0.0

    async def pass_by(self, tasks: list[asyncio.Task[int]]) -> list[list[int]]:
        """Return which tasks went on in each turn, while some wait."""
        found: list[list[int]] = []
        for seconds in self._seconds:
            before = len(self.let)
            self._now += seconds
            await asyncio.sleep(0)
            found.append(self.let[before:])
        for task in tasks:
            task.cancel()
        return found

    async def member(self, number: int) -> int:
        await self.lane.pause()
        self.let.append(number)
        return number


def passed(count: int, *seconds: float) -> list[list[int]]:
    async def work() -> list[list[int]]:
        turns = Turns(*seconds)
        tasks = [asyncio.ensure_future(turns.member(n)) for n in range(count)]
        return await turns.pass_by(tasks)

    return [each for each in asyncio.run(work()) if each]


def test_few_go_on_in_a_short_turn_and_all_in_order() -> None:
    found = passed(9, *[0.001] * 20)
    assert found == [[0, 1], [2, 3], [4, 5], [6, 7], [8]]


def test_more_go_on_where_turns_are_long_without_them() -> None:
    found = passed(100, *[0.2] * 12)
    assert [len(each) for each in found][:5] == [4, 8, 16, 32, 40]
    assert [n for each in found for n in each] == [*range(100)]


def test_fewer_go_on_when_turns_are_short_again() -> None:
    found = passed(100, *[0.2] * 5, *[0.001] * 20)
    sizes = [len(each) for each in found]
    assert max(sizes) > 8
    assert sizes[-3:] == [2, 2, 2]


def test_who_is_cancelled_is_passed_over() -> None:
    async def work() -> list[list[int]]:
        turns = Turns(*[0.001] * 10)
        tasks = [asyncio.ensure_future(turns.member(n)) for n in range(5)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        return await turns.pass_by(tasks)

    found = [each for each in asyncio.run(work()) if each]
    assert [n for each in found for n in each] == [0, 2, 3, 4]


@pytest.mark.parametrize("pace", [0.0, 0.02])
def test_a_pace_is_kept(pace: float) -> None:
    begun = time.monotonic()
    asyncio.run(Lane(pace).pause())
    assert (time.monotonic() - begun >= 0.02) == bool(pace)
