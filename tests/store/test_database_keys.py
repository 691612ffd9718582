"""Keys that several servers share: how soon what happens to one is known."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from assistants_server.keys import Key
from assistants_server.keys.database import DatabaseKeys
from assistants_server.store import StoreAwayError, StoreError
from tests.server.keyed import unstored

if TYPE_CHECKING:
    from collections.abc import Callable


class Database:
    """A store on another machine, and the keys in it."""

    def __init__(self, *, patience: float = 60) -> None:
        self.now = 0.0
        self.keys: list[Key] = []
        self.is_away = False
        self.reads = 0
        self.going_on = 0
        self.takes = 0.0
        self.answers = asyncio.Event()
        self.answers.set()
        store, table = cast("Any", self), cast("Any", self)
        self.shared = DatabaseKeys(
            store, table, clock=lambda: self.now, patience=patience
        )

    def all(self) -> list[Key]:
        self.reads += 1
        return [*self.keys]

    async def perform(self, work: Callable[[], Any]) -> Any:
        if self.is_away:
            # As long as others wait for it.
            await self.answers.wait()
            self.now += self.takes
            raise StoreAwayError("it is away")
        assert self.going_on == 0
        self.going_on += 1
        found = work()
        # Others come meanwhile.
        await asyncio.sleep(0)
        self.going_on -= 1
        return found

    def ask(self, *, fresh: bool = False) -> set[str]:
        return {*asyncio.run(self.shared.current(fresh=fresh))}

    def crowd(self, *, fresh: bool = False) -> None:
        """Let fifty ask at the same time."""

        async def ask() -> None:
            every = (self.shared.current(fresh=fresh) for _ in range(50))
            await asyncio.gather(*every)

        asyncio.run(ask())


def test_keys_are_read_once_a_second() -> None:
    database = Database()
    assert database.ask() == set()
    key = unstored()[1]
    database.keys.append(key)
    database.now = 0.9
    assert database.ask() == set()
    database.now = 1.0
    assert database.ask() == {key.id}
    assert database.reads == 2
    # Who can't wait need not.
    database.keys.clear()
    assert database.ask() == {key.id}
    database.now = 1.1
    assert database.ask(fresh=True) == set()
    assert database.reads == 3


@pytest.mark.parametrize("fresh", [False, True])
def test_many_who_ask_read_them_one_at_a_time(*, fresh: bool) -> None:
    database = Database()
    database.crowd(fresh=fresh)
    assert database.reads == 1


def test_who_may_have_them_as_they_were_waits_for_nobody() -> None:
    database = Database()
    database.ask()
    database.now = 5

    async def ask() -> None:
        reading = asyncio.create_task(database.shared.current())
        while not database.going_on:
            await asyncio.sleep(0)
        await database.shared.current()
        assert database.going_on == 1
        await reading

    asyncio.run(ask())
    assert database.reads == 2


def test_keys_stay_as_they_were_while_the_database_is_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    database = Database()
    database.is_away = True
    with pytest.raises(StoreError):
        database.ask()
    database.is_away = False
    key = unstored()[1]
    database.keys.append(key)
    assert database.ask() == {key.id}
    database.is_away, database.now = True, 10.0
    assert database.ask() == {key.id}
    assert database.ask(fresh=True) == {key.id}
    assert "the keys can't be read: it is away" in caplog.text
    database.is_away, database.now = False, 20.0
    database.keys.clear()
    assert database.ask() == set()


def test_a_database_that_does_not_answer_is_not_waited_for() -> None:
    database = Database(patience=0.01)
    key = unstored()[1]
    database.keys.append(key)

    async def ask() -> None:
        await database.shared.current()
        database.is_away, database.now = True, 10.0
        database.answers.clear()
        for _ in range(3):
            assert {*await database.shared.current()} == {key.id}
        database.is_away = False
        database.answers.set()

    asyncio.run(ask())


def test_a_database_that_takes_its_time_to_fail_is_asked_a_second_later() -> None:
    database = Database()
    database.ask()
    database.is_away, database.now, database.takes = True, 10.0, 5.0
    for _ in range(3):
        database.ask()
    assert database.now == 15.0
    database.now = 16.0
    database.ask()
    assert database.now == 21.0


def test_what_is_wrong_with_the_keys_themselves_is_said() -> None:
    database = Database()
    database.ask()
    database.now, database.keys = 10.0, cast("Any", None)
    with pytest.raises(TypeError):
        database.ask()
