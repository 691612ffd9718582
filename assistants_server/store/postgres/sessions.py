"""Connections to PostgreSQL: each serves one change in one thread at a time."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import psycopg
import psycopg_pool
from psycopg import conninfo, errors
from psycopg.pq import TransactionStatus

from ..interface import StoreError
from .dialect import bound, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..database_url import DatabaseURL

# Seconds: to wait for a database that is just being restarted; and, once that was in
# vain, before the next request is told so.
_PATIENCE, _IMPATIENCE = 5.0, 0.1
# Seconds for which the pool tries to connect before it waits to be asked again.
_RECONNECTING = 2.0
# What a server that hangs may hold up others for, in the middle of a change.
_IDLE = "60s"
# Of libpq: in seconds, but for the last one. Without, a machine that vanishes would be
# waited for by the hour.
_DEFAULTS: Final = {
    "application_name": "assistants_server",
    "connect_timeout": "5",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
# Whatever PGCLIENTENCODING says, which is often that of a terminal.
_ENCODING: Final = {"client_encoding": "UTF8"}


class LostCommitError(psycopg.OperationalError):
    """The connection broke while a change was made: nobody knows whether it was."""


def connection_info(url: DatabaseURL) -> str:
    """Return how to connect, with defaults for what the URL leaves open.

    Raises:
        StoreError: it is no URL of a database.
    """
    credentials = url.secret.partition("://")[2].rpartition("@")[0]
    try:
        # Of these libpq would take a part of the password for the host, and say so.
        if any(each in credentials for each in "/?#@"):
            raise psycopg.ProgrammingError
        given = conninfo.conninfo_to_dict(url.secret)
        return conninfo.make_conninfo(url.secret, **{**_DEFAULTS, **given, **_ENCODING})
    except psycopg.ProgrammingError:
        # Its text may hold what it doesn't understand: the password, escaped badly.
        raise StoreError(
            f"{url} is no URL of a database; one is "
            "postgresql://USER:PASSWORD@HOST:5432/DATABASE, in which a password's "
            "special characters are written as %XX"
        ) from None


class Sessions:
    """The connections; to the store, each thread has the one of its change.

    Attributes:
        most: how many there are at most.
    """

    def __init__(self, information: str, most: int) -> None:
        """Open the pool.

        Args:
            information: how to connect.
            most: how many connections it has at most.
        """
        self.most = most
        self._threads = threading.local()
        self._is_away = False
        _quieten()
        self._pool: psycopg_pool.ConnectionPool = psycopg_pool.ConnectionPool(
            information,
            min_size=1,
            max_size=most,
            open=True,
            configure=_configure,
            kwargs={"autocommit": True},
            name="store",
            reconnect_timeout=_RECONNECTING,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    @property
    def in_change(self) -> bool:
        """Return whether a change goes on in this thread."""
        return getattr(self._threads, "connection", None) is not None

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> psycopg.Cursor:
        """Carry out a statement of the change that goes on in this thread."""
        return self._connection.execute(_query(sql), bound(values))

    def executemany(self, sql: str, values: Iterable[Sequence[Any]], /) -> None:
        """Carry out a statement with many values."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_query(sql), [bound(each) for each in values])

    def after(self, effect: Callable[[], None]) -> None:
        """Have something called after the change that goes on in this thread."""
        self._threads.effects.append(effect)

    @contextmanager
    def change(self) -> Iterator[list[Callable[[], None]]]:
        """Make one change; yield the list of what has to be called when it is made."""
        connection = self._begun()
        self._threads.connection, self._threads.effects = connection, []
        try:
            yield self._threads.effects
            # PostgreSQL would answer with a rollback, and call that no error.
            if connection.info.transaction_status == TransactionStatus.INERROR:
                raise StoreError("a statement of this change has failed before")
            try:
                connection.execute("commit")
            except psycopg.OperationalError as error:
                raise LostCommitError(str(error)) from error
        except errors.ReadOnlySqlTransaction:
            # A session stays as it began: that of a replica, or one that may not write,
            # although the database has become another one.
            connection.close()
            raise
        except BaseException:
            with suppress(psycopg.Error):
                connection.execute("rollback")
            raise
        finally:
            self._threads.connection = None
            self._pool.putconn(connection)

    @property
    def _connection(self) -> psycopg.Connection:
        if not self.in_change:
            raise RuntimeError("the store is used in a thread that makes no change")
        connection: psycopg.Connection = self._threads.connection
        return connection

    def _begun(self) -> psycopg.Connection:
        """Return a connection with a new transaction.

        After the database was away all connections are broken, which nobody notices
        before they are used.
        """
        deadline = time.monotonic() + (_IMPATIENCE if self._is_away else _PATIENCE)
        for attempt in range(self.most + 1):
            left = max(deadline - time.monotonic(), 0.001)
            try:
                connection = self._pool.getconn(left)
            except psycopg_pool.PoolTimeout:
                self._is_away = True
                raise
            try:
                connection.execute("begin")
            except psycopg.OperationalError:
                self._pool.putconn(connection)
                if attempt == self.most:
                    raise
            else:
                self._is_away = False
                return connection
        raise AssertionError("unreachable")


def _configure(connection: psycopg.Connection) -> None:
    connection.execute(f"set idle_in_transaction_session_timeout = '{_IDLE}'")


def _query(sql: str) -> Any:
    # It has literals only: what comes from elsewhere are values.
    return translated(sql)


def _quieten() -> None:
    """Leave it to the server to say that the database is away, once in a while."""
    log = logging.getLogger("psycopg.pool")
    if log.level == logging.NOTSET:
        log.setLevel(logging.ERROR)
