"""The text of messages that are being written: each piece as it goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..compact_json import all_from_json, to_json

if TYPE_CHECKING:
    from .database import Database

JSON = dict[str, Any]


class Deltas:
    """The deltas of messages in progress, in order; a message that ended has none.

    A row for each, so that a long text costs no more than its length.
    """

    def __init__(self, sql: Database) -> None:
        self._sql = sql

    def add(self, message: str, part: JSON) -> None:
        """Add a delta: a part of the content, as the event has it."""
        self._sql.execute(
            "insert into deltas (message, part) values (?, ?)",
            (message, to_json(part)),
        )

    def of(self, message: str) -> list[JSON]:
        """Return the deltas of a message, the first one first."""
        rows = self._sql.execute(
            "select part from deltas where message = ? order by place", (message,)
        )
        return all_from_json(part for (part,) in rows)

    def delete(self, message: str) -> None:
        """Delete the deltas of a message, whose content has them now."""
        self._sql.execute("delete from deltas where message = ?", (message,))
