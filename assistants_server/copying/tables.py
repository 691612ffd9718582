"""The tables of a store, row by row; and how many rows they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..store.database import marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..store.database import Database

# How many rows are read, and written, at once.
_PORTION = 500


@dataclass(frozen=True)
class Table:
    """A table, as far as it is copied.

    Attributes:
        name: its name.
        key: the columns that tell rows apart, in whose order they are read.
        columns: the others.
        flags: those that are true or false, which SQLite has as numbers.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Return all columns, the key first."""
        return self.key + self.columns

    def count(self, database: Database) -> int:
        """Return how many rows it has."""
        row = database.execute(f"select count(*) from {self.name}").fetchone()
        return int(row[0])

    def portions(self, database: Database) -> Iterator[list[tuple[Any, ...]]]:
        """Yield all rows, some at a time."""
        names, key = ", ".join(self.all_columns), ", ".join(self.key)
        where, last = "", ()
        while True:
            rows = database.execute(
                f"select {names} from {self.name}{where} order by {key} limit ?",
                (*last, _PORTION),
            ).fetchall()
            if rows:
                yield [self._read(row) for row in rows]
            if len(rows) < _PORTION:
                return
            where = f" where ({key}) > ({marks(len(self.key))})"
            last = tuple(rows[-1][: len(self.key)])

    def write(self, database: Database, rows: list[tuple[Any, ...]]) -> None:
        """Add rows."""
        names = ", ".join(self.all_columns)
        database.executemany(
            f"insert into {self.name} ({names})"
            f" values ({marks(len(self.all_columns))})",
            rows,
        )

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self.flags:
            return tuple(row)
        return tuple(
            bool(value) if name in self.flags else value
            for name, value in zip(self.all_columns, row, strict=True)
        )


TABLES = (
    Table(
        "objects",
        ("place",),
        (
            *("id", "project", "kind", "thread", "run", "active", "label", "expires"),
            *("body", "notes", "used_at"),
        ),
        flags=("active",),
    ),
    Table(
        "vector_store_files",
        ("vector_store", "file"),
        ("place", "project", "attempts", "status", "usage", "body"),
    ),
    Table("batch_files", ("batch", "file")),
    Table("deltas", ("place",), ("message", "part")),
    Table(
        "answers",
        ("place",),
        ("project", "key", "request", "answer", "kept_at", "object", "thread"),
    ),
)
"""What is copied: all but what belongs to servers that run."""
