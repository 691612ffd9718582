"""The SQL of the store as PostgreSQL and psycopg take it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# Which index to use PostgreSQL knows by itself.
_HINT = re.compile(r" indexed by \w+")
# What SQLite takes for a comment: there, nobody else is at work.
_LOCKS = re.compile(r"/\* (for update[ \w]*) \*/")
_NUL, _NO_CHARACTER = "\0", "\ufffd"


@lru_cache(maxsize=1000)
def translated(sql: str) -> str:
    """Return a statement that was written for SQLite."""
    sql = _LOCKS.sub(r"\1", _HINT.sub("", sql)).replace("%", "%%").replace("?", "%s")
    # The indexes are for what isn't gone. They can't be for bodies that are not null: a
    # change of a body would then be a change of every index.
    return sql.replace("body is not null", "not gone").replace("body is null", "gone")


def bound(values: Sequence[Any]) -> Sequence[Any]:
    """Return values that PostgreSQL takes.

    No text there holds a NUL. JSON has it escaped, and no id has it, but requests may
    name ids that can't be.
    """
    if any(isinstance(each, str) and _NUL in each for each in values):
        return [
            each.replace(_NUL, _NO_CHARACTER) if isinstance(each, str) else each
            for each in values
        ]
    return values
