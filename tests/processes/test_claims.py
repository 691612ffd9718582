"""What two processes on the same database agree about: who carries on which run."""

from __future__ import annotations

import asyncio
import gc
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.contract.file_objects import vector_store_file
from assistants_server.store.postgres import PostgresStore
from tests.postgres_store import database
from tests.server.api import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistants_server.store.processes import Processes
    from assistants_server.store.vector_store_files import VectorStoreFiles

RUN = "run_1"


class Pair:
    """Two stores on the same database, in which there is an active run of nobody."""

    def __init__(self, one: PostgresStore, other: PostgresStore) -> None:
        self.one = one
        self.other = other
        with one.changes():
            one.add("run", run("queued"), thread="thread_1", active=True)

    def both_beat(self) -> None:
        for each in (self.one, self.other):
            with each.changes():
                each.processes.beat()

    def dies(self, store: PostgresStore) -> None:
        """Let nobody have seen a process for as long as a lease."""
        with store.changes():
            vars(store)["_sessions"].execute(
                "update processes set seen_at = seen_at - interval '1 hour'"
                " where id = ?",
                (store.processes.id,),
            )


def run(status: str) -> dict[str, Any]:
    return {"id": RUN, "status": status}


def within(store: PostgresStore, ask: Callable[[Processes], Any]) -> Any:
    """Return what is said in a change of its own."""
    with store.changes():
        return ask(store.processes)


def at_once(store: PostgresStore, ask: Callable[[Processes], Any]) -> Any:
    """Return what is said in a change that waits for no other one."""
    with store.changes():
        vars(store)["_sessions"].execute("set local lock_timeout = '1s'")
        return ask(store.processes)


def holds(store: PostgresStore, *, ending: bool = False) -> bool:
    with store.changes():
        return store.hold(RUN, ending=ending)


@pytest.fixture
def pair() -> Iterator[Pair]:
    url = database()
    with closing(PostgresStore(url)) as one, closing(PostgresStore(url)) as other:
        made = Pair(one, other)
        made.both_beat()
        yield made


def test_a_run_of_nobody_is_for_who_comes_first(pair: Pair) -> None:
    assert within(pair.one, lambda p: p.unattended()) == {RUN: "nobody"}
    assert within(pair.one, lambda p: p.carrier(RUN)) == "nobody"
    assert within(pair.one, lambda p: p.claim(RUN)) == "nobody"
    assert within(pair.other, lambda p: p.claim(RUN)) is None
    assert within(pair.other, lambda p: p.unattended()) == {}
    assert within(pair.one, lambda p: p.carrier(RUN)) == "here"
    assert within(pair.other, lambda p: p.carrier(RUN)) == "elsewhere"


def test_a_run_is_claimed_by_one_of_many(pair: Pair) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = [pair.one, pair.other] * 4
        claims = [*pool.map(lambda s: within(s, lambda p: p.claim(RUN)), stores)]
    # Who has it may find it once more, without a task.
    assert claims.count("nobody") == 1
    owner = next(s for s, c in zip(stores, claims, strict=True) if c == "nobody")
    for store, claim in zip(stores, claims, strict=True):
        assert claim in (("nobody", "here", None) if store is owner else (None,))


def test_what_another_change_is_at_work_on_is_not_waited_for(pair: Pair) -> None:
    with pair.one.changes():
        pair.one.lock(RUN)
        assert at_once(pair.other, lambda p: p.claim(RUN)) is None
    assert within(pair.other, lambda p: p.claim(RUN)) == "nobody"


