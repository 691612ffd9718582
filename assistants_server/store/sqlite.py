"""State, in SQLite: in memory, or in a file that survives a restart."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .interface import Page, StoredResponse, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

JSON = dict[str, Any]
MOST_RESPONSES = 10_000
"""How many idempotency keys are known at most; the oldest are forgotten."""
RESPONSE_LIFETIME = 24 * 3600.0
"""Seconds that an idempotency key is known."""
# "asst" in ASCII: the number by which SQLite's header tells whose file it is.
_APPLICATION = 0x61737374
_VERSION = 1
# What a file of SQLite begins with.
_MAGIC = b"SQLite format 3\0"
# Deleted objects keep their position, so that a cursor that names one goes on working.
_SCHEMA = """
create table objects (
    place integer primary key,
    id text not null unique,
    kind text not null,
    thread text,
    run text,
    active integer not null default 0,
    body text,
    notes text
);
create index by_kind on objects (kind, thread, run, place);
create index by_activity on objects (active, thread) where active;
"""


# A file that an earlier version wrote gets this when it is opened.
_RESPONSES = """
create table if not exists answers (
    place integer primary key,
    key text not null unique,
    request text not null,
    answer text not null,
    kept_at real not null
);
create index if not exists answers_by_age on answers (kept_at);
"""


class SQLiteStore:
    """All objects, each as the JSON of the API, in order of creation.

    Only one thread may use it, so what happens within `changes` is one change to every
    client. Besides its JSON an object has notes: what the server needs to know of it
    and no response shows. Every object is of a kind ("assistant", "thread", "message",
    "run", "step"), and may belong to a thread and a run.
    """

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
        self._clock = clock
        self._refuse_other_files()
        with self.errors_explained():
            # Transactions are begun and ended by hand, in `changes`.
            self._sql = sqlite3.connect(
                path or ":memory:", isolation_level=None, timeout=0
            )
            try:
                self._open()
            except BaseException:
                self._sql.close()
                raise

    @contextmanager
    def errors_explained(self) -> Iterator[None]:
        """Turn errors of SQLite into a text about the file.

        Raises:
            StoreError: there was one.
        """
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: {_explained(error)}") from error

    def _refuse_other_files(self) -> None:
        """Refuse what SQLite would take for an empty file: one with a few bytes."""
        with suppress(OSError):
            if self._path and self._path.is_file():
                with self._path.open("rb") as file:
                    start = file.read(len(_MAGIC))
                if start and start != _MAGIC:
                    what = _MEANINGS["not a database"]
                    raise StoreError(f"{self._path}: {what}")

    def _open(self) -> None:
        # A second server on the same file would carry on the same runs.
        self._sql.execute("pragma locking_mode = exclusive")
        # Before anything is changed: it may be somebody else's.
        is_new = self._is_new()
        self._sql.execute("pragma journal_mode = wal")
        self._sql.execute("pragma synchronous = normal")
        with self.changes():
            if is_new:
                for statement in _SCHEMA.split(";"):
                    self._sql.execute(statement)
                self._sql.execute(f"pragma application_id = {_APPLICATION}")
                self._sql.execute(f"pragma user_version = {_VERSION}")
            for statement in _RESPONSES.split(";"):
                self._sql.execute(statement)
            self._sql.execute("select id from objects where active").fetchone()

    def _is_new(self) -> bool:
        """Return whether the file is empty.

        Raises:
            StoreError: it is that of something else.
        """
        (application,) = self._sql.execute("pragma application_id").fetchone()
        (version,) = self._sql.execute("pragma user_version").fetchone()
        (tables,) = self._sql.execute("select count(*) from sqlite_master").fetchone()
        if application == _APPLICATION:
            if version == _VERSION:
                return False
            what = f"was written by another version of this server ({version})"
        elif tables or application or version:
            what = "is a database of something else"
        else:
            return True
        raise StoreError(f"{self._path}: {what}; name another file")

    def close(self) -> None:
        """Close the file; what was changed is in it."""
        self._sql.close()

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Make several changes or, after an exception, none of them."""
        if self._sql.in_transaction:
            yield
            return
        self._sql.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._sql.execute("rollback")
            raise
        self._sql.execute("commit")

    def add(
        self,
        kind: str,
        body: JSON,
        *,
        thread: str | None = None,
        run: str | None = None,
        active: bool = False,
        notes: JSON | None = None,
    ) -> None:
        """Add an object at the end of its list; `active` is for active runs."""
        self._sql.execute(
            "insert into objects (id, kind, thread, run, active, body, notes)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (body["id"], kind, thread, run, active, _json(body), _json(notes or {})),
        )

    def get(
        self, kind: str, id: str, *, thread: str | None = None, run: str | None = None
    ) -> JSON | None:
        """Return the object of this kind, thread and run; None if there is none."""
        row = self._sql.execute(
            "select body from objects where id = ? and kind = ? and thread is ?"
            " and run is ? and body is not null",
            (id, kind, thread, run),
        ).fetchone()
        body: JSON | None = json.loads(row[0]) if row else None
        return body

    def notes(self, id: str) -> JSON:
        """Return the notes on an object."""
        row = self._sql.execute("select notes from objects where id = ?", (id,))
        notes: JSON = json.loads(row.fetchone()[0])
        return notes

    def put(self, body: JSON, *, active: bool = False) -> None:
        """Replace the JSON of an object, and set whether it is an active run."""
        self._sql.execute(
            "update objects set body = ?, active = ? where id = ? and body is not null",
            (_json(body), active, body["id"]),
        )

    def put_notes(self, id: str, notes: JSON) -> None:
        """Replace the notes on an object."""
        self._sql.execute(
            "update objects set notes = ? where id = ?", (_json(notes), id)
        )

    def delete(self, id: str) -> None:
        """Delete an object; its position stays known, for cursors."""
        self._sql.execute(
            "update objects set body = null, notes = '{}', active = 0 where id = ?",
            (id,),
        )

    def delete_thread(self, id: str) -> None:
        """Delete a thread and all that is in it."""
        self.delete(id)
        self._sql.execute(
            "update objects set body = null, notes = '{}', active = 0 where thread = ?",
            (id,),
        )

    def all(
        self, kind: str, *, thread: str | None = None, run: str | None = None
    ) -> list[JSON]:
        """Return all objects of a kind, thread and run, oldest first."""
        rows = self._sql.execute(
            "select body from objects where kind = ? and thread is ? and run is ?"
            " and body is not null order by place",
            (kind, thread, run),
        )
        return [json.loads(body) for (body,) in rows]

    def active_run(self, thread: str) -> str | None:
        """Return the id of the run that locks a thread; None if it isn't locked."""
        row = self._sql.execute(
            "select id from objects where active and thread = ?", (thread,)
        ).fetchone()
        return row[0] if row else None

    def active_runs(self) -> list[JSON]:
        """Return all active runs, oldest first."""
        rows = self._sql.execute("select body from objects where active order by place")
        return [json.loads(body) for (body,) in rows]

    def position(
        self, kind: str, id: str, *, thread: str | None = None, run: str | None = None
    ) -> int | None:
        """Return the position of an object in order of creation, deleted or not."""
        row = self._sql.execute(
            "select place from objects where id = ? and kind = ? and thread is ?"
            " and run is ?",
            (id, kind, thread, run),
        ).fetchone()
        return row[0] if row else None

    def page(
        self,
        kind: str,
        *,
        thread: str | None = None,
        run: str | None = None,
        above: int = -1,
        below: int | None = None,
        newest_first: bool = False,
        from_the_end: bool = False,
        limit: int,
        run_id: str | None = None,
    ) -> Page:
        """Return part of a list.

        Args:
            kind: what to list.
            thread: the thread that the objects belong to.
            run: the run that they belong to.
            above: only what was created after this position,
            below: and before that one.
            newest_first: the order of the list.
            from_the_end: take the last objects between the positions, not the first.
            limit: how many objects at most.
            run_id: only messages that this run wrote.
        """
        down = newest_first != from_the_end
        rows = self._sql.execute(
            "select body from objects where kind = ? and thread is ? and run is ?"
            " and place > ? and place < ? and body is not null"
            " and (? is null or json_extract(body, '$.run_id') = ?)"
            f" order by place {'desc' if down else 'asc'} limit ?",
            (
                *(kind, thread, run, above, 2**62 if below is None else below),
                *(run_id, run_id, limit + 1),
            ),
        ).fetchall()
        objects = [json.loads(body) for (body,) in rows[:limit]]
        if from_the_end:
            objects.reverse()
        return Page(objects, has_more=len(rows) > limit)

    def response(self, key: str) -> StoredResponse | None:
        """Return the response stored for an idempotency key, if it is still known."""
        row = self._sql.execute(
            "select request, answer from answers where key = ? and kept_at > ?",
            (key, self._clock() - RESPONSE_LIFETIME),
        ).fetchone()
        if row is None:
            return None
        return StoredResponse(fingerprint=row[0], **json.loads(row[1]))

    def store_response(self, key: str, response: StoredResponse) -> None:
        """Store the response for an idempotency key, and forget the oldest ones.

        It is part of the same change as what was done, so a restart finds both or
        neither.
        """
        stored = asdict(response)
        fingerprint, now = stored.pop("fingerprint"), self._clock()
        oldest = now - RESPONSE_LIFETIME
        self._sql.execute("delete from answers where kept_at <= ?", (oldest,))
        added = self._sql.execute(
            "insert into answers (key, request, answer, kept_at) values (?, ?, ?, ?)",
            (key, fingerprint, _json(stored), now),
        )
        last = (added.lastrowid or 0) - MOST_RESPONSES
        self._sql.execute("delete from answers where place <= ?", (last,))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _explained(error: sqlite3.Error) -> str:
    text = str(error)
    for part, meaning in _MEANINGS.items():
        if part in text:
            return meaning
    return f"{text}; name another file"


# What SQLite says, in part, and what it means for who started the server.
_MEANINGS = {
    "locked": "another server uses this file; end it, or name another file",
    "not a database": "is no store of this server; name another file",
    "unable to open": "can't be opened; is its folder there, and may you write to it?",
    "readonly": "can't be written to; change its permissions, or name another file",
    "disk I/O": "can't be written to; is there room, and may you write to its folder?",
    "malformed": "is damaged; restore it from a copy, or name another file",
    "no such table": "is damaged; restore it from a copy, or name another file",
}
