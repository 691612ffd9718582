"""The deadlines of one exchange, by a clock that the test sets."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from assistants_client._transport import exchange
from assistants_client._transport.exchange import Timing

PARTS = {"connect": 1.0, "read": 2.0, "write": 3.0, "pool": 4.0}
WHOLE = dict.fromkeys(PARTS, 10.0)


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(exchange, "time", found)
    return found


def deadlines(timing: Timing) -> tuple[float | None, float | None, float | None]:
    """Return those of the head, of the next piece, and of all of it."""
    return timing.head, timing.piece, timing.whole


def test_seconds_are_for_all_of_it(clock: Clock) -> None:
    timing = Timing(10, WHOLE)
    assert deadlines(timing) == (10, 10, 10)
    clock.now = 3
    timing.reading()
    timing.renew()
    assert deadlines(timing) == (10, 10, 10)
    timing.put_off()
    assert deadlines(timing) == (13, 13, 13)


def test_a_stream_may_last_as_long_as_its_pieces_come(clock: Clock) -> None:
    timing = Timing(10, WHOLE)
    clock.now = 3
    timing.renew()
    timing.open_end()
    assert deadlines(timing) == (10, 13, None)
    clock.now = 8
    timing.renew()
    assert timing.piece == 18
    clock.now = 9
    timing.hurry()
    assert deadlines(timing) == (10, 19, 19)
    clock.now = 12
    timing.renew()
    assert (timing.piece, timing.whole) == (19, 19)


def test_parts_are_for_the_head_together_and_for_each_piece(clock: Clock) -> None:
    timing = Timing(object(), PARTS)
    assert deadlines(timing) == (10, None, None)
    clock.now = 5
    timing.reading()
    assert timing.head == 7
    timing.renew()
    timing.hurry()
    assert deadlines(timing) == (7, 7, None)
    timing.put_off()
    assert timing.head == 15


@pytest.mark.parametrize("part", PARTS)
def test_a_part_without_a_limit_leaves_the_head_without_one(
    clock: Clock, part: str
) -> None:
    timing = Timing(None, {**PARTS, part: None})
    assert deadlines(timing) == (None, None, None)
    clock.now = 5
    timing.reading()
    timing.renew()
    read = None if part == "read" else 7
    assert deadlines(timing) == (read, read, None)


def test_what_ends_all_of_it_anyway_wins_where_it_is_sooner(clock: Clock) -> None:
    timing = Timing(10, WHOLE, 6)
    assert deadlines(timing) == (6, 6, 6)
    timing.open_end()
    assert deadlines(timing) == (6, 6, 6)
    timing = Timing(10, WHOLE)
    for until, whole in [(6, 6), (20, 10), (None, 10)]:
        timing.end_by(until)
        assert deadlines(timing) == (whole, whole, whole)
    clock.now = 1
    timing.end_by(20)
    timing.open_end()
    assert timing.whole == 20
    assert Timing(object(), PARTS, 3).head == 3


def test_a_line_has_the_deadline_of_the_head(clock: Clock) -> None:
    timing = Timing(object(), PARTS)
    line = SimpleNamespace(deadline=None)
    timing.lease = SimpleNamespace(line=line)
    clock.now = 5
    timing.reading()
    assert line.deadline == 7
    timing.put_off()
    assert line.deadline == 15
    # It was given back meanwhile.
    timing.lease.line = None
    timing.put_off()


def test_an_alarm_is_put_off_by_the_clock_of_its_loop(clock: Clock) -> None:
    async def main() -> tuple[Any, float]:
        timing = Timing(object(), PARTS)
        async with asyncio.timeout(60) as timing.alarm:
            clock.now = 5
            before = asyncio.get_running_loop().time()
            timing.reading()
            when = timing.alarm.when()
        # It has ended, and nobody has heard it yet.
        timing.put_off()
        return when, before

    when, before = asyncio.run(main())
    assert before + 2 <= when < before + 11
