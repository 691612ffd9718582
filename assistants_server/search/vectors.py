"""Vectors of chunks, as float32 in SQLite, searched as matrices."""

from __future__ import annotations

from collections import OrderedDict
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import EmbeddingError
from .words import ALLOWED

if TYPE_CHECKING:
    import sqlite3
    from array import array
    from collections.abc import Iterable, Sequence

# How many stores are held in memory, ready to be searched.
_MOST_HELD = 8
# What is added is held beside what was there; so many pieces, and all is read anew.
_MOST_BLOCKS = 100


class Block(NamedTuple):
    """Chunks, their files and their vectors: arrays, one row for each chunk."""

    ids: Any
    files: Any
    matrix: Any

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, bytes]]) -> Block:
        """Return the vectors of chunks: with each, its number and that of its file."""
        import numpy

        ids = numpy.array([chunk for chunk, _, _ in rows], dtype=numpy.int64)
        files = numpy.array([file for _, file, _ in rows], dtype=numpy.int64)
        data = b"".join(vector for _, _, vector in rows)
        matrix = numpy.frombuffer(data, dtype=numpy.float32)
        return cls(ids, files, matrix.reshape(len(rows), -1))


class Vectors:
    """The vectors of all stores, each of length 1."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        """Use the tables of an index; its lock must be held in every method."""
        self._sql = sql
        self._held: OrderedDict[int, list[Block]] = OrderedDict()

    def add(
        self, store: int, file: int, vectors: Sequence[tuple[int, array[float]]]
    ) -> None:
        """Add the vectors of chunks of a file.

        Raises:
            EmbeddingError: they have another length than those of the store.
        """
        import numpy

        matrix = unit_vectors([vector for _, vector in vectors])
        known = self._sql.execute(
            "select length(vector) from vectors where store = ? limit 1", (store,)
        ).fetchone()
        if known and known[0] != matrix[0].nbytes:
            raise other_length(known[0] // 4, matrix.shape[1])
        ids = [chunk for chunk, _ in vectors]
        blobs = (row.tobytes() for row in matrix)
        rows = zip(ids, repeat(store), blobs, strict=False)
        self._sql.executemany("insert into vectors values (?, ?, ?)", rows)
        blocks = self._held.get(store)
        if blocks is not None:
            files = numpy.full(len(ids), file, dtype=numpy.int64)
            blocks.append(Block(numpy.array(ids), files, matrix))
            if len(blocks) > _MOST_BLOCKS:
                self.forget(store)

    def forget(self, store: int) -> None:
        """Hold the vectors of a store no longer; some of them are gone."""
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
        allowed = None
        if filtered:
            rows = self._sql.execute(f"select id from {ALLOWED}")
            allowed = [file for (file,) in rows]
        blocks = chain.from_iterable(map(self._blocks, stores))
        return nearest_of(blocks, vector, limit, allowed)

    def _blocks(self, store: int) -> list[Block]:
        """Return the vectors of a store, ready to be multiplied."""
        if store not in self._held:
            rows = self._sql.execute(
                "select v.chunk, c.file, v.vector from vectors v"
                " join chunks c on c.id = v.chunk where v.store = ?",
                (store,),
            ).fetchall()
            blocks = [Block.of(rows)] if rows else []
            self._held[store] = blocks
        self._held.move_to_end(store)
        while len(self._held) > _MOST_HELD:
            self._held.popitem(last=False)
        return self._held[store]


def unit_vectors(vectors: Sequence[array[float]]) -> Any:
    """Return vectors as a matrix, in which each has the length 1.

    Raises:
        EmbeddingError: they have different lengths, or hold no numbers.
    """
    import numpy

    first, *others = {len(vector) for vector in vectors}
    if others:
        raise other_length(first, others[0])
    matrix = numpy.array(vectors, dtype=numpy.float32)
    lengths = numpy.linalg.norm(matrix, axis=1, keepdims=True)
    if not (numpy.isfinite(lengths).all() and lengths.all()):
        raise EmbeddingError("The server of embeddings gave no numbers.")
    matrix /= lengths
    return matrix


def nearest_of(
    blocks: Iterable[Block],
    vector: array[float],
    limit: int,
    allowed: list[int] | None,
) -> list[int]:
    """Return the chunks whose vectors are nearest to one, nearest first.

    Args:
        blocks: where to search.
        vector: what to search for.
        limit: how many chunks at most.
        allowed: the files to search in; all of them without it.

    Raises:
        EmbeddingError: the vector has another length than those.
    """
    import numpy

    wanted = numpy.frombuffer(vector, dtype=numpy.float32)
    found: list[tuple[float, int]] = []
    for ids, files, matrix in blocks:
        if matrix.shape[1] != len(wanted):
            raise other_length(matrix.shape[1], len(wanted))
        distances = -(matrix @ wanted)
        if allowed is not None:
            inside = numpy.isin(files, numpy.array(allowed, dtype=numpy.int64))
            ids, distances = ids[inside], distances[inside]
        if not len(ids):
            continue
        # Sorting all of a large store would take longer than all else.
        best = numpy.argpartition(distances, min(limit, len(ids)) - 1)[:limit]
        found += zip(distances[best].tolist(), ids[best].tolist(), strict=True)
    return [chunk for _, chunk in sorted(found)[:limit]]


def other_length(known: int, given: int) -> EmbeddingError:
    """Return the error for vectors of another length than those of a store."""
    return EmbeddingError(
        f"The vector store has embeddings of {known} numbers, the server gives {given};"
        " use the model that it was made with, or make the store anew."
    )