def test_who_claims_at_the_same_time_gets_another_run_at_once(pair: Pair) -> None:
    with pair.one.changes():
        pair.one.add("run", {**run("queued"), "id": "run_2"}, active=True)
    with pair.one.changes():
        assert pair.one.processes.claim(RUN) == "nobody"
        # What is claimed is not seen yet, and not waited for either.
        assert [*at_once(pair.other, lambda p: p.unattended())] == [RUN, "run_2"]
        assert at_once(pair.other, lambda p: p.claim(RUN)) is None
        assert at_once(pair.other, lambda p: p.claim("run_2")) == "nobody"
        assert pair.one.processes.claim("run_2") is None
    assert within(pair.other, lambda p: p.carrier(RUN)) == "elsewhere"
    assert within(pair.one, lambda p: p.carrier("run_2")) == "elsewhere"


def test_files_are_claimed_at_the_same_time_but_not_twice(pair: Pair) -> None:
    files = [vector_store_file("vs_1", {"file_id": f"file_{n}"}) for n in range(3)]
    one, other = (each.vector_store_files for each in (pair.one, pair.other))
    with pair.one.changes():
        one.add(files)
    with pair.one.changes():
        first = one.next(besides=())
        assert first is not None
        second = at_once(pair.other, lambda p: other.next(besides=()))
        third = one.next(besides=[first.place])
        assert third is not None
        besides = [second.place]
        assert at_once(pair.other, lambda p: other.next(besides=besides)) is None
    claimed = [first, second, third]
    assert [each.file for each in claimed] == ["file_0", "file_1", "file_2"]
    # To others they are all taken; what is its own, a process may take again.
    assert within(pair.other, lambda p: other.next(besides=besides)) is None
    assert within(pair.one, lambda p: one.next(besides=())) == first
    for each in claimed:
        held = within(pair.one, partial(_held, one, each.place))
        assert held is (each is not second)


def _held(files: VectorStoreFiles, place: int, _: Processes) -> bool:
    return files.holds(place)


def test_what_expires_is_seen_to_by_one_at_once(pair: Pair) -> None:
    files = [{"id": "file_1"}, {"id": "file_2"}]
    with pair.one.changes():
        for each in files:
            pair.one.add("file", each, expires=5)
    with pair.one.changes():
        pair.one.lock("file_1")
        assert at_once(pair.other, lambda p: pair.other.expired("file", 5)) == [
            files[1]
        ]
    assert within(pair.other, lambda p: pair.other.expired("file", 5)) == files


def test_the_runs_of_the_dead_are_for_others(pair: Pair) -> None:
    within(pair.one, lambda p: p.take(RUN))
    assert within(pair.other, lambda p: p.unattended()) == {}
    pair.dies(pair.one)
    assert within(pair.other, lambda p: p.unattended()) == {RUN: "elsewhere"}
    assert within(pair.other, lambda p: p.carrier(RUN)) == "nobody"
    assert holds(pair.one)
    assert within(pair.other, lambda p: p.claim(RUN)) == "elsewhere"
    # Who comes back late.
    assert not holds(pair.one)
    assert holds(pair.other)
    assert within(pair.one, lambda p: p.changes([RUN])) == {RUN: "taken"}


def test_a_run_without_a_task_is_found_by_its_own_process(pair: Pair) -> None:
    within(pair.one, lambda p: p.take(RUN))
    assert within(pair.one, lambda p: p.unattended()) == {RUN: "here"}
    assert within(pair.one, lambda p: p.unattended(besides=[RUN])) == {}


def test_taking_says_whether_it_was_had(pair: Pair) -> None:
    assert within(pair.one, lambda p: p.take(RUN)) is False
    assert within(pair.one, lambda p: p.take(RUN)) is True
    assert within(pair.other, lambda p: p.take(RUN)) is False
    assert within(pair.one, lambda p: p.take(RUN)) is False


def test_what_is_cancelled_is_held_for_its_end_alone(pair: Pair) -> None:
    within(pair.one, lambda p: p.take(RUN))
    assert within(pair.one, lambda p: p.changes([RUN])) == {}
    with pair.other.changes():
        pair.other.put(run("cancelling"), active=True)
    assert within(pair.one, lambda p: p.changes([RUN])) == {RUN: "cancelling"}
    assert not holds(pair.one)
    assert holds(pair.one, ending=True)
    with pair.other.changes():
        pair.other.put(run("cancelled"))
    assert not holds(pair.one, ending=True)
    assert within(pair.one, lambda p: p.changes([RUN])) == {}


