"""State, in SQLite: in memory, or in a file that survives a restart."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from .interface import ConflictError, DamagedStoreError, StoreError
from .processes import OnlyProcess
from .project import ProjectStore
from .rates import LocalRates
from .schema import make_private, open_schema, refuse_other_files
from .sql import SQLStore
from .sqlite_text import explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .whose import Whose

_T = TypeVar("_T")
# Bytes of the write-ahead log from which on it is emptied.
_LONG_LOG = 4 * 1024 * 1024
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SQLiteStore(SQLStore):
    """A store in a file, or in memory; only one thread may use it."""

    def __init__(
        self, path: Path | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Open the store.

        Args:
            path: its file, created if it isn't there; in memory without one.
            clock: returns the seconds since 1970.

        Raises:
            StoreError: the file is no store, or can't be used.
        """
        self._path = path
        # Wherever the program around the server goes.
        self._file = path and path.absolute()
        self._log = self._file and self._file.with_name(f"{self._file.name}-wal")
        self._is_log_long = False
        self._opened: tuple[int, int] | None = None
        self._size, self._is_cut = 0, False
        self._failure: StoreError | None = None
        self._effects: list[Callable[[], None]] = []
        refuse_other_files(path)
        make_private(path)
        with self.errors_explained():
            # Transactions are begun and ended by hand, in `changes`.
            self._sql = sqlite3.connect(
                path or ":memory:", isolation_level=None, timeout=0
            )
            try:
                open_schema(self._sql, path, self.changes)
            except BaseException:
                self._sql.close()
                raise
        self._opened = self._found()
        super().__init__(self._sql, clock)
        # A server that was killed left it.
        self._purge()
        self._rates = LocalRates()
        self._processes = OnlyProcess(self._sql)

    @property
    def rates(self) -> LocalRates:
        """Return what keys have used in this minute, by this process alone."""
        return self._rates

    @property
    def processes(self) -> OnlyProcess:
        """Return this process, which has the file for itself."""
        return self._processes

    @property
    def keys(self) -> None:
        """Return none: a server has this file for itself, and keys come and go."""

    def of(self, project: str) -> ProjectStore:
        """Return the store as a project sees it: what is not its own isn't there."""
        return ProjectStore(
            *(self, project),
            database=self._sql,
            clock=self._clock,
            purge=self._purge,
        )

    @contextmanager
    def errors_explained(self) -> Iterator[None]:
        """Turn errors of SQLite into a text about the file.

        Raises:
            StoreError: there was one.
        """
        try:
            yield
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def _explained(self, error: sqlite3.Error) -> StoreError:
        if isinstance(error, sqlite3.IntegrityError):
            return ConflictError(f"{self._path}: {error}")
        if isinstance(self._failure, DamagedStoreError):
            return self._failure
        text = f"{self._path}: {explained(error)}"
        # The lower byte has the kind of error.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
            self._note_failure(failure := StoreError(text))
            return failure
        self._note_failure(damage := DamagedStoreError(text))
        with suppress(sqlite3.Error):
            # What is still to be read can be read; more changes may damage that.
            self._sql.execute("pragma query_only = on")
        return damage

    def close(self) -> None:
        """Close the file; what was changed is in it."""
        if self._found() != self._opened:
            # SQLite would leave its log beside another file, which would be read with
            # that one. What is in it goes where the file has gone.
            self._purge()
        self._sql.close()

    async def perform(self, work: Callable[[], _T]) -> _T:
        """Carry out some work as one change: at once, and in the same thread."""
        # As `changes`, in half the time: each piece of a message is one.
        self._effects = []
        try:
            self._sql.execute("begin")
            try:
                result = work()
                self._refuse_another()
                self._sql.execute("commit")
            except BaseException:
                self._take_back()
                raise
        except sqlite3.Error as error:
            raise self._explained(error) from error
        self._act()
        self._bound_log()
        return result

    def lock(self, *ids: str, whose: Whose | None = None) -> None:
        """Do nothing: nobody else is at work."""

    def lock_key(self, key: str) -> None:
        """Do nothing, likewise."""

    def hold(self, run: str, *, ending: bool = False) -> bool:
        """Leave it to the task of the run, which knows of its end at once."""
        return True

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Make several changes or, after an exception, none of them."""
        if self._sql.in_transaction:
            yield
            return
        self._effects = []
        # No lock is needed, as nobody else has the file; so a full disk can be read.
        self._sql.execute("begin")
        try:
            yield
            self._refuse_another()
            self._sql.execute("commit")
        except BaseException:
            self._take_back()
            raise
        self._act()
        self._bound_log()

    def _refuse_another(self) -> None:
        """Refuse to write into a file that isn't at its path any more.

        SQLite would go on with it, and all of that would be gone with the process.

        Raises:
            StoreError: it was removed or truncated, or another one is in its place.
        """
        if self._opened and self._found() != self._opened:
            raise StoreError(
                f"{self._path}: the file was removed or replaced while this server used"
                " it; put it back, or stop the server and start it with the new one"
            )
        if self._is_cut:
            raise StoreError(
                f"{self._path}: the file was truncated while this server used it; stop "
                "the server, restore the file from a copy, and start it again"
            )

    def _found(self) -> tuple[int, int] | None:
        """Return which file there is at the path; None where nobody knows."""
        if self._file is None:
            return None
        try:
            found = os.stat(self._file)  # noqa: PTH116 - in half the time
        except FileNotFoundError:
            return None
        except OSError:
            # Such as a folder that may not be looked into now: no sign of another file.
            return self._opened
        which = found.st_dev, found.st_ino
        if which == self._opened:
            # By somebody else: nothing here makes it smaller.
            self._is_cut = self._is_cut or found.st_size < self._size
            self._size = found.st_size
        return which

    def _take_back(self) -> None:
        # Some errors do it themselves; a commit that fails mostly leaves it open.
        if self._sql.in_transaction:
            self._sql.execute("rollback")

    def _act(self) -> None:
        effects, self._effects = self._effects, []
        for effect in effects:
            effect()

    def after(self, effect: Callable[[], None]) -> None:
        """Call something when the change that goes on is made, if it is.

        Outside of one it is called at once. It must not raise.
        """
        if self._sql.in_transaction:
            self._effects.append(effect)
        else:
            effect()

    def _bound_log(self) -> None:
        """Empty a write-ahead log that is long, on an event loop in a step of its own.

        By itself, SQLite would do it at the end of the change that makes it long.
        """
        if self._log is None or self._is_log_long:
            return
        with suppress(OSError):
            self._is_log_long = self._log.stat().st_size > _LONG_LOG
        if self._is_log_long:
            try:
                asyncio.get_running_loop().call_soon(self._purge)
            except RuntimeError:
                self._purge()

    def _purge(self) -> None:
        """Empty the write-ahead log, which still has what was there before."""
        self._is_log_long = False
        if self._path and not self._is_cut:
            with suppress(sqlite3.Error):
                self._sql.execute("pragma wal_checkpoint(truncate)")
