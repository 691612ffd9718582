"""Keys in a file of SQLite, beside that of the store.

The server has the file of the store for itself; this one is read and written by the
command too, while the server runs.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from ..quiet_log import QuietLog
from ..store import StoreError
from ..store.key import InvalidKeyError
from ..store.key_table import KeyTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ..store.key import Key

# "askk" in ASCII: the number by which SQLite's header tells whose file it is.
_APPLICATION, _VERSION = 0x61736B6B, 1
# Seconds that one waits for another who writes.
_PATIENCE = 5.0
_TABLE = """
create table if not exists keys (
    id text primary key,
    project text not null,
    scope text not null,
    digest text not null,
    name text not null,
    created_at integer not null,
    expires_at integer,
    revoked_at integer,
    requests integer,
    tokens integer
)
"""
# Where a file of SQLite counts its changes.
_COUNTER = slice(24, 28)


class KeyFile:
    """The keys of the store in a file: `NAME.keys` beside `NAME`."""

    def __init__(self, store: Path) -> None:
        """Say where the file is; it is made with the first key.

        Args:
            store: the file of the store.
        """
        # Where links lead: the store may be opened by another name next time.
        real = store.resolve()
        self.path = real.with_name(f"{real.name}.keys")
        self._known: dict[str, Key] = {}
        self._seen: bytes | None = None
        self._quiet = QuietLog()

    @property
    def where(self) -> str:
        """Return the path of the file."""
        return str(self.path)

    def add(self, key: Key) -> None:
        """Add a key, and make the file if there is none."""
        with self._open(create=True) as table:
            table.add(key)

    def revoke(self, id: str, now: int) -> bool:
        """Revoke a key; return whether there was one that wasn't revoked yet."""
        if not self.path.exists():
            return False
        with self._open() as table:
            return table.revoke(id, now)

    def all(self) -> list[Key]:
        """Return all keys, in order of creation."""
        return self._all(patience=_PATIENCE) if self.path.exists() else []

    def _all(self, *, patience: float) -> list[Key]:
        with self._open(patience=patience) as table:
            return table.all()

    async def current(self, *, fresh: bool = False) -> Mapping[str, Key]:
        """Return all keys by their ids, read again where the file has changed."""
        state = self._state()
        if state == self._seen:
            return self._known
        if state is None:
            # It is no reason to serve everybody that somebody deleted it.
            error = StoreError(f"{self.path} is gone; put it back")
            self._quiet.error("the keys can't be read", error, traceback=False)
            return self._known
        # Requests don't wait for who writes, except the first one.
        patience = _PATIENCE if self._seen is None else 0
        try:
            self._known = {key.id: key for key in self._all(patience=patience)}
        except StoreError as error:
            if self._seen is None:
                raise
            self._quiet.error("the keys can't be read", error, traceback=False)
        else:
            self._seen = state
        return self._known

    def close(self) -> None:
        """Do nothing: the file is open only while it is read or written."""

    def _state(self) -> bytes | None:
        """Return what is different after each change; None where there is no file."""
        try:
            with self.path.open("rb", buffering=0) as file:
                return (file.read(_COUNTER.stop) or b"")[_COUNTER]
        except FileNotFoundError:
            return None

    @contextmanager
    def _open(
        self, *, create: bool = False, patience: float = _PATIENCE
    ) -> Iterator[KeyTable]:
        """Open the file, and make one change or none.

        Raises:
            StoreError: it can't be used.
        """
        try:
            if create:
                # Nobody else is to read it, nor the files that SQLite puts beside it.
                with suppress(FileExistsError):
                    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
                    os.close(os.open(self.path, flags, 0o600))
            where = f"{self.path.as_uri()}?mode=rw"
            with closing(sqlite3.connect(where, timeout=patience, uri=True)) as sql:
                self._check(sql)
                with sql:
                    yield KeyTable(sql)
        except InvalidKeyError as error:
            raise StoreError(f"{self.path} is damaged: {error}") from error
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self.path}: the keys can't be used: {error}") from error

    def _check(self, sql: sqlite3.Connection) -> None:
        """Make the table in an empty file; refuse that of something else."""
        (application,) = sql.execute("pragma application_id").fetchone()
        (version,) = sql.execute("pragma user_version").fetchone()
        (tables,) = sql.execute("select count(*) from sqlite_master").fetchone()
        if (application, version) == (_APPLICATION, _VERSION):
            return
        if application or version or tables:
            raise StoreError(f"{self.path} holds no keys of this version; move it away")
        with sql:
            sql.execute("begin immediate")
            sql.execute(_TABLE)
            sql.execute(f"pragma application_id = {_APPLICATION}")
            sql.execute(f"pragma user_version = {_VERSION}")
