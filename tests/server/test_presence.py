"""A process that is seen by others on the same store, or isn't."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from assistants_server.execution.presence import Presence
from assistants_server.store import StoreAwayError
from assistants_server.store.processes import LET_GO


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Shared:
    """A store that is shared, as far as this needs it.

    Attributes:
        beats: how often a process was seen.
        is_away: whether it can't be reached.
        takes: seconds that each change takes.
    """

    def __init__(self, clock: Clock) -> None:
        self.processes = self
        self.alone = False
        self.lease = 10.0
        self.beats = 0
        self.is_away = False
        self.takes = 0.0
        self._clock = clock

    async def perform(self, work: Any) -> Any:
        self._clock.now += self.takes
        if self.is_away:
            raise StoreAwayError("away")
        return work()

    def beat(self) -> None:
        self.beats += 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(clock: Clock) -> Shared:
    return Shared(clock)


@pytest.fixture
def lost() -> list[str]:
    return []


@pytest.fixture
def presence(shared: Any, clock: Clock, lost: list[str]) -> Presence:
    return Presence(shared, lambda: lost.append("lost"), _ignored, clock=clock)


def _ignored(run: str | None) -> None:
    """Hear nothing."""


def test_who_is_seen_keeps_its_runs(
    presence: Presence, clock: Clock, lost: list[str]
) -> None:
    for _ in range(5):
        asyncio.run(presence.beat())
        clock.now += 7
        presence.look()
    assert lost == []


def test_who_is_not_seen_lets_go_before_others_take_over(
    presence: Presence, clock: Clock, lost: list[str]
) -> None:
    asyncio.run(presence.beat())
    clock.now += 10 * LET_GO
    presence.look()
    assert lost == []
    clock.now += 0.1
    presence.look()
    presence.look()
    assert lost == ["lost"]


def test_who_is_back_may_be_lost_again(
    presence: Presence, clock: Clock, lost: list[str]
) -> None:
    for _ in range(2):
        asyncio.run(presence.beat())
        clock.now += 10
        presence.look()
    assert lost == ["lost", "lost"]


def test_a_beat_counts_from_when_it_began(
    presence: Presence, shared: Shared, lost: list[str]
) -> None:
    """Others see it by the time of the database, which may be the earlier one."""
    shared.takes = 9
    asyncio.run(presence.beat())
    presence.look()
    assert lost == ["lost"]


def test_a_beat_that_fails_is_none(
    presence: Presence, shared: Shared, clock: Clock, lost: list[str]
) -> None:
    asyncio.run(presence.beat())
    shared.is_away = True
    clock.now += 9
    with pytest.raises(StoreAwayError):
        asyncio.run(presence.beat())
    presence.look()
    assert lost == ["lost"]


def test_who_is_alone_is_never_seen(presence: Presence, shared: Shared) -> None:
    shared.alone = True
    asyncio.run(presence.start())
    assert shared.beats == 0
    shared.alone = False

    async def start() -> None:
        await presence.start()
        presence.close()

    shared.listen = _listen  # type: ignore[attr-defined]
    asyncio.run(start())
    assert shared.beats == 1


async def _listen(heard: Any) -> None:
    """Hear nothing."""
