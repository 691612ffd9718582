"""The catalogue of the index in PostgreSQL: its stores, files and chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chunks import Chunk
from .errors import RemovedError
from .hits import Hit
from .postgres_vectors import array_of
from .postgres_words import Store
from .vectors import other_length

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..store.database import Database

# What a file is.
_ADDING, _COMPLETE, _GONE = 0, 1, 2
# How many chunks are removed at once, and how many read: mostly the first ones will do.
_REMOVED, _AT_ONCE = 1000, 40
_ADD = """
insert into index_chunks (file, store, start, length, words, text)
values (?, ?, ?, ?, ?::tsvector, ?)
"""
_ADD_WITH_VECTOR = f"""
with added as ({_ADD} returning id, file, store)
insert into index_vectors (chunk, file, store, vector)
select id, file, store, ?::real[] from added
"""
_REMOVE = """
with removed as (
    delete from index_chunks where id in
        (select id from index_chunks where file = ? limit ?)
    returning id, length
), vectors_removed as (
    delete from index_vectors where chunk in (select id from removed)
)
select length from removed
"""
_LEFT = f"""
select id, store from index_files where state = {_GONE}
    or state = {_ADDING} and begun_at < now() - interval '1 day'
"""
_HIDE = f"update index_files set state = {_GONE}, name = 'gone ' || id"
_NUL = "\0"


class PostgresCatalogue:
    """What is in the index; its methods are called within a change.

    Its numbers are those of rows, names come from outside. Rows of a file are locked by
    who adds to it or removes it, those of a store last in each change, for as long as
    it takes to count.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def model(self, *, lock: bool) -> str | None:
        """Return the model of all embeddings, if there are any.

        Args:
            lock: let nobody use another one until the change is made.
        """
        row = self._database.execute(
            f"select model from index_made_with{' for share' * lock}"
        ).fetchone()
        return row[0] if row else None

    def use_model(self, model: str) -> None:
        """Remove what is in the index where it has no embeddings of this model."""
        # Several servers may begin, and others be at work.
        self._database.execute("lock table index_made_with in exclusive mode")
        if self.model(lock=False) == model:
            return
        self._database.execute(f"{_HIDE} where state <> {_GONE}")
        self._database.execute("delete from index_stores")
        self._database.execute("delete from index_made_with")
        self._database.execute("insert into index_made_with values (?)", (model,))

    def begin_file(self, store_name: str, name: str) -> tuple[int, int]:
        """Return the numbers of a store, new if need be, and of a new file in it.

        Raises:
            RemovedError: another server adds the same file.
        """
        (store,) = self._database.execute(
            "insert into index_stores (name) values (?)"
            " on conflict (name) do update set name = excluded.name returning id",
            (store_name,),
        ).fetchone()
        row = self._database.execute(
            "insert into index_files (store, name, state) values (?, ?, ?)"
            " on conflict do nothing returning id",
            (store, name, _ADDING),
        ).fetchone()
        if row is None:
            raise RemovedError("The file is being added by another server.")
        return store, row[0]

    def check(self, file: int) -> None:
        """Check that a file is still to be added, and lock it.

        Raises:
            RemovedError: it isn't.
        """
        select = "select 1 from index_files where id = ? and state = ? for update"
        if self._database.execute(select, (file, _ADDING)).fetchone() is None:
            raise RemovedError("The file was removed while it was being added.")

    def complete_file(self, store: int, file: int) -> None:
        """Let a file be found."""
        complete = "update index_files set state = ? where id = ?"
        self._database.execute(complete, (_COMPLETE, file))
        self._count(store, 0, 0)

    def add_chunks(
        self,
        store: int,
        file: int,
        chunks: Iterable[Chunk],
        words: Sequence[tuple[str, int]],
        vectors: Sequence[Sequence[float]] | None,
    ) -> None:
        """Add chunks to a file.

        Args:
            store: the store.
            file: the file.
            chunks: the chunks.
            words: of each chunk its words as a tsvector, and how many they are.
            vectors: one for each chunk, if they have any.

        Raises:
            EmbeddingError: others in the store have vectors of another length.
        """
        rows: list[tuple[object, ...]] = [
            (file, store, each.start, length, vector, _clean(each.text))
            for each, (vector, length) in zip(chunks, words, strict=True)
        ]
        insert, dimensions = _ADD, None
        if vectors:
            insert, dimensions = _ADD_WITH_VECTOR, len(vectors[0])
            arrays = map(array_of, vectors)
            rows = [(*row, array) for row, array in zip(rows, arrays, strict=True)]
        self._database.executemany(insert, rows)
        self._count(store, len(rows), sum(length for _, length in words), dimensions)

    def hide(self, store_name: str, name: str | None) -> tuple[int, list[int]]:
        """Let a file, or a whole store, be found no more.

        Another one of its name may be added.

        Args:
            store_name: the store.
            name: the file; all of them, with the store, without.

        Returns:
            The number of the store, and those of the files that were there.
        """
        row = self._database.execute(
            "select id from index_stores where name = ?", (store_name,)
        ).fetchone()
        if row is None:
            return 0, []
        store = row[0]
        of_file = "" if name is None else " and name = ?"
        rows = self._database.execute(
            f"{_HIDE} where store = ? and state <> {_GONE}{of_file} returning id",
            (store, *([] if name is None else [name])),
        ).fetchall()
        if name is None:
            self._database.execute("delete from index_stores where id = ?", (store,))
        elif rows:
            self._count(store, 0, 0)
        return store, [file for (file,) in rows]

    def hide_file(self, file: int) -> None:
        """Let a file be found no more."""
        self._database.execute(f"{_HIDE} where id = ? and state <> {_GONE}", (file,))

    def leftovers(self) -> list[tuple[int, int]]:
        """Return files that servers left when they died, each with its store."""
        return self._database.execute(_LEFT).fetchall()

    def delete_some(self, file: int, store: int) -> bool:
        """Delete some chunks of a file, or itself; return whether there is more."""
        rows = self._database.execute(_REMOVE, (file, _REMOVED)).fetchall()
        if rows:
            self._count(store, -len(rows), -sum(length for (length,) in rows))
        else:
            self._database.execute("delete from index_files where id = ?", (file,))
        return bool(rows)

    def complete_files(self) -> set[tuple[str, str]]:
        """Return the names of all stores and of the files that are complete in them."""
        rows = self._database.execute(
            "select s.name, f.name from index_files f"
            f" join index_stores s on s.id = f.store where f.state = {_COMPLETE}"
        )
        return {(store, file) for store, file in rows}

    def stores(self) -> set[str]:
        """Return the names of all stores."""
        rows = self._database.execute("select name from index_stores")
        return {name for (name,) in rows}

    def content(self, store_name: str, name: str) -> list[Chunk]:
        """Return the chunks of a file, in order."""
        rows = self._database.execute(
            "select c.text, c.start from index_chunks c"
            " join index_files f on f.id = c.file"
            " join index_stores s on s.id = f.store"
            " where s.name = ? and f.name = ?"
            f" and f.state = {_COMPLETE} order by c.id",
            (store_name, name),
        )
        return [Chunk(text, start) for text, start in rows]

    def sizes(self, names: Iterable[str]) -> list[Store]:
        """Return what there is to search in some stores; none is empty."""
        rows = self._database.execute(
            "select id, chunks, words, version, dimensions from index_stores"
            " where name = any(?) and chunks > 0 and words > 0 order by id",
            ([*names],),
        )
        return [Store(*row) for row in rows]

    def numbers(self, stores: Iterable[Store], names: Iterable[str]) -> list[int]:
        """Return the numbers of some files in some stores."""
        rows = self._database.execute(
            "select id from index_files where store = any(?) and name = any(?)",
            ([each.id for each in stores], [*names]),
        )
        return [number for (number,) in rows]

    def hits(self, ranked: Sequence[tuple[int, float]]) -> Iterator[Hit]:
        """Yield what can be found of some chunks with scores."""
        for begin in range(0, len(ranked), _AT_ONCE):
            yield from self._some_hits(ranked[begin : begin + _AT_ONCE])

    def _some_hits(self, ranked: Sequence[tuple[int, float]]) -> Iterator[Hit]:
        rows = self._database.execute(
            "select c.id, s.name, f.name, c.text, c.start from index_chunks c"
            " join index_files f on f.id = c.file join index_stores s on s.id = f.store"
            f" where c.id = any(?) and f.state = {_COMPLETE}",
            ([chunk for chunk, _ in ranked],),
        )
        found = {row[0]: row[1:] for row in rows}
        for chunk, score in ranked:
            if chunk in found:
                store, file, text, start = found[chunk]
                yield Hit(store, file, score, text, start)

    def _count(
        self, store: int, chunks: int, words: int, dimensions: int | None = None
    ) -> None:
        """Note that something else may be found in a store now.

        Args:
            store: the store.
            chunks: how many there are more.
            words: how many words these have.
            dimensions: how long their vectors are, if they have any.

        Raises:
            EmbeddingError: others in the store have another length.
        """
        row = self._database.execute(
            "update index_stores set chunks = chunks + ?, words = words + ?,"
            " version = version + 1, dimensions ="
            " case when chunks > 0 then coalesce(dimensions, ?::integer) else ? end"
            " where id = ? returning dimensions",
            (chunks, words, dimensions, dimensions, store),
        ).fetchone()
        if row and dimensions and row[0] != dimensions:
            raise other_length(row[0], dimensions)


def _clean(text: str) -> str:
    """Return a text as PostgreSQL takes it: without NUL, and without halves."""
    text = text.replace(_NUL, "\ufffd")
    return text.encode("utf-8", "replace").decode()
