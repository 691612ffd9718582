"""Answers that were given, kept by the keys of their requests."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

KEPT = 10_000
"""How many keys are known at most; the oldest are forgotten."""
KEPT_FOR = 24 * 3600.0
"""Seconds that a key is known."""
_SCHEMA = """
create table if not exists answers (
    place integer primary key,
    key text not null unique,
    request text not null,
    answer text not null,
    kept_at real not null
);
create index if not exists answers_by_age on answers (kept_at);
"""


@dataclass(frozen=True)
class Kept:
    """What is known of a key.

    Attributes:
        request: what it came with, so that another request is told apart.
        body: the answer; of a stream, the run that it told of.
        headers: what went out besides.
        streamed: whether the answer was a stream.
    """

    request: str
    body: dict[str, Any]
    headers: dict[str, str]
    streamed: bool


class Answers:
    """The answers by their keys, in the same file as the objects.

    So what was done and that it was done are one change, which a restart finds whole
    or not at all. A file that an earlier version wrote gets the table when opened.
    """

    def __init__(
        self, sql: sqlite3.Connection, clock: Callable[[], float] = time.time
    ) -> None:
        """Use a database.

        Args:
            sql: the database; whoever uses this begins and ends the transactions.
            clock: seconds since 1970.
        """
        self._sql = sql
        self._clock = clock

    def prepare(self) -> None:
        """Add what the database lacks."""
        for statement in _SCHEMA.split(";"):
            self._sql.execute(statement)

    def get(self, key: str) -> Kept | None:
        """Give what is known of a key, or none."""
        row = self._sql.execute(
            "select request, answer from answers where key = ? and kept_at > ?",
            (key, self._clock() - KEPT_FOR),
        ).fetchone()
        return Kept(request=row[0], **json.loads(row[1])) if row else None

    def keep(self, key: str, kept: Kept) -> None:
        """Keep an answer, and forget what is too old or too much."""
        answer = {
            "body": kept.body,
            "headers": kept.headers,
            "streamed": kept.streamed,
        }
        now = self._clock()
        self._sql.execute("delete from answers where kept_at <= ?", (now - KEPT_FOR,))
        added = self._sql.execute(
            "insert into answers (key, request, answer, kept_at) values (?, ?, ?, ?)",
            (key, kept.request, json.dumps(answer), now),
        )
        oldest = (added.lastrowid or 0) - KEPT
        self._sql.execute("delete from answers where place <= ?", (oldest,))
