"""A store that makes its changes in another thread, as one on another machine does.

With `pytest --store threaded` all servers of the tests have it. Whoever calls it on the
loop, outside of `perform`, is told so; and what the loop does meanwhile comes between.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from unittest import mock

from assistants_server.store import SQLiteStore
from assistants_server.store.workers import in_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_T = TypeVar("_T")
_GOING_ON = ("queued", "in_progress", "requires_action")


class _Guarded(sqlite3.Connection):
    """A connection that nobody uses on an event loop, outside of a change."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lock = threading.RLock()
        self.owner: int | None = None
        self.is_guarded = False

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self._check(sql)
        with self.lock:
            return super().execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self._check(sql)
        with self.lock:
            return super().executemany(sql, *values)

    def _check(self, sql: str) -> None:
        if (
            self.is_guarded
            and not sql.startswith("pragma")
            and self.owner != threading.get_ident()
            and asyncio._get_running_loop()
            # Tests may look into the database.
            and sys._getframe(2).f_globals["__name__"].startswith("assistants_server")
        ):
            raise RuntimeError("the store is used on the loop, outside of `perform`")


class ThreadedStore(SQLiteStore):
    """A store in SQLite whose changes are made in a thread of its own."""

    def __init__(
        self, path: Path | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Open the store; as the store in SQLite does."""
        connect = partial(sqlite3.connect, check_same_thread=False, factory=_Guarded)
        self._worker = ThreadPoolExecutor(1, "store")
        self._left: list[Callable[[], None]] = []
        with mock.patch("sqlite3.connect", connect):
            super().__init__(path, clock=clock)
        self._connection.is_guarded = True

    @property
    def _connection(self) -> _Guarded:
        assert isinstance(self._sql, _Guarded)
        return self._sql

    def close(self) -> None:
        """Close it when the change that goes on is made."""
        self._worker.shutdown()
        super().close()

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Make several changes, while nobody else makes any."""
        connection = self._connection
        with connection.lock:
            before, connection.owner = connection.owner, threading.get_ident()
            try:
                with super().changes():
                    yield
            finally:
                connection.owner = before

    def _act(self) -> None:
        if threading.current_thread().name.startswith("store"):
            self._left, self._effects = self._effects, []
        else:
            super()._act()

    async def perform(self, work: Callable[[], _T]) -> _T:
        """Carry out some work as one change, in the thread."""

        def change() -> tuple[_T, list[Callable[[], None]]]:
            with self.errors_explained(), self.changes():
                result = work()
            left, self._left = self._left, []
            return result, left

        return await in_worker(self._worker, change)

    def hold(self, run: str, *, ending: bool = False) -> bool:
        """Return whether a run goes on; its task may not have been told yet."""
        found = self.stored(run)
        status = found and found.body and found.body["status"]
        return status in _GOING_ON or (ending and status == "cancelling")


opened = ThreadedStore
