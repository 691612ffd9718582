"""Vectors of chunks in PostgreSQL, as float32, searched as matrices."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from .vectors import Block, nearest_of, other_length

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Iterable

    from ..store.database import Database
    from .postgres_words import Store

# How many stores are held in memory, ready to be searched.
_MOST_HELD = 8


class PostgresVectors:
    """The vectors of all stores, each of length 1; called within a change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._held: OrderedDict[int, tuple[int, Block | None]] = OrderedDict()

    def check(self, store: int, length: int) -> None:
        """Check that vectors of a length can be added to a store.

        Raises:
            EmbeddingError: those that are there have another one.
        """
        known = self._database.execute(
            "select octet_length(vector) from index_chunks"
            " where store = ? and vector is not null limit 1",
            (store,),
        ).fetchone()
        if known and known[0] != 4 * length:
            raise other_length(known[0] // 4, length)

    def nearest(
        self,
        stores: Iterable[Store],
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
        """
        blocks = [block for each in stores if (block := self._block(each))]
        allowed = None if files is None else [*files]
        return nearest_of(blocks, vector, limit, allowed)

    def _block(self, store: Store) -> Block | None:
        """Return the vectors of a store, read anew where it was changed."""
        with self._lock:
            version, block = self._held.get(store.id, (None, None))
        if version == store.version:
            return block
        rows = self._database.execute(
            "select id, file, vector from index_chunks"
            " where store = ? and vector is not null order by id",
            (store.id,),
        ).fetchall()
        block = Block.of(rows) if rows else None
        with self._lock:
            self._held[store.id] = store.version, block
            self._held.move_to_end(store.id)
            while len(self._held) > _MOST_HELD:
                self._held.popitem(last=False)
        return block
