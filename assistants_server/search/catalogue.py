"""The catalogue of an index: its stores, their files, and the chunks of these."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from .chunks import Chunk
from .hits import Hit
from .words import ALLOWED

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator


# What a file is.
ADDING, COMPLETE, GONE = 0, 1, 2
_LAST = """select max(
    (select coalesce(max(id), 0) from stores),
    (select coalesce(max(id), 0) from files),
    (select coalesce(max(store), 0) from files)
)"""


class Catalogue:
    """What is in the index; its numbers are those of rows, names come from outside."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        """Use the tables of an index; its lock must be held in every method."""
        self._sql = sql
        (last,) = sql.execute(_LAST).fetchone()
        # SQLite would use numbers again, while who still adds to what was removed, or
        # removes it piece by piece, goes on with them.
        self._numbers = count(last + 1)

    def store(self, name: str) -> int | None:
        """Return the number of a store; None if there is none."""
        return self._number("select id from stores where name = ?", name)

    def file(self, store: int, name: str) -> int | None:
        """Return the number of a file in a store; None if it isn't there."""
        select = "select id from files where store = ? and name = ?"
        return self._number(select, store, name)

    def begin_file(self, store_name: str, name: str) -> tuple[int, int]:
        """Return the numbers of a store, new if need be, and of a new file in it."""
        store = self.store(store_name)
        if store is None:
            store = next(self._numbers)
            insert = "insert into stores (id, name) values (?, ?)"
            self._sql.execute(insert, (store, store_name))
        file = next(self._numbers)
        insert = "insert into files (id, store, name, state) values (?, ?, ?, ?)"
        self._sql.execute(insert, (file, store, name, ADDING))
        return store, file

    def is_being_added(self, file: int) -> bool:
        """Return whether a file has begun, is incomplete and wasn't removed."""
        select = "select id from files where id = ? and state = ?"
        return self._number(select, file, ADDING) is not None

    def complete_file(self, file: int) -> None:
        """Let a file be found."""
        update = "update files set state = ? where id = ?"
        self._sql.execute(update, (COMPLETE, file))

    def hide_file(self, file: int) -> None:
        """Let a file be found no more; another one of its name may be added."""
        hide = "update files set state = ?, name = 'gone ' || id where id = ?"
        self._sql.execute(hide, (GONE, file))

    def hide_store(self, store: int) -> list[int]:
        """Let a store be found no more, and return its files."""
        self._sql.execute("delete from stores where id = ?", (store,))
        hide = "update files set state = ?, name = 'gone ' || id where store = ?"
        self._sql.execute(hide, (GONE, store))
        select = "select id from files where store = ?"
        return [file for (file,) in self._sql.execute(select, (store,))]

    def leftovers(self) -> list[tuple[int, int, bool]]:
        """Return files that were being added or removed when a server ended.

        With each, its store, and whether that is still there; in order of the stores.
        """
        select = (
            "select f.id, f.store, s.id is not null from files f"
            " left join stores s on s.id = f.store where f.state != ? order by f.store"
        )
        rows = self._sql.execute(select, (COMPLETE,))
        return [(file, store, bool(there)) for file, store, there in rows]

    def delete_files(self, files: Iterable[int]) -> None:
        """Delete files that have no chunks any more."""
        rows = [(file,) for file in files]
        self._sql.executemany("delete from files where id = ?", rows)

    def add_chunks(self, store: int, file: int, chunks: Iterable[Chunk]) -> list[int]:
        """Add chunks to a file, and return their numbers."""
        insert = "insert into chunks (file, start, text) values (?, ?, ?)"
        numbers: list[int] = []
        for each in chunks:
            row = self._sql.execute(insert, (file, each.start, each.text))
            assert row.lastrowid is not None
            numbers.append(row.lastrowid)
        self._count(store, len(numbers))
        return numbers

    def some_chunks(self, file: int, most: int) -> list[tuple[int, str]]:
        """Return numbers and texts of chunks of a file."""
        select = "select id, text from chunks where file = ? limit ?"
        return self._sql.execute(select, (file, most)).fetchall()

    def delete_chunks(self, store: int, numbers: Collection[int]) -> None:
        """Delete chunks with their vectors."""
        rows = [(number,) for number in numbers]
        self._sql.executemany("delete from chunks where id = ?", rows)
        self._sql.executemany("delete from vectors where chunk = ?", rows)
        self._count(store, -len(rows))

    def sizes(self, names: Iterable[str]) -> dict[int, int]:
        """Return the numbers of stores, and their chunks; none is empty."""
        find = "select id, chunks from stores where name = ? and chunks > 0"
        rows = [self._sql.execute(find, (name,)).fetchone() for name in names]
        return dict(filter(None, rows))

    def allow(self, stores: Iterable[int], files: Collection[str]) -> None:
        """Fill the table `ALLOWED` with some files."""
        self._sql.execute(f"delete from {ALLOWED}")
        self._sql.executemany(
            f"insert or ignore into {ALLOWED} select id from files"
            " where store = ? and name = ?",
            [(store, file) for store in stores for file in files],
        )

    def hits(self, ranked: Iterable[tuple[int, float]]) -> Iterator[Hit]:
        """Yield what can be found of some chunks with scores."""
        select = (
            "select s.name, f.name, c.text, c.start from chunks c"
            " join files f on f.id = c.file join stores s on s.id = f.store"
            " where c.id = ? and f.state = ?"
        )
        for chunk, score in ranked:
            row = self._sql.execute(select, (chunk, COMPLETE)).fetchone()
            if row:
                yield Hit(row[0], row[1], score, row[2], row[3])

    def complete_files(self) -> set[tuple[str, str]]:
        """Return the names of all stores and of the files that are complete in them."""
        select = (
            "select s.name, f.name from files f join stores s on s.id = f.store"
            " where f.state = ?"
        )
        return {*self._sql.execute(select, (COMPLETE,))}

    def stores(self) -> set[str]:
        """Return the names of all stores."""
        return {name for (name,) in self._sql.execute("select name from stores")}

    def content(self, store_name: str, name: str) -> list[Chunk]:
        """Return the chunks of a file, in order."""
        rows = self._sql.execute(
            "select c.text, c.start from chunks c join files f on f.id = c.file"
            " join stores s on s.id = f.store"
            " where s.name = ? and f.name = ? order by c.id",
            (store_name, name),
        )
        return [Chunk(text, start) for text, start in rows]

    def _number(self, select: str, *parameters: object) -> int | None:
        row = self._sql.execute(select, parameters).fetchone()
        return row[0] if row else None

    def _count(self, store: int, more: int) -> None:
        update = "update stores set chunks = chunks + ? where id = ?"
        self._sql.execute(update, (more, store))
