"""Streams of runs that another process carries on."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.execution.followers import Followers
from assistants_server.execution.run_record import RunRecord
from assistants_server.http.events import Listener
from assistants_server.store import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Iterator

RUN = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1"}


class Events:
    """The events of a run that other processes write.

    Attributes:
        written: what they are; None for the end of the stream.
    """

    def __init__(self) -> None:
        self.written: list[str | None] = []

    def events(self, run: str, *, after: int) -> list[tuple[int, str | None]]:
        assert run == RUN["id"]
        return [*enumerate(self.written, 1)][after:]


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def store(events: Any) -> Iterator[SQLiteStore]:
    store = SQLiteStore()
    vars(store)["_processes"] = events
    store.add("run", {**RUN, "status": "in_progress"}, thread="thread_1", active=True)
    store.put_notes("run_1", {"thread": "thread_1", "results": False})
    yield store
    store.close()


def received(listener: Listener) -> list[str]:
    """Return the events that a client has got by now; "|" where its stream ended."""
    frames = vars(listener)["_frames"]
    found = [frames.get_nowait() for _ in range(frames.qsize())]
    return ["|" if each is None else each.decode() for each in found]


@contextmanager
def following(store: SQLiteStore) -> Iterator[tuple[Followers, Listener]]:
    followers, listener = Followers(store), Listener()
    record = RunRecord(store, "run_1", listener)
    followers.add(record)
    assert record.listener is None
    yield followers, listener


def test_each_event_is_sent_once(store: SQLiteStore, events: Events) -> None:
    with following(store) as (followers, listener):
        events.written += ["a", "b"]
        asyncio.run(followers.look())
        asyncio.run(followers.look())
        events.written += ["c", None]
        asyncio.run(followers.look())
    got = received(listener)
    assert got[:3] == ["a", "b", "c"]
    assert got[3].startswith("event: done")
    assert got[4:] == ["|"]
    assert "run_1" not in followers


def test_a_run_that_ended_otherwise_ends_the_stream(store: SQLiteStore) -> None:
    with following(store) as (followers, listener):
        store.put({**RUN, "status": "cancelled"})
        asyncio.run(followers.look())
    got = received(listener)
    assert got[0].startswith("event: thread.run.cancelled\n")
    assert got[1].startswith("event: done")


def test_a_run_that_is_gone_ends_the_stream(store: SQLiteStore) -> None:
    with following(store) as (followers, listener):
        store.delete("run_1")
        asyncio.run(followers.look())
    assert [each.partition("\n")[0] for each in received(listener)] == [
        "event: done",
        "|",
    ]


def test_a_run_that_comes_back_brings_what_was_missed(
    store: SQLiteStore, events: Events
) -> None:
    with following(store) as (followers, listener):
        events.written += ["a"]
        asyncio.run(followers.look())
        events.written += ["b"]
        record = RunRecord(store, "run_1")
        with store.changes():
            followers.hand_over(record)
        assert record.listener is listener
        assert record.last_event == 2
    assert received(listener) == ["a", "b"]
    assert "run_1" not in followers


def test_a_client_that_is_gone_is_not_followed(store: SQLiteStore) -> None:
    with following(store) as (followers, listener):
        followers.detach(Listener())
        assert "run_1" in followers
        followers.detach(listener)
        assert "run_1" not in followers


def test_who_listened_before_is_not_left_waiting(
    store: SQLiteStore, events: Events
) -> None:
    """Somebody submitted outputs before the end of the first stream was read."""
    with following(store) as (followers, listener):
        later = Listener()
        followers.add(RunRecord(store, "run_1", later))
        events.written += ["a"]
        asyncio.run(followers.look())
    assert received(listener) == ["|"]
    assert received(later) == ["a"]


def test_streams_end_without_a_last_event_where_the_server_stops(
    store: SQLiteStore,
) -> None:
    with following(store) as (followers, listener):
        followers.abort()
    assert received(listener) == ["|"]
