"""The index in PostgreSQL, which several servers fill and search at once."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice, repeat
from typing import TYPE_CHECKING

from ..store import StoreAwayError, StoreError
from .chunks import Chunk
from .errors import RemovedError, SearchError
from .hits import Hit, distinct
from .interface import SPARE, Added
from .lexemes import terms
from .postgres_vectors import PostgresVectors
from .postgres_words import PostgresWords, Store
from .ranking import fused
from .vectors import unit_vectors

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from ..store.database import Database
    from ..store.postgres import PostgresStore
    from .embeddings import Embedder

_ADDING, _COMPLETE, _GONE = 0, 1, 2
# Chunks that are added, and removed, at once.
_BATCH, _REMOVED = 64, 1000
_ADD = """
insert into index_chunks (file, store, start, length, words, text, vector)
values (?, ?, ?, ?, ?::tsvector, ?, ?)
"""
_LEFT = """
select id, store from index_files where state = 2
    or state = 0 and begun_at < now() - interval '1 day'
"""
_NUL = "\0"


class PostgresIndex:
    """All vector stores with their files; `Index` describes the methods.

    Rows of a file are locked by who adds to it or removes it, those of a store last in
    each change, for as long as it takes to count.
    """

    # ruff: noqa: D102 - see there
    def __init__(self, store: PostgresStore, embedder: Embedder | None = None) -> None:
        """Open the index; what another model made embeddings of is forgotten.

        Args:
            store: what has the database.
            embedder: makes embeddings of what is added and searched for.

        Raises:
            SearchError: it can't be used.
        """
        self._store = store
        self._embedder = embedder
        self._words = PostgresWords(store.database)
        self._vectors = PostgresVectors(store.database)
        if embedder:
            with self._change() as database:
                self._check_model(database, embedder.model)
        with self._change() as database:
            left = database.execute(_LEFT).fetchall()
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
        with self._change() as database:
            store, file = _begun(database, vector_store_id, file_id)
        given = None if embeddings is None else iter(embeddings)
        count = size = 0
        rest = iter(chunks)
        try:
            while batch := [*islice(rest, _BATCH)]:
                vectors = self._embeddings(batch, given)
                with self._change() as database:
                    self._add(database, store, file, batch, vectors)
                count += len(batch)
                size += sum(len(each.text.encode()) for each in batch)
                size += sum(4 * len(each) for each in vectors)
            with self._change() as database:
                _check(database, file)
                complete = "update index_files set state = ? where id = ?"
                database.execute(complete, (_COMPLETE, file))
                _renew(database, store)
        except StoreAwayError:
            # Whoever adds it again removes this first.
            raise
        except BaseException:
            self._hide(file)
            self._delete(file, store)
            raise
        return Added(count, size)

    def remove(self, vector_store_id: str, file_id: str | None = None) -> None:
        of_file = "" if file_id is None else " and name = ?"
        with self._change() as database:
            row = database.execute(
                "select id from index_stores where name = ?", (vector_store_id,)
            ).fetchone()
            if row is None:
                return
            store = row[0]
            found = database.execute(
                "update index_files set state = 2, name = 'gone ' || id"
                f" where store = ? and state <> 2{of_file} returning id",
                (store, *([] if file_id is None else [file_id])),
            ).fetchall()
            if file_id is None:
                database.execute("delete from index_stores where id = ?", (store,))
            elif found:
                _renew(database, store)
        for (file,) in found:
            self._delete(file, store)

    def files(self) -> set[tuple[str, str]]:
        with self._change() as database:
            rows = database.execute(
                "select s.name, f.name from index_files f"
                " join index_stores s on s.id = f.store where f.state = 1"
            )
            return {(store, file) for store, file in rows}

    def content(self, vector_store_id: str, file_id: str) -> list[Chunk]:
        with self._change() as database:
            rows = database.execute(
                "select c.text, c.start from index_chunks c"
                " join index_files f on f.id = c.file"
                " join index_stores s on s.id = f.store"
                " where s.name = ? and f.name = ? and f.state = 1 order by c.id",
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
        queries = [query] if isinstance(query, str) else query
        embedder = None if ranker == "none" else self._embedder
        vectors = embedder.embed(queries) if embedder else []
        best: dict[int, float] = {}
        with self._change() as database:
            # Else chunks that have a common word are looked for in all of the table: as
            # if the long columns, which lie elsewhere, were read for nothing.
            database.execute("set local enable_seqscan = off")
            stores = _sizes(database, vector_store_ids)
            files = None
            if file_ids is not None:
                files = _numbers(database, stores, file_ids)
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
            hits = distinct(_hits(database, ranked), limit)
        return [hit for hit in hits if hit.score >= score_threshold]

    def _add(
        self,
        database: Database,
        store: int,
        file: int,
        chunks: Sequence[Chunk],
        vectors: Sequence[array[float]],
    ) -> None:
        words = self._words.vectors(store, chunks)
        blobs: Iterable[bytes | None] = repeat(None, len(chunks))
        if vectors:
            matrix = unit_vectors(vectors)
            self._vectors.check(store, matrix.shape[1])
            blobs = (row.tobytes() for row in matrix)
        _check(database, file)
        rows = zip(chunks, words, blobs, strict=True)
        database.executemany(
            _ADD,
            [
                (file, store, each.start, length, vector, _clean(each.text), blob)
                for each, (vector, length), blob in rows
            ],
        )
        more = sum(length for _, length in words)
        _count(database, store, len(chunks), more)

    def _embeddings(
        self, chunks: list[Chunk], given: Iterator[array[float]] | None
    ) -> list[array[float]]:
        if given is not None:
            return [*islice(given, len(chunks))]
        return self._embedder.embed([c.text for c in chunks]) if self._embedder else []

    def _check_model(self, database: Database, model: str) -> None:
        """Forget what is in the index where it has no embeddings of this model."""
        # Several servers may begin.
        database.execute("lock table index_made_with in exclusive mode")
        row = database.execute("select model from index_made_with").fetchone()
        if row == (model,):
            return
        hide = "update index_files set state = 2, name = 'gone ' || id"
        database.execute(f"{hide} where state <> 2")
        database.execute("delete from index_made_with")
        database.execute("insert into index_made_with values (?)", (model,))

    def _hide(self, file: int) -> None:
        with self._change() as database:
            database.execute(
                "update index_files set state = 2, name = 'gone ' || id"
                " where id = ? and state <> 2",
                (file,),
            )

    def _delete(self, file: int, store: int) -> None:
        """Delete a file that is hidden, in portions."""
        while True:
            with self._change() as database:
                rows = database.execute(
                    "delete from index_chunks where id in"
                    " (select id from index_chunks where file = ? limit ?)"
                    " returning length",
                    (file, _REMOVED),
                ).fetchall()
                if not rows:
                    database.execute("delete from index_files where id = ?", (file,))
                    return
                _count(database, store, -len(rows), -sum(row[0] for row in rows))

    @contextmanager
    def _change(self) -> Iterator[Database]:
        """Make one change.

        Raises:
            SearchError: it can't be made.
            StoreAwayError: it can't be made now.
        """
        try:
            with self._store.errors_explained(), self._store.changes():
                yield self._store.database
        except StoreAwayError:
            raise
        except StoreError as error:
            raise SearchError(f"{error}.") from error


def _begun(database: Database, store_name: str, name: str) -> tuple[int, int]:
    """Return the numbers of a store, new if need be, and of a new file in it."""
    (store,) = database.execute(
        "insert into index_stores (name) values (?)"
        " on conflict (name) do update set name = excluded.name returning id",
        (store_name,),
    ).fetchone()
    row = database.execute(
        "insert into index_files (store, name, state) values (?, ?, ?)"
        " on conflict do nothing returning id",
        (store, name, _ADDING),
    ).fetchone()
    if row is None:
        raise RemovedError("The file is being added by another server.")
    return store, row[0]


def _check(database: Database, file: int) -> None:
    """Check that a file is still to be added, and lock it."""
    select = "select 1 from index_files where id = ? and state = ? for update"
    if database.execute(select, (file, _ADDING)).fetchone() is None:
        raise RemovedError("The file was removed while it was being added.")


def _count(database: Database, store: int, chunks: int, words: int) -> None:
    database.execute(
        "update index_stores set chunks = chunks + ?, words = words + ?,"
        " version = version + 1 where id = ?",
        (chunks, words, store),
    )


def _renew(database: Database, store: int) -> None:
    """Note that something else may be found in a store now."""
    _count(database, store, 0, 0)


def _sizes(database: Database, names: Iterable[str]) -> list[Store]:
    rows = database.execute(
        "select id, chunks, words, version from index_stores"
        " where name = any(?) and chunks > 0 and words > 0 order by id",
        ([*names],),
    )
    return [Store(*row) for row in rows]


def _numbers(
    database: Database, stores: Iterable[Store], names: Iterable[str]
) -> list[int]:
    rows = database.execute(
        "select id from index_files where store = any(?) and name = any(?)",
        ([each.id for each in stores], [*names]),
    )
    return [number for (number,) in rows]


def _hits(database: Database, ranked: Sequence[tuple[int, float]]) -> Iterator[Hit]:
    """Yield what can be found of some chunks with scores."""
    rows = database.execute(
        "select c.id, s.name, f.name, c.text, c.start from index_chunks c"
        " join index_files f on f.id = c.file join index_stores s on s.id = f.store"
        " where c.id = any(?) and f.state = 1",
        ([chunk for chunk, _ in ranked],),
    )
    found = {row[0]: row[1:] for row in rows}
    for chunk, score in ranked:
        if chunk in found:
            store, file, text, start = found[chunk]
            yield Hit(store, file, score, text, start)


def _clean(text: str) -> str:
    """Return a text as PostgreSQL takes it: without NUL, and without halves."""
    text = text.replace(_NUL, "\ufffd")
    return text.encode("utf-8", "replace").decode()