def test_what_is_written_by_users_is_no_status(pair: Pair) -> None:
    within(pair.one, lambda p: p.take(RUN))
    made = {**run("queued"), "metadata": {"status": "cancelling"}}
    with pair.one.changes():
        pair.one.put(made, active=True)
    assert holds(pair.one)
    assert within(pair.one, lambda p: p.changes([RUN])) == {}


def test_what_is_deleted_is_gone(pair: Pair) -> None:
    within(pair.one, lambda p: p.take(RUN))
    with pair.other.changes():
        pair.other.delete(RUN)
    assert within(pair.one, lambda p: p.changes([RUN])) == {RUN: "gone"}
    assert not holds(pair.one, ending=True)
    assert within(pair.one, lambda p: p.unattended()) == {}


@pytest.mark.parametrize("how", ["release", "leave"])
def test_who_goes_leaves_its_runs(pair: Pair, how: str) -> None:
    within(pair.one, lambda p: p.take(RUN))
    within(pair.one, lambda p: p.leave() if how == "leave" else p.release(RUN))
    assert not holds(pair.one)
    assert within(pair.other, lambda p: p.unattended()) == {RUN: "nobody"}


def test_events_are_there_for_a_while(pair: Pair) -> None:
    first = within(pair.one, lambda p: p.add_event(RUN, "event: a\n\n"))
    last = within(pair.one, lambda p: p.add_event(RUN, None))
    read = within(pair.other, lambda p: p.events(RUN, after=0))
    assert read == [(first, "event: a\n\n"), (last, None)]
    assert within(pair.other, lambda p: p.events(RUN, after=first)) == [(last, None)]
    assert within(pair.other, lambda p: p.events("run_2", after=0)) == []
    pair.both_beat()
    assert within(pair.other, lambda p: p.events(RUN, after=0)) == read
    with pair.one.changes():
        pair.one.delete(RUN)
    pair.both_beat()
    assert within(pair.other, lambda p: p.events(RUN, after=0)) == []


def test_others_hear_what_is_for_them(pair: Pair) -> None:
    within(pair.one, lambda p: p.take(RUN))

    async def hear() -> list[str | None]:
        heard: asyncio.Queue[str | None] = asyncio.Queue()
        listening = asyncio.create_task(pair.one.processes.listen(heard.put_nowait))
        async with asyncio.timeout(TIMEOUT):
            # What was said before may be anything.
            found = [await heard.get()]
            within(pair.one, lambda p: p.tell(RUN))
            within(pair.other, lambda p: p.tell("run_2"))
            within(pair.other, lambda p: p.add_event(RUN, "a"))
            within(pair.other, lambda p: p.tell(RUN))
            within(pair.other, lambda p: p.add_event("run_2", "a"))
            within(pair.other, lambda p: p.leave())
            found += [await heard.get() for _ in range(4)]
        listening.cancel()
        return found

    assert asyncio.run(hear()) == [None, RUN, None, "run_2", None]


def test_who_stops_listening_in_a_hurry_leaves_no_connection(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As where the loop was held up: then each step lets others have their turn.
    monkeypatch.setattr("psycopg.waiting.MAX_BUSY_TIME", -1.0)

    async def hear() -> None:
        heard: asyncio.Queue[str | None] = asyncio.Queue()
        listening = asyncio.create_task(pair.one.processes.listen(heard.put_nowait))
        async with asyncio.timeout(TIMEOUT):
            await heard.get()
            # As a server that stops does, and then its event loop.
            while not listening.done():
                listening.cancel()
                await asyncio.sleep(0)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(hear())
        gc.collect()
    assert [str(each.message) for each in caught] == []
