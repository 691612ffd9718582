"""The index in PostgreSQL, which several servers fill and search at once."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from ..store import StoreAwayError, StoreError
from .chunks import Chunk
from .errors import EmbeddingError, SearchError
from .hits import Hit, distinct
from .interface import SPARE, Added
from .lexemes import terms
from .pgvector import prepare
from .postgres_catalogue import PostgresCatalogue
from .postgres_vectors import PostgresVectors
from .postgres_words import PostgresWords
from .ranking import fused
from .vectors import unit_vectors

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from ..store.database import Database
    from ..store.postgres import PostgresStore
    from .embeddings import Embedder

# Chunks that are added at once: nobody waits for that.
_BATCH = 256


class PostgresIndex:
    """All vector stores with their files; `Index` describes the methods."""

    # ruff: noqa: D102 - see there
    def __init__(self, store: PostgresStore, embedder: Embedder | None = None) -> None:
        """Open the index; what another model made embeddings of is removed.

        Args:
            store: what has the database.
            embedder: makes embeddings of what is added and searched for.

        Raises:
            SearchError: it can't be used.
        """
        self._store = store
        self._embedder = embedder
        self._catalogue = PostgresCatalogue(store.database)
        self._words = PostgresWords(store.database)
        self._vectors = PostgresVectors(store.database)
        with self._explained():
            prepare(store, compares=embedder is not None)
        if embedder:
            with self._change():
                self._catalogue.use_model(embedder.model)
        with self._change():
            left = self._catalogue.leftovers()
        for file, number in left:
            self._hide(file)
            self._delete(file, number)

    def close(self) -> None:
        """Do nothing: the store closes the connections."""

    def add(
        self,
        vector_store_id: str,
        file_id: str,
        chunks: Iterable[Chunk],
        embeddings: Iterable[array[float]] | None = None,
    ) -> Added:
        self.remove(vector_store_id, file_id)
        with self._change():
            if conflict := self._conflict(lock=True):
                # So that the file is left to the other one.
                raise StoreAwayError(conflict)
            store, file = self._catalogue.begin_file(vector_store_id, file_id)
        given = None if embeddings is None else iter(embeddings)
        count = size = 0
        rest = iter(chunks)
        try:
            while batch := [*islice(rest, _BATCH)]:
                vectors = self._embeddings(batch, given)
                with self._change():
                    self._add(store, file, batch, vectors)
                count += len(batch)
                size += sum(len(each.text.encode()) for each in batch)
                size += sum(4 * len(each) for each in vectors)
            with self._change():
                self._catalogue.check(file)
                self._catalogue.complete_file(store, file)
        except StoreAwayError:
            # Whoever adds it again removes this first.
            raise
        except BaseException:
            self._hide(file)
            self._delete(file, store)
            raise
        return Added(count, size)

    def remove(self, vector_store_id: str, file_id: str | None = None) -> None:
        with self._change():
            store, files = self._catalogue.hide(vector_store_id, file_id)
        for file in files:
            self._delete(file, store)

    def files(self) -> set[tuple[str, str]]:
        with self._change():
            return self._catalogue.complete_files()

    def stores(self) -> set[str]:
        with self._change():
            return self._catalogue.stores()

    def content(self, vector_store_id: str, file_id: str) -> list[Chunk]:
        with self._change():
            return self._catalogue.content(vector_store_id, file_id)

    def search(
        self,
        vector_store_ids: Iterable[str],
        query: str | Sequence[str],
        limit: int = 10,
        *,
        file_ids: Collection[str] | None = None,
        score_threshold: float = 0.0,
        ranker: str = "auto",
    ) -> list[Hit]:
        queries = [query] if isinstance(query, str) else query
        embedder = None if ranker == "none" else self._embedder
        vectors = embedder.embed(queries) if embedder else []
        best: dict[int, float] = {}
        with self._change() as database:
            if embedder and (conflict := self._conflict()):
                raise EmbeddingError(conflict)
            # Else chunks that have a common word are looked for in all of the table: as
            # if the long columns, which lie elsewhere, were read for nothing.
            database.execute("set local enable_seqscan = off")
            stores = self._catalogue.sizes(vector_store_ids)
            files = None
            if file_ids is not None:
                files = self._catalogue.numbers(stores, file_ids)
            for place, text in enumerate(queries):
                found = self._words.best(
                    stores, terms(text), limit + SPARE, files=files
                )
                if embedder:
                    nearest = self._vectors.nearest(
                        stores, vectors[place], limit + SPARE, files=files
                    )
                    found = fused([found, nearest])
                for chunk, score in found.items():
                    best[chunk] = max(score, best.get(chunk, 0.0))
            # Equal ones in the order in which they were added.
            ranked = sorted(best.items(), key=lambda each: (-each[1], each[0]))
            hits = distinct(self._catalogue.hits(ranked), limit)
        return [hit for hit in hits if hit.score >= score_threshold]

    def _add(
        self,
        store: int,
        file: int,
        chunks: Sequence[Chunk],
        vectors: Sequence[array[float]],
    ) -> None:
        words = self._words.vectors(store, chunks)
        matrix = unit_vectors(vectors).tolist() if vectors else None
        self._catalogue.check(file)
        self._catalogue.add_chunks(store, file, chunks, words, matrix)

    def _embeddings(
        self, chunks: list[Chunk], given: Iterator[array[float]] | None
    ) -> list[array[float]]:
        if given is not None:
            return [*islice(given, len(chunks))]
        return self._embedder.embed([c.text for c in chunks]) if self._embedder else []

    def _conflict(self, *, lock: bool = False) -> str | None:
        """Return what is wrong where another server indexes all files by another model.

        Args:
            lock: let none begin to until the change that goes on is made.
        """
        ours = self._embedder.model if self._embedder else None
        model = self._catalogue.model(lock=lock) if ours else None
        if model in (None, ours):
            return None
        return (
            f"Another server indexes all files by {model}, this one by {ours}; start"
            " all of them with the same model of embeddings."
        )

    def _hide(self, file: int) -> None:
        with self._change():
            self._catalogue.hide_file(file)

    def _delete(self, file: int, store: int) -> None:
        """Delete a file that is hidden, in portions."""
        more = True
        while more:
            with self._change():
                more = self._catalogue.delete_some(file, store)

    @contextmanager
    def _change(self) -> Iterator[Database]:
        """Make one change.

        Raises:
            SearchError: it can't be made.
            StoreAwayError: it can't be made now.
        """
        with self._explained(), self._store.errors_explained(), self._store.changes():
            yield self._store.database

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except StoreAwayError:
            raise
        except StoreError as error:
            raise SearchError(f"{error}.") from error
