"""The contents of files in the database of the store, in pieces."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from ..store import StoreAwayError, StoreError
from .interface import UnreachableError
from .names import GRACE
from .remote import PIECE, RemoteContents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Self

    from ..store.database import Database
    from ..store.postgres import PostgresStore

_MISSING = "it is not in the database"


class DatabaseContents(RemoteContents):
    """Contents in PostgreSQL; `RemoteContents` describes the methods.

    Each is one row, and one for each piece; what is read of a piece is the whole piece.
    """

    # ruff: noqa: D102 - see there
    def __init__(self, store: PostgresStore, *, grace: float = GRACE) -> None:
        """Use the database of a store.

        Args:
            store: the store.
            grace: seconds for which a content may be there without its file.
        """
        self._store = store
        self._grace = grace

    def put(self, name: str, source: BinaryIO) -> None:
        insert = "insert into content_pieces (content, number, data) values (?, ?, ?)"
        with self._change() as database:
            # One of an import that broke off may be there.
            database.execute("delete from contents where name = ?", (name,))
            database.execute("insert into contents (name) values (?)", (name,))
            number = 0
            while piece := source.read(PIECE):
                database.execute(insert, (name, number, piece))
                number += 1

    def get(self, name: str) -> BinaryIO:
        with self._change() as database:
            find = "select 1 from contents where name = ?"
            if database.execute(find, (name,)).fetchone() is None:
                raise FileNotFoundError(errno.ENOENT, _MISSING)
        return cast("BinaryIO", _Pieces(self, name))

    def piece(self, name: str, number: int) -> bytes:
        """Return a piece of a content; nothing beyond the last one.

        Raises:
            OSError: the content was deleted, or can't be reached.
        """
        with self._change() as database:
            row = database.execute(
                "select p.data from contents c left join content_pieces p"
                " on p.content = c.name and p.number = ? where c.name = ?",
                (number, name),
            ).fetchone()
        if row is None:
            raise FileNotFoundError(errno.ENOENT, _MISSING)
        return bytes(row[0] or b"")

    def remove(self, names: Collection[str]) -> None:
        with self._change() as database:
            for each in sorted(names):
                database.execute("delete from contents where name = ?", (each,))

    def old(self) -> list[str]:
        with self._change() as database:
            rows = database.execute(
                "select name from contents"
                " where made_at <= now() - make_interval(secs => ?)",
                (self._grace,),
            )
            return [name for (name,) in rows]

    @contextmanager
    def _change(self) -> Iterator[Database]:
        """Make one change; its errors are those of a file."""
        try:
            with self._store.errors_explained(), self._store.changes():
                yield self._store.database
        except StoreAwayError as error:
            raise UnreachableError("The database") from error
        except StoreError as error:
            raise OSError(errno.EIO, "the database refused it") from error


class _Pieces:
    """A content that is being read; no connection waits for who reads it."""

    def __init__(self, contents: DatabaseContents, name: str) -> None:
        self._contents = contents
        self._name = name
        self._number = 0
        self._rest = b""
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises:
            OSError: it was deleted meanwhile, or can't be reached.
        """
        parts = [self._rest]
        left = len(self._rest)
        while not self._ended and (size < 0 or left < size):
            piece = self._contents.piece(self._name, self._number)
            self._number += 1
            self._ended = len(piece) < PIECE
            parts.append(piece)
            left += len(piece)
        data = b"".join(parts)
        end = len(data) if size < 0 else size
        self._rest = data[end:]
        return data[:end]

    def close(self) -> None:
        """Forget what was read."""
        self._rest, self._ended = b"", True
