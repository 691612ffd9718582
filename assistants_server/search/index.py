"""The index: chunks of files, found by their words and by their embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from .chunks import Chunk
from .database import Database
from .errors import SearchError
from .hits import Hit, distinct
from .query import indexed, terms_of
from .ranking import fused
from .vectors import Vectors
from .words import ALLOWED, Words

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from .embeddings import Embedder

# Chunks in one transaction: others search in between.
_BATCH = 64
# Candidates beyond those asked for, of each way to search.
_SPARE = 100


@dataclass(frozen=True)
class Added:
    """What a file takes in the index: chunks, and bytes of text and vectors."""

    chunks: int
    bytes: int


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
        if embedder:
            self._check_model(embedder.model)
        self._words = Words(self._sql)
        self._vectors = Vectors(self._sql)

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
        given = None if embeddings is None else iter(embeddings)
        count = size = 0
        rest = iter(chunks)
        try:
            while batch := [*islice(rest, _BATCH)]:
                vectors = self._embeddings(batch, given)
                with self._database.changes():
                    self._add(vector_store_id, file_id, batch, vectors)
                count += len(batch)
                size += sum(len(each.text.encode()) for each in batch)
                size += sum(4 * len(each) for each in vectors)
            with self._database.changes():
                _, file = self._place_of(vector_store_id, file_id)
                self._sql.execute("update files set complete = 1 where id = ?", (file,))
        except BaseException:
            self.remove(vector_store_id, file_id)
            raise
        return Added(count, size)

    def remove(self, vector_store_id: str, file_id: str | None = None) -> None:
        """Remove a file from a store, or a whole store; what isn't there is no error.

        Raises:
            SearchError: the index can't be written.
        """
        with self._database.changes():
            store = self._store(vector_store_id)
            if store is None:
                return
            if file_id is None:
                self._remove_store(store)
            else:
                self._remove_file(store, file_id)
            self._vectors.forget(store)

    def files(self) -> set[tuple[str, str]]:
        """Return the ids of all stores and of the files that are complete in them."""
        with self._database.held():
            rows = self._sql.execute(
                "select s.name, f.name from files f join stores s on s.id = f.store"
                " where f.complete"
            )
            return {(store, file) for store, file in rows}

    def content(self, vector_store_id: str, file_id: str) -> list[Chunk]:
        """Return the chunks of a file, in order."""
        with self._database.held():
            rows = self._sql.execute(
                "select c.text, c.start from chunks c join files f on f.id = c.file"
                " join stores s on s.id = f.store"
                " where s.name = ? and f.name = ? order by c.id",
                (vector_store_id, file_id),
            )
            return [Chunk(text, start) for text, start in rows]

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
            sizes = self._sizes(vector_store_ids)
            filtered = file_ids is not None
            if file_ids is not None:
                self._allow(sizes, file_ids)
            for place, text in enumerate(queries):
                found = self._words.best(
                    sizes, terms_of(text), limit + _SPARE, filtered=filtered
                )
                if embedder:
                    nearest = self._vectors.nearest(
                        sizes, vectors[place], limit + _SPARE, filtered=filtered
                    )
                    found = fused([found, nearest])
                for chunk, score in found.items():
                    best[chunk] = max(score, best.get(chunk, 0.0))
            # Equal ones in the order in which they were added.
            ranked = sorted(best.items(), key=lambda each: (-each[1], each[0]))
            hits = distinct(self._hits(ranked), limit)
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
            raise SearchError(
                f"the index has {known}, not of {model}; delete it, and the files are"
                " indexed anew"
            )

    def _hits(self, ranked: Iterable[tuple[int, float]]) -> Iterator[Hit]:
        for chunk, score in ranked:
            row = self._sql.execute(
                "select s.name, f.name, c.text, c.start from chunks c"
                " join files f on f.id = c.file join stores s on s.id = f.store"
                " where c.id = ? and f.complete",
                (chunk,),
            ).fetchone()
            if row:
                yield Hit(row[0], row[1], score, row[2], row[3])

    def _embeddings(
        self, chunks: list[Chunk], given: Iterator[array[float]] | None
    ) -> list[array[float]]:
        if given is not None:
            return [*islice(given, len(chunks))]
        return self._embedder.embed([c.text for c in chunks]) if self._embedder else []

    def _add(
        self,
        store_id: str,
        file_id: str,
        chunks: list[Chunk],
        vectors: list[array[float]],
    ) -> None:
        store, file = self._place_of(store_id, file_id)
        insert = "insert into chunks (file, start, text) values (?, ?, ?)"
        ids: list[int] = []
        for each in chunks:
            row = self._sql.execute(insert, (file, each.start, each.text))
            assert row.lastrowid is not None
            ids.append(row.lastrowid)
        texts = (indexed(each.text) for each in chunks)
        self._words.add(store, zip(ids, texts, strict=True))
        self._count(store, len(ids))
        if vectors:
            self._vectors.add(store, [*zip(ids, vectors, strict=True)])

    def _place_of(self, store_id: str, file_id: str) -> tuple[int, int]:
        """Return the numbers of a store and of a file in it, new ones if need be."""
        self._sql.execute("insert or ignore into stores (name) values (?)", (store_id,))
        store = self._store(store_id)
        assert store is not None
        self._sql.execute(
            "insert or ignore into files (store, name) values (?, ?)", (store, file_id)
        )
        row = self._sql.execute(
            "select id from files where store = ? and name = ?", (store, file_id)
        )
        return store, row.fetchone()[0]

    def _store(self, name: str) -> int | None:
        row = self._sql.execute("select id from stores where name = ?", (name,))
        found = row.fetchone()
        return found[0] if found else None

    def _sizes(self, names: Iterable[str]) -> dict[int, int]:
        """Return the numbers of stores, and their chunks; none is empty."""
        find = "select id, chunks from stores where name = ? and chunks > 0"
        rows = [self._sql.execute(find, (name,)).fetchone() for name in names]
        return dict(filter(None, rows))

    def _allow(self, stores: Iterable[int], file_ids: Collection[str]) -> None:
        """Fill the table of the chunks among which to search."""
        self._sql.execute(f"delete from {ALLOWED}")
        self._sql.executemany(
            f"insert or ignore into {ALLOWED} select c.id from files f"
            " join chunks c on c.file = f.id where f.store = ? and f.name = ?",
            [(store, file) for store in stores for file in file_ids],
        )

    def _count(self, store: int, more: int) -> None:
        count = "update stores set chunks = chunks + ? where id = ?"
        self._sql.execute(count, (more, store))

    def _remove_store(self, store: int) -> None:
        files = "(select id from files where store = ?)"
        self._sql.execute(f"delete from chunks where file in {files}", (store,))
        self._sql.execute("delete from vectors where store = ?", (store,))
        self._sql.execute("delete from files where store = ?", (store,))
        self._sql.execute("delete from stores where id = ?", (store,))
        self._words.remove_all(store)

    def _remove_file(self, store: int, name: str) -> None:
        file = self._sql.execute(
            "select id from files where store = ? and name = ?", (store, name)
        ).fetchone()
        if file is None:
            return
        select = "select id, text from chunks where file = ?"
        chunks = self._sql.execute(select, file).fetchall()
        if chunks:
            texts = ((chunk, indexed(text)) for chunk, text in chunks)
            self._words.remove(store, texts)
        ids = [(chunk,) for chunk, _ in chunks]
        self._sql.executemany("delete from vectors where chunk = ?", ids)
        self._sql.execute("delete from chunks where file = ?", file)
        self._sql.execute("delete from files where id = ?", file)
        self._count(store, -len(chunks))
