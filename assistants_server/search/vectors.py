"""Vectors of chunks, as float32 in SQLite, searched as one matrix for each store."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from .errors import EmbeddingError
from .words import ALLOWED

if TYPE_CHECKING:
    import sqlite3
    from array import array
    from collections.abc import Iterable

# How many stores are held in memory, ready to be searched.
_MOST_HELD = 8


class Vectors:
    """The vectors of all stores, each of length 1."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        """Use the tables of an index; its lock must be held in every method."""
        self._sql = sql
        self._held: OrderedDict[int, tuple[Any, Any, Any]] = OrderedDict()

    def add(self, store: int, vectors: list[tuple[int, array[float]]]) -> None:
        """Add the vectors of chunks.

        Raises:
            EmbeddingError: they have another length than those of the store.
        """
        import numpy

        rows = []
        for chunk, vector in vectors:
            numbers = numpy.frombuffer(vector, dtype=numpy.float32)
            length = float(numpy.linalg.norm(numbers))
            if not 0 < length < float("inf"):
                raise EmbeddingError("The server of embeddings gave no numbers.")
            rows.append((chunk, store, (numbers / length).tobytes()))
        self.forget(store)
        known = self._sql.execute(
            "select length(vector) from vectors where store = ? limit 1", (store,)
        ).fetchone()
        if known and rows and known[0] != len(rows[0][2]):
            raise _other_length(known[0] // 4, len(rows[0][2]) // 4)
        self._sql.executemany("insert into vectors values (?, ?, ?)", rows)

    def forget(self, store: int) -> None:
        """Hold the vectors of a store no longer; they have changed."""
        self._held.pop(store, None)

    def nearest(
        self,
        stores: Iterable[int],
        vector: array[float],
        limit: int,
        *,
        filtered: bool,
    ) -> list[int]:
        """Return the chunks whose vectors are nearest to one, nearest first.

        Args:
            stores: where to search.
            vector: what to search for.
            limit: how many chunks at most.
            filtered: whether to search only among those in the table `ALLOWED`.

        Raises:
            EmbeddingError: the vector has another length than those of a store.
        """
        import numpy

        wanted = numpy.frombuffer(vector, dtype=numpy.float32)
        allowed = None
        if filtered:
            rows = self._sql.execute(f"select id from {ALLOWED}").fetchall()
            allowed = numpy.array(rows, dtype=numpy.int64).reshape(-1)
        found: list[tuple[float, int]] = []
        for store in stores:
            ids, files, matrix = self._matrix(store)
            if not len(ids):
                continue
            if matrix.shape[1] != len(wanted):
                raise _other_length(matrix.shape[1], len(wanted))
            distances = -(matrix @ wanted)
            if allowed is not None:
                inside = numpy.isin(files, allowed)
                ids, distances = ids[inside], distances[inside]
            if not len(ids):
                continue
            # Sorting all of a large store would take longer than all else.
            best = numpy.argpartition(distances, min(limit, len(ids)) - 1)[:limit]
            found += zip(distances[best].tolist(), ids[best].tolist(), strict=True)
        return [chunk for _, chunk in sorted(found)[:limit]]

    def _matrix(self, store: int) -> tuple[Any, Any, Any]:
        """Return chunks, their files and their vectors, one row for each chunk."""
        import numpy

        if store not in self._held:
            rows = self._sql.execute(
                "select v.chunk, c.file, v.vector from vectors v"
                " join chunks c on c.id = v.chunk where v.store = ?",
                (store,),
            ).fetchall()
            ids = numpy.array([chunk for chunk, _, _ in rows], dtype=numpy.int64)
            files = numpy.array([file for _, file, _ in rows], dtype=numpy.int64)
            data = b"".join(vector for _, _, vector in rows)
            matrix = numpy.frombuffer(data, dtype=numpy.float32)
            matrix = matrix.reshape(len(rows), -1) if rows else matrix
            self._held[store] = ids, files, matrix
        self._held.move_to_end(store)
        while len(self._held) > _MOST_HELD:
            self._held.popitem(last=False)
        return self._held[store]


def _other_length(known: int, given: int) -> EmbeddingError:
    return EmbeddingError(
        f"The vector store has embeddings of {known} numbers, the server gives {given};"
        " use the model that it was made with, or make the store anew."
    )
