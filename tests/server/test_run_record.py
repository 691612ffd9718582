"""A run that its task leaves, while a change of it may go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.execution.run_record import OverError, RunRecord
from assistants_server.store import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class SlowStore(SQLiteStore):
    """A store whose changes begin when they are let."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def perform(self, work: Callable[[], Any]) -> Any:
        await self.go.wait()
        return await super().perform(work)


@pytest.fixture
def store() -> Iterator[SlowStore]:
    store = SlowStore()
    run = {"id": "run_1", "status": "queued"}
    notes = {"thread": "thread_1", "results": False}
    store.add("run", run, thread="thread_1", active=True, notes=notes)
    yield store
    store.close()


def test_nothing_is_changed_after_it_was_left(store: SlowStore) -> None:
    record = RunRecord(store, "run_1")

    async def leave() -> None:
        store.go.set()
        await record.leave()
        with pytest.raises(OverError):
            await record.perform(lambda: record.set_status("in_progress"))

    asyncio.run(leave())
    assert record.run()["status"] == "queued"


def test_a_change_that_goes_on_is_waited_for(store: SlowStore) -> None:
    record = RunRecord(store, "run_1")
    done: list[str] = []

    async def change() -> None:
        with pytest.raises(OverError):
            await record.perform(lambda: done.append("changed"))
        done.append("over")

    async def leave() -> None:
        changing = asyncio.create_task(change())
        await asyncio.sleep(0)
        leaving = asyncio.create_task(record.leave())
        await asyncio.sleep(0)
        assert not leaving.done()
        store.go.set()
        await leaving
        # It had not begun before.
        await changing
        assert done == ["over"]

    asyncio.run(leave())
