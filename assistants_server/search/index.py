"""The index: chunks of files, found by their words and by their embeddings."""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING

from .catalogue import Catalogue
from .chunks import Chunk
from .database import Database
from .errors import NoIndexError, RemovedError
from .hits import distinct
from .interface import SPARE, Added
from .query import indexed, terms_of
from .ranking import fused
from .vectors import Vectors
from .words import ALLOWED, Words

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from .embeddings import Embedder
    from .hits import Hit

# Chunks in one transaction: others search in between.
_BATCH, _BATCH_WITHOUT_WORDS = 64, 1000


class Index:
    """All vector stores with their files; several threads may use it.

    A search takes some milliseconds, with embeddings a request, and adding a file as
    long as it takes: on an event loop, call both in a thread.
    """

    def __init__(
        self, path: Path | None = None, *, embedder: Embedder | None = None
    ) -> None:
        """Open the index.

        Args:
            path: its file, created if it isn't there; in memory without one.
            embedder: makes embeddings of what is added and searched for.

        Raises:
            SearchError: the file is no index, can't be used, or holds embeddings of
                another model or none.
        """
        self._embedder = embedder
        self._database = Database(path, ALLOWED)
        self._sql = self._database.sql
        with self._database.held():
            self._catalogue = Catalogue(self._sql)
        self._words = Words(self._sql)
        self._vectors = Vectors(self._sql)
        self._sweep()
        if embedder:
            self._check_model(embedder.model)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(
        self,
        vector_store_id: str,
        file_id: str,
        chunks: Iterable[Chunk],
        embeddings: Iterable[array[float]] | None = None,
    ) -> Added:
        """Add a file to a store; what the index had of it there is replaced.

        It is found when all of it is there. After an exception nothing of it is.

        Args:
            vector_store_id: the store.
            file_id: the file.
            chunks: its text.
            embeddings: one for each chunk; by default the embedder makes them.

        Raises:
            EmbeddingError: the embedder makes none, or others than the store has.
            SearchError: the index can't be written.
        """
        self.remove(vector_store_id, file_id)
        with self._database.changes():
            store, file = self._catalogue.begin_file(vector_store_id, file_id)
        given = None if embeddings is None else iter(embeddings)
        count = size = 0
        rest = iter(chunks)
        try:
            while batch := [*islice(rest, _BATCH)]:
                vectors = self._embeddings(batch, given)
                with self._database.changes():
                    self._add(store, file, batch, vectors)
                count += len(batch)
                size += sum(len(each.text.encode()) for each in batch)
                size += sum(4 * len(each) for each in vectors)
            with self._database.changes():
                self._catalogue.complete_file(file)
        except BaseException:
            self.remove(vector_store_id, file_id)
            raise
        return Added(count, size)

    def remove(self, vector_store_id: str, file_id: str | None = None) -> None:
        """Remove a file from a store, or a whole store; what isn't there is no error.

        It is found no more at once, and then goes piece by piece.

        Raises:
            SearchError: the index can't be written.
        """
        with self._database.changes():
            store = self._catalogue.store(vector_store_id)
            if store is None:
                return
            whole = file_id is None
            if file_id is None:
                files = self._catalogue.hide_store(store)
                self._words.remove_all(store)
            else:
                file = self._catalogue.file(store, file_id)
                files = [] if file is None else [file]
                for each in files:
                    self._catalogue.hide_file(each)
            if whole or files:
                self._vectors.forget(store)
        self._delete(files, store, with_words=not whole)
        self._database.shorten_log()

    def files(self) -> set[tuple[str, str]]:
        """Return the ids of all stores and of the files that are complete in them."""
        with self._database.held():
            return self._catalogue.complete_files()

    def stores(self) -> set[str]:
        """Return the ids of all stores, also of those that have no files any more."""
        with self._database.held():
            return self._catalogue.stores()

    def content(self, vector_store_id: str, file_id: str) -> list[Chunk]:
        """Return the chunks of a file, in order."""
        with self._database.held():
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
        """Return the chunks that fit best, best first.

        Args:
            vector_store_ids: the stores to search; unknown ones are empty.
            query: a question, or several whose results are merged.
            limit: how many chunks at most.
            file_ids: search in these files only.
            score_threshold: return only what scores at least this, from 0 to 1.
            ranker: the API's; with `none` words alone decide, with any other one
                embeddings too, if there is an embedder.

        Raises:
            EmbeddingError: the query gets no embedding.
            SearchError: the index can't be read.
        """
        queries = [query] if isinstance(query, str) else query
        embedder = None if ranker == "none" else self._embedder
        vectors = embedder.embed(queries) if embedder else []
        best: dict[int, float] = {}
        with self._database.held():
            sizes = self._catalogue.sizes(vector_store_ids)
            filtered = file_ids is not None
            if file_ids is not None:
                self._catalogue.allow(sizes, file_ids)
            for place, text in enumerate(queries):
                found = self._words.best(
                    sizes, terms_of(text), limit + SPARE, filtered=filtered
                )
                if embedder:
                    nearest = self._vectors.nearest(
                        sizes, vectors[place], limit + SPARE, filtered=filtered
                    )
                    found = fused([found, nearest])
                for chunk, score in found.items():
                    best[chunk] = max(score, best.get(chunk, 0.0))
            # Equal ones in the order in which they were added.
            ranked = sorted(best.items(), key=lambda each: (-each[1], each[0]))
            hits = distinct(self._catalogue.hits(ranked), limit)
            return [hit for hit in hits if hit.score >= score_threshold]

    def _check_model(self, model: str) -> None:
        """Raise where what is in the index has no embeddings of this model."""
        with self._database.changes():
            row = self._sql.execute("select model from made_with").fetchone()
            if row is None and not self._sql.execute("select 1 from files").fetchone():
                self._sql.execute("insert into made_with values (?)", (model,))
                return
        if row != (model,):
            self._database.close()
            known = f"embeddings of {row[0]}" if row else "no embeddings"
            raise NoIndexError(
                f"the index has {known}, not of {model}; delete it, and the files are"
                " indexed anew"
            )

    def _embeddings(
        self, chunks: list[Chunk], given: Iterator[array[float]] | None
    ) -> list[array[float]]:
        if given is not None:
            return [*islice(given, len(chunks))]
        return self._embedder.embed([c.text for c in chunks]) if self._embedder else []

    def _add(
        self, store: int, file: int, chunks: list[Chunk], vectors: list[array[float]]
    ) -> None:
        if not self._catalogue.is_being_added(file):
            raise RemovedError("The file was removed while it was being added.")
        numbers = self._catalogue.add_chunks(store, file, chunks)
        texts = (indexed(each.text) for each in chunks)
        self._words.add(store, zip(numbers, texts, strict=True))
        if vectors:
            self._vectors.add(store, file, [*zip(numbers, vectors, strict=True)])

    def _delete(self, files: Collection[int], store: int, *, with_words: bool) -> None:
        """Delete files that are hidden; others search in between.

        They are known until nothing is left of them: the next server goes on with it.
        """
        for each in files:
            while self._delete_some(each, store, with_words=with_words):
                pass
        if files and with_words:
            self._forget_words(store)
        if files:
            with self._database.changes():
                self._catalogue.delete_files(files)

    def _delete_some(self, file: int, store: int, *, with_words: bool) -> bool:
        """Delete some chunks of a file, and return whether there were any."""
        most = _BATCH if with_words else _BATCH_WITHOUT_WORDS
        with self._database.changes():
            chunks = self._catalogue.some_chunks(file, most)
            if chunks and with_words:
                texts = ((number, indexed(text)) for number, text in chunks)
                self._words.remove(store, texts)
            self._catalogue.delete_chunks(store, [each for each, _ in chunks])
            self._vectors.forget(store)
        return bool(chunks)

    def _forget_words(self, store: int) -> None:
        """Take the words of removed files out of the index; others search meanwhile."""
        more = first = True
        while more:
            with self._database.changes():
                more = self._words.forget(store, first=first)
            first = False

    def _sweep(self) -> None:
        """Delete what was being added or removed when an earlier server ended."""
        with self._database.held():
            left = self._catalogue.leftovers()
        for (store, is_there), files in groupby(left, key=lambda each: each[1:]):
            self._delete([each[0] for each in files], store, with_words=is_there)
        # One that was killed leaves a log, too.
        self._database.shorten_log()
