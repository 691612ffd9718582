"""Vectors of chunks in PostgreSQL, as float32: compared there, or as matrices here."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import msgspec

from .errors import EmbeddingError, SearchError
from .pgvector import column_in
from .vectors import Block, nearest_of, other_length

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Sequence

    from ..store.database import Database
    from .pgvector import Column
    from .postgres_words import Store

# How many stores are held in memory, ready to be searched.
_MOST_HELD = 8
# How PostgreSQL sends an array: a head, and before each number how long it is.
_HEAD = 20
_NUMBER = [("length", ">i4"), ("value", ">f4")]


class PostgresVectors:
    """The vectors of all stores, each of length 1; called within a change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._held: OrderedDict[int, tuple[int, Block | None]] = OrderedDict()

    def nearest(
        self,
        stores: Sequence[Store],
        vector: array[float],
        limit: int,
        *,
        files: Collection[int] | None,
    ) -> list[int]:
        """Return the chunks whose vectors are nearest to one, nearest first.

        Args:
            stores: where to search.
            vector: what to search for.
            limit: how many chunks at most.
            files: search only among those, where given.

        Raises:
            EmbeddingError: the vector has another length than those of a store.
            SearchError: the vectors were dropped.
        """
        for each in stores:
            if each.dimensions not in (None, len(vector)):
                raise other_length(each.dimensions, len(vector))
        column = column_in(self._database)
        if column.kind == "vector":
            return self._compared(column, stores, vector, limit, files)
        if column.kind == "none":
            raise SearchError(
                "The extension vector was dropped, and all vectors with it. Start the"
                " server again: it indexes all files anew."
            )
        blocks = [block for each in stores if (block := self._block(each))]
        return nearest_of(blocks, vector, limit, None if files is None else [*files])

    def _compared(
        self,
        column: Column,
        stores: Sequence[Store],
        vector: array[float],
        limit: int,
        files: Collection[int] | None,
    ) -> list[int]:
        """Return the nearest chunks as the database finds them."""
        if not all(map(math.isfinite, vector)):
            raise EmbeddingError("The server of embeddings gave no numbers.")
        values: list[Any] = [[each.id for each in stores if each.dimensions]]
        of_files = ""
        if files is not None:
            of_files = " and file = any(?::bigint[])"
            values.append([*files])
        # This works, too, where they have just been made arrays.
        rows = self._database.execute(
            f"select chunk from index_vectors where store = any(?::bigint[]){of_files}"
            f" order by vector::{column.type} {column.distance} ?::{column.type}, chunk"
            " limit ?",
            [*values, f"[{_numbers(vector)}]", limit],
        )
        return [chunk for (chunk,) in rows]

    def _block(self, store: Store) -> Block | None:
        """Return the vectors of a store, read anew where it was changed."""
        with self._lock:
            version, block = self._held.get(store.id, (None, None))
        if version == store.version:
            return block
        rows = self._database.execute(
            "select chunk, file, array_send(vector::real[]) from index_vectors"
            " where store = ? order by chunk",
            (store.id,),
        ).fetchall()
        block = _block_of(rows) if rows else None
        with self._lock:
            self._held[store.id] = store.version, block
            self._held.move_to_end(store.id)
            while len(self._held) > _MOST_HELD:
                self._held.popitem(last=False)
        return block


def array_of(vector: Sequence[float]) -> str:
    """Return a vector as PostgreSQL reads an array."""
    return f"{{{_numbers(vector)}}}"


def _numbers(vector: Sequence[float]) -> str:
    return msgspec.json.encode([*vector]).decode()[1:-1]


def _block_of(rows: Sequence[tuple[int, int, bytes]]) -> Block:
    import numpy

    sent = b"".join(row[_HEAD:] for _, _, row in rows)
    matrix = numpy.frombuffer(sent, dtype=_NUMBER)["value"].astype(numpy.float32)
    return Block(
        numpy.array([chunk for chunk, _, _ in rows], dtype=numpy.int64),
        numpy.array([file for _, file, _ in rows], dtype=numpy.int64),
        matrix.reshape(len(rows), -1),
    )
