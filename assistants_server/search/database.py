"""The SQLite database of an index, which several threads share."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ..store.schema import keep_private, make_private
from .errors import NoIndexError, SearchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# "asst" in ASCII, as in the store's file, whose versions are below 100.
_APPLICATION = 0x61737374
_FIRST_VERSION, _VERSION = 100, 106
_SCHEMA = """
create table stores (
    id integer primary key,
    name text not null unique,
    chunks integer not null default 0
);
create table files (
    id integer primary key,
    store integer not null,
    name text not null,
    state integer not null,
    unique (store, name)
);
create table chunks (
    id integer primary key,
    file integer not null,
    start integer not null,
    text text not null
);
create index chunks_by_file on chunks (file);
create table vectors (
    chunk integer primary key,
    store integer not null,
    vector blob not null
);
create index vectors_by_store on vectors (store);
create table made_with (model text not null)
"""


class Database:
    """One connection, used by one thread at a time."""

    def __init__(self, path: Path | None, temporary: str) -> None:
        """Open the database.

        Args:
            path: its file, created if it isn't there; in memory without one.
            temporary: the name of a temporary table of ids.

        Raises:
            SearchError: the file is no index, or can't be used.
        """
        self._path = path
        self._lock = threading.Lock()
        # Who waits for the lock has this; who lets go of the lock can't take it again
        # before them. Locks of Python alone are mostly taken by who just had them.
        self._queue = threading.Lock()
        self._owner: int | None = None
        with self.held():
            # Nobody else is to read it, nor the files that SQLite puts beside it.
            make_private(path)
            # Transactions are begun and ended by hand, in `changes`.
            self.sql = sqlite3.connect(
                path or ":memory:",
                isolation_level=None,
                check_same_thread=False,
                timeout=0,
            )
            try:
                self._open()
                create = f"create temp table {temporary} (id integer primary key)"
                self.sql.execute(create)
            except BaseException:
                self.sql.close()
                raise

    def close(self) -> None:
        """Close the file; what was changed is in it."""
        with self._alone():
            self.sql.close()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other threads out.

        Raises:
            SearchError: there was an error of SQLite meanwhile.
        """
        with self._alone():
            try:
                yield
            except sqlite3.Error as error:
                where = f"{self._path}: " if self._path else ""
                kind = NoIndexError if _is_broken(error) else SearchError
                raise kind(f"{where}{_explained(error)}") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads out, but for those that waited before."""
        if self._owner == (own := threading.get_ident()):
            yield
            return
        with self._queue:
            self._lock.acquire()
        self._owner = own
        try:
            yield
        finally:
            self._owner = None
            self._lock.release()

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Make several changes or, after an exception, none of them.

        Raises:
            SearchError: they can't be made.
        """
        with self.held():
            self.sql.execute("begin immediate")
            try:
                yield
                self.sql.execute("commit")
            except BaseException:
                # A commit that fails mostly leaves it open.
                if self.sql.in_transaction:
                    self.sql.execute("rollback")
                raise

    def shorten_log(self) -> None:
        """Empty the write-ahead log, which still has what was deleted."""
        with self.held(), suppress(sqlite3.Error):
            self.sql.execute("pragma wal_checkpoint(truncate)")

    def _open(self) -> None:
        self.sql.execute("pragma locking_mode = exclusive")
        # Before anything is changed: it may be somebody else's.
        is_new = self._is_new()
        # As where an earlier version made it, and its log.
        keep_private(self._path)
        self.sql.execute("pragma journal_mode = wal")
        # What is deleted is overwritten, not only forgotten.
        self.sql.execute("pragma secure_delete = on")
        self.sql.execute("pragma synchronous = normal")
        # Also shows at once whether another server uses the file.
        with self.changes():
            if is_new:
                for statement in _SCHEMA.split(";"):
                    self.sql.execute(statement)
                self.sql.execute(f"pragma application_id = {_APPLICATION}")
                self.sql.execute(f"pragma user_version = {_VERSION}")

    def _is_new(self) -> bool:
        """Return whether the file is empty.

        Raises:
            NoIndexError: it is that of something else, or of another version.
        """
        (application,) = self.sql.execute("pragma application_id").fetchone()
        (version,) = self.sql.execute("pragma user_version").fetchone()
        (tables,) = self.sql.execute("select count(*) from sqlite_master").fetchone()
        if (application, version) == (_APPLICATION, _VERSION):
            return False
        if application == _APPLICATION and version >= _FIRST_VERSION:
            what = "it is a search index of another version; delete it, and the files"
            raise NoIndexError(f"{self._path}: {what} are indexed anew.")
        if tables or application or version:
            what = "it is no search index; name another file."
            raise NoIndexError(f"{self._path}: {what}")
        return True


def _is_broken(error: sqlite3.Error) -> bool:
    return "malformed" in str(error) or "not a database" in str(error)


def _explained(error: sqlite3.Error) -> str:
    text = str(error)
    if "no such module: fts5" in text:
        return "The SQLite of this Python has no full-text search (FTS5)."
    if "locked" in text:
        return "another server uses it, or another program; end that first."
    if _is_broken(error):
        return f"it is broken ({text}); delete it, and the files are indexed anew."
    return f"{text}."
