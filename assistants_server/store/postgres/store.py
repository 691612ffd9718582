"""State, in a database of PostgreSQL, which several servers may use at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import psycopg

from ..database import marks
from ..interface import ConflictError, StoreError
from ..key_table import KeyTable
from ..project import ProjectStore
from ..sql import SQLStore
from ..workers import in_worker
from .claims import ClaimedFiles
from .errors import explained
from .processes import DatabaseProcesses
from .rates import SharedRates
from .schema import migrate, version_of
from .sessions import Sessions, connection_info

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..database_url import DatabaseURL
    from ..whose import Whose

_T = TypeVar("_T")
_ENCODING = "UTF8"
CONNECTIONS = 8
"""How many changes a server makes at the same time at most."""


def is_store(url: DatabaseURL) -> bool:
    """Return whether the tables of a store are in a database.

    Raises:
        StoreError: it can't be reached, or is a database of something else.
    """
    with connected(url) as connection:
        return version_of(connection, url) > 0


@contextmanager
def connected(url: DatabaseURL) -> Iterator[psycopg.Connection]:
    """Connect to a database, in which each statement is a change; explain errors.

    Raises:
        StoreError: it can't be reached or used.
    """
    information = connection_info(url)
    try:
        with psycopg.connect(information, autocommit=True) as connection:
            _check_encoding(connection, url)
            yield connection
    except psycopg.Error as error:
        # What it was raised from may name the password.
        raise explained(error, url) from None


def _check_encoding(connection: psycopg.Connection, url: DatabaseURL) -> None:
    """Check that a database can hold any text.

    Others refuse letters, or take bytes for them, and know nothing of capitals.

    Raises:
        StoreError: it can't.
    """
    (found,) = connection.execute("show server_encoding").fetchone() or ("",)
    if found != _ENCODING:
        raise StoreError(
            f"{url} has the encoding {found}, and any text needs {_ENCODING}; name "
            f"another database, made by createdb --encoding {_ENCODING} --template "
            "template0"
        )


class PostgresStore(SQLStore):
    """A store in a database of PostgreSQL.

    Each change has a connection of its own, and a thread, as the database may be on
    another machine: on an event loop, `perform` makes it in one of a few threads.
    """

    def __init__(
        self,
        url: DatabaseURL,
        *,
        clock: Callable[[], float] = time.time,
        connections: int = CONNECTIONS,
    ) -> None:
        """Open the store, and make or upgrade its tables.

        Args:
            url: where the database is.
            clock: returns the seconds since 1970.
            connections: how many connections it opens at most.

        Raises:
            StoreError: the database can't be reached or used.
        """
        self._url = url
        with connected(url) as connection:
            migrate(connection, url)
        information = connection_info(url)
        self._sessions = Sessions(information, connections)
        self._workers = ThreadPoolExecutor(connections, "store")
        super().__init__(self._sessions, clock)
        self._processes = DatabaseProcesses(self._sessions, information, url)
        self.vector_store_files = ClaimedFiles(self._sessions, self._processes)
        self._rates = SharedRates(self._sessions)
        self._keys = KeyTable(self._sessions)

    @property
    def rates(self) -> SharedRates:
        """Return what keys have used in this minute, by all processes."""
        return self._rates

    @property
    def processes(self) -> DatabaseProcesses:
        """Return this process among those on the same database."""
        return self._processes

    @property
    def keys(self) -> KeyTable:
        """Return the keys of clients."""
        return self._keys

    def of(self, project: str) -> ProjectStore:
        """Return the store as a project sees it: what is not its own isn't there."""
        return ProjectStore(
            *(self, project),
            database=self._sessions,
            clock=self._clock,
            purge=self._purge,
        )

    @contextmanager
    def errors_explained(self) -> Iterator[None]:
        """Turn errors of PostgreSQL into a text for who started the server.

        Raises:
            StoreError: there was one.
        """
        try:
            yield
        except psycopg.Error as error:
            failure = explained(error, self._url)
            if not isinstance(failure, ConflictError):
                self._note_failure(failure)
            # What it was raised from may name the password.
            raise failure from None

    def close(self) -> None:
        """Close all connections, when the changes that go on are made."""
        self._workers.shutdown()
        self._sessions.close()

    async def perform(self, work: Callable[[], _T]) -> _T:
        """Carry out some work as one change, in a thread of its own."""
        return await in_worker(self._workers, partial(self._change, work))

    def _change(self, work: Callable[[], _T]) -> tuple[_T, list[Callable[[], None]]]:
        with self.errors_explained(), self._sessions.change() as effects:
            result = work()
        return result, effects

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Make several changes or, after an exception, none of them."""
        if self._sessions.in_change:
            yield
            return
        with self._sessions.change() as effects:
            yield
        for effect in effects:
            effect()

    def after(self, effect: Callable[[], None]) -> None:
        """Call something when the change that goes on is made, if it is.

        Outside of one it is called at once. It must not raise.
        """
        if self._sessions.in_change:
            self._sessions.after(effect)
        else:
            effect()

    def lock(self, *ids: str, whose: Whose | None = None) -> None:
        """Let nobody else change some objects until the change that goes on is made.

        They are locked in the order in which they were made, so that no two changes
        wait for each other.

        Args:
            ids: the ids of the objects.
            whose: the project that they must belong to; any without one.
        """
        whose = whose or self._whose
        if ids:
            self._sessions.execute(
                f"select place from objects where {whose}id in ({marks(len(ids))})"
                " order by place for update",
                (*whose.values, *ids),
            )

    def lock_key(self, key: str) -> None:
        """Let nobody else use an idempotency key until this change is made."""
        self._sessions.execute(
            "select pg_advisory_xact_lock(hashtextextended(?, 0))", (key,)
        )

    def hold(self, run: str, *, ending: bool = False) -> bool:
        """Lock a run, and return whether this process still has to carry it on.

        Args:
            run: the run's id.
            ending: whether it may be a run that is being cancelled.
        """
        return self._processes.holds(run, ending=ending)

    def _purge(self) -> None:
        """Leave it to PostgreSQL, which clears up what was deleted by itself."""
