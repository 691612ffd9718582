"""The files of vector stores: their own table, since one file may be in several."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from ..compact_json import all_from_json, from_json, to_json
from .database import marks
from .interface import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from .database import Database
    from .whose import Whose

JSON = dict[str, Any]
# How many batches, and files, are taken out at once.
_BATCHES, _FILES = 3, 500
# How many files a statement adds: one for each takes half as long again.
_ROWS = 200


@dataclass(frozen=True)
class Entry:
    """A file of a vector store.

    Attributes:
        place: its position; a file that is added again gets a new one.
        body: the API's object.
    """

    place: int
    body: JSON

    @property
    def vector_store(self) -> str:
        """Return the id of the vector store."""
        found: str = self.body["vector_store_id"]
        return found

    @property
    def file(self) -> str:
        """Return the id of the file."""
        found: str = self.body["id"]
        return found


class VectorStoreFiles:
    """The files of all vector stores, in the order in which they were added.

    Those of one project, where it is told so; what is named by its position is not,
    which nobody has but who works for all projects.
    """

    def __init__(
        self, sql: Database, whose: Whose, on_delete: Callable[[], None]
    ) -> None:
        """Use the tables of a store.

        Args:
            sql: its database.
            whose: whose files.
            on_delete: called in each change that deletes some.
        """
        self._sql = sql
        self._whose = whose
        self._on_delete = on_delete

    def add(self, bodies: Sequence[JSON], *, batch: str | None = None) -> None:
        """Add files at the end; the same ones that were there before go.

        Args:
            bodies: the API's objects.
            batch: the id of a batch that they belong to.
        """
        for start in range(0, len(bodies), _ROWS):
            rows = [
                (
                    *(self._whose.owner, each["vector_store_id"], each["id"]),
                    *_columns(each),
                )
                for each in bodies[start : start + _ROWS]
            ]
            self._sql.execute(
                "insert into vector_store_files"
                " (project, vector_store, file, body, status, usage)"
                f" values {', '.join(['(?, ?, ?, ?, ?, ?)'] * len(rows))}"
                " on conflict (vector_store, file) do update set"
                " place = excluded.place, attempts = 0, body = excluded.body,"
                " status = excluded.status, usage = excluded.usage",
                [*chain.from_iterable(rows)],
            )
            if batch is not None:
                self._sql.execute(
                    "insert into batch_files (batch, file)"
                    f" values {', '.join(['(?, ?)'] * len(rows))}"
                    " on conflict do nothing",
                    [*chain.from_iterable((batch, row[2]) for row in rows)],
                )

    def join(self, *, batch: str, file: str) -> None:
        """Note that a file belongs to a batch."""
        self._sql.execute(
            "insert into batch_files (batch, file) values (?, ?)"
            " on conflict do nothing",
            (batch, file),
        )

    def batches_of(self, vector_store: str, files: Collection[str]) -> list[JSON]:
        """Return the batches of a vector store that have any of some files."""
        found: dict[str, str] = {}
        asked = [*files]
        for start in range(0, len(asked), _FILES):
            some = asked[start : start + _FILES]
            # Mostly they are new there, and a vector store may have many batches.
            there = self._sql.execute(
                f"select file from vector_store_files where {self._whose}"
                f"vector_store = ? and file in ({marks(len(some))})",
                (*self._whose.values, vector_store, *some),
            ).fetchall()
            if not there:
                continue
            some = [file for (file,) in there]
            rows = self._sql.execute(
                f"select id, body from objects where {self._whose}thread = ?"
                " and kind = 'file_batch' and body is not null and exists"
                " (select 1 from batch_files where batch = objects.id"
                f" and file in ({marks(len(some))}))",
                (*self._whose.values, vector_store, *some),
            )
            found.update((id, body) for id, body in rows)  # noqa: A001 - of a row
        return list(all_from_json(found.values()))

    def get(self, vector_store: str, file: str) -> Entry | None:
        """Return a file of a vector store; None if it isn't there."""
        row = self._sql.execute(
            f"select place, body from vector_store_files where {self._whose}"
            "vector_store = ? and file = ? and body is not null",
            (*self._whose.values, vector_store, file),
        ).fetchone()
        return _entry(row) if row else None

    def put(self, body: JSON) -> None:
        """Replace the JSON of a file."""
        self._sql.execute(
            "update vector_store_files set body = ?, status = ?, usage = ?"
            f" where {self._whose}vector_store = ? and file = ? and body is not null",
            (
                *(*_columns(body), *self._whose.values),
                *(body["vector_store_id"], body["id"]),
            ),
        )

    def delete(self, vector_store: str, file: str) -> None:
        """Take a file out; its position stays known, for cursors."""
        self._sql.execute(
            "update vector_store_files set body = null, status = null, usage = null"
            f" where {self._whose}vector_store = ? and file = ?",
            (*self._whose.values, vector_store, file),
        )
        self._on_delete()

    def delete_all(self, vector_store: str) -> bool:
        """Take files out of a vector store that is no more, or is empty from now on.

        Returns:
            Whether there may be more of them: call it again then, in another change.
        """
        batches = self._sql.execute(
            f"select id from objects where {self._whose}thread = ?"
            " and kind = 'file_batch' and exists"
            " (select 1 from batch_files where batch = objects.id) limit ?",
            (*self._whose.values, vector_store, _BATCHES),
        ).fetchall()
        self._sql.executemany("delete from batch_files where batch = ?", batches)
        gone = self._sql.execute(
            "delete from vector_store_files where place in (select place from"
            f" vector_store_files where {self._whose}vector_store = ?"
            " order by file limit ?)",
            (*self._whose.values, vector_store, _FILES),
        )
        if gone.rowcount:
            self._on_delete()
        return len(batches) == _BATCHES or gone.rowcount == _FILES

    def leftovers(self) -> list[str]:
        """Return the vector stores that are no more, but for some files."""
        rows = self._sql.execute(
            f"select id, body from objects where {self._whose}kind = 'vector_store'"
            " and (body is null or body like '%\"expired\"%') and exists"
            " (select 1 from vector_store_files where vector_store = objects.id)",
            self._whose.values,
        )
        # It stands where the status isn't, too.
        return [
            store
            for store, body in rows
            if body is None or from_json(body)["status"] == "expired"
        ]

    def stores_of(self, file: str) -> list[str]:
        """Return the ids of the vector stores that a file is in."""
        rows = self._sql.execute(
            "select vector_store from vector_store_files"
            f" where {self._whose}file = ? and body is not null",
            (*self._whose.values, file),
        )
        return [store for (store,) in rows]

    def statuses(self) -> dict[tuple[str, str], str]:
        """Return all that is there: ids of vector stores and files, and statuses."""
        rows = self._sql.execute(
            "select vector_store, file, status from vector_store_files"
            f" where {self._whose}body is not null",
            self._whose.values,
        )
        return {(store, file): status for store, file, status in rows}

    def attributes(
        self, vector_store: str, *, above: int, limit: int
    ) -> list[tuple[int, str, JSON]]:
        """Return positions, ids and attributes of indexed files, from a position on."""
        rows = self._sql.execute(
            f"select place, file, body from vector_store_files where {self._whose}"
            "vector_store = ? and place > ? and status = 'completed'"
            " order by place limit ?",
            (*self._whose.values, vector_store, above, limit),
        ).fetchall()
        bodies = all_from_json(body for _, _, body in rows)
        return [
            (place, file, body.get("attributes") or {})
            for (place, file, _), body in zip(rows, bodies, strict=True)
        ]

    def begin(self, place: int) -> int:
        """Note that indexing a file begins, and return how often it has."""
        self._sql.execute(
            "update vector_store_files set attempts = attempts + 1 where place = ?",
            (place,),
        )
        row = self._sql.execute(
            "select attempts from vector_store_files where place = ?", (place,)
        ).fetchone()
        return row[0] if row else 0

    def counts(
        self, vector_store: str, *, batch: str | None = None
    ) -> tuple[dict[str, int], int]:
        """Return how many files there are by status, and what they use in bytes."""
        rows = self._sql.execute(
            # The index has all that is asked for; a file without a body has no status.
            "select status, count(*), sum(usage) from vector_store_files"
            f" where {self._whose}vector_store = ? and status is not null"
            f"{_of_batch(batch)} group by status",
            (*self._whose.values, vector_store, *([] if batch is None else [batch])),
        ).fetchall()
        counts = {status: count for status, count, _ in rows}
        # A sum may be a decimal, with which JSON has nothing in common.
        return counts, int(sum(usage for _, _, usage in rows))

    def cancel(self, vector_store: str, *, batch: str) -> list[str]:
        """Cancel what is still to be indexed of a batch, and return its files."""
        rows = self._sql.execute(
            f"select place, body from vector_store_files where {self._whose}"
            f"vector_store = ? and status = 'in_progress'{_of_batch(batch)}",
            (*self._whose.values, vector_store, batch),
        ).fetchall()
        bodies = [
            {**body, "status": "cancelled"}
            for body in all_from_json(text for _, text in rows)
        ]
        self._sql.executemany(
            "update vector_store_files set status = 'cancelled', body = ?"
            " where place = ?",
            (
                (to_json(body), place)
                for (place, _), body in zip(rows, bodies, strict=True)
            ),
        )
        return [body["id"] for body in bodies]

    def next(self, *, besides: Collection[int]) -> Entry | None:
        """Return the file that waits longest to be indexed.

        Args:
            besides: positions of those that are being indexed.
        """
        rows = self._sql.execute(
            "select place, body from vector_store_files"
            " where status = 'in_progress' order by place limit ?",
            (len(besides) + 1,),
        )
        waiting = (_entry(row) for row in rows if row[0] not in besides)
        return next(waiting, None)

    def spare(self, place: int) -> None:
        """Take back that indexing a file has begun."""
        self._sql.execute(
            "update vector_store_files set attempts = attempts - 1 where place = ?",
            (place,),
        )

    def holds(self, place: int) -> bool:
        """Return whether this process is still at work on a file: nobody else is."""
        return True

    def position(
        self, vector_store: str, file: str, *, batch: str | None = None
    ) -> int | None:
        """Return the position of a file in a list, taken out since or not."""
        row = self._sql.execute(
            f"select place from vector_store_files where {self._whose}"
            f"vector_store = ? and file = ?{_of_batch(batch)}",
            (
                *(*self._whose.values, vector_store, file),
                *([] if batch is None else [batch]),
            ),
        ).fetchone()
        return row[0] if row else None

    def page(
        self,
        vector_store: str,
        *,
        batch: str | None = None,
        status: str | None = None,
        above: int = -1,
        below: int | None = None,
        newest_first: bool = False,
        from_the_end: bool = False,
        limit: int,
    ) -> Page:
        """Return part of a list; `SQLiteStore.page` describes the arguments.

        Args:
            vector_store: whose files.
            batch: only those of this batch.
            status: only those with this status.
            above: see there.
            below: see there.
            newest_first: see there.
            from_the_end: see there.
            limit: see there.
        """
        down = newest_first != from_the_end
        rows = self._sql.execute(
            f"select body from vector_store_files where {self._whose}vector_store = ?"
            " and place > ? and place < ? and body is not null"
            f"{'' if status is None else ' and status = ?'}{_of_batch(batch)}"
            f" order by place {'desc' if down else 'asc'} limit ?",
            (
                *(*self._whose.values, vector_store),
                *(above, 2**62 if below is None else below),
                *(() if status is None else (status,)),
                *([] if batch is None else [batch]),
                limit + 1,
            ),
        ).fetchall()
        objects = all_from_json(body for (body,) in rows[:limit])
        if from_the_end:
            objects.reverse()
        return Page(objects, has_more=len(rows) > limit)


def _of_batch(batch: str | None) -> str:
    """Return a condition, with one argument if there is a batch."""
    if batch is None:
        return ""
    return " and file in (select file from batch_files where batch = ?)"


def _columns(body: JSON) -> tuple[str, str, int]:
    """Return what is stored of a file: its JSON, and what is looked for in it."""
    return to_json(body), body["status"], body["usage_bytes"]


def _entry(row: tuple[int, str]) -> Entry:
    return Entry(row[0], from_json(row[1]))
