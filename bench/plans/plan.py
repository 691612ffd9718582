"""What is found out about a statement."""

from __future__ import annotations

from dataclasses import dataclass, field

LARGE = 1000
"""From how many rows on to read all of a table, or to sort, is a fault."""
WHOLE = {
    "select vector_store, file, status from vector_store_files": "at the start",
    "select body from objects where kind = ? and thread is null": "at the start",
    "select name from contents where made_at": "at the start",
    "select id, body from objects where kind = 'vector_store'": "at the start",
    "delete from events where": "it holds ten minutes",
    "delete from vector_store_files where place in": "500 at once, by what is cheaper",
    "select body from objects indexed by by_expiry": "only what has expired is sorted",
    "select id from objects indexed by by_activity": "only active runs are sorted",
    "select count(*) from sqlite_master": "at the start",
    "select 1 from sqlite_master": "of the index of files",
}
"""What statements that read or sort all of something begin with, and why they may."""


@dataclass
class Plan:
    """A statement, and how it is carried out.

    Attributes:
        statement: the statement, as the server has it.
        count: how often it was sent.
        seconds: how long it took, on average.
        how: the indexes that it uses.
        faults: what is wrong about it.
    """

    statement: str
    count: int = 0
    seconds: float = 0.0
    how: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def excuse(self) -> str | None:
        """Return why a fault is none; None where it is one."""
        found = (
            why for start, why in WHOLE.items() if self.statement.startswith(start)
        )
        return next(found, None)
