"""What the SQL that all databases share is carried out by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Rows(Protocol):
    """What a statement returns."""

    # ruff: noqa: D102 - as a cursor of Python's DB-API has it
    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """A database, in which values stand for question marks.

    Statements are written for SQLite, in words that all dialects have but for hints
    (`indexed by`), which only SQLite needs.
    """

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Rows: ...

    def executemany(self, sql: str, values: Iterable[Sequence[Any]], /) -> object: ...


def marks(count: int) -> str:
    """Return question marks for a list of values."""
    return ", ".join(["?"] * count)
