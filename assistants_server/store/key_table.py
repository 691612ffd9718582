"""The table of keys, in whatever database it is."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Final

from .key import Key

if TYPE_CHECKING:
    from .database import Database

_NAMES: Final = ", ".join(each.name for each in fields(Key))
_MARKS: Final = ", ".join("?" for _ in fields(Key))


class KeyTable:
    """All keys, revoked ones too, so that one that was revoked stays known as such.

    Its columns are the attributes of a key.
    """

    def __init__(self, sql: Database) -> None:
        self._sql = sql

    def add(self, key: Key) -> None:
        """Add a key."""
        self._sql.execute(
            f"insert into keys ({_NAMES}) values ({_MARKS})", astuple(key)
        )

    def revoke(self, id: str, now: int) -> bool:
        """Revoke a key; return whether there was one that wasn't revoked yet."""
        revoked = self._sql.execute(
            "update keys set revoked_at = ? where id = ? and revoked_at is null",
            (now, id),
        )
        return revoked.rowcount > 0

    def all(self) -> list[Key]:
        """Return all keys, in order of creation.

        Raises:
            InvalidKeyError: the table is damaged.
        """
        rows = self._sql.execute(f"select {_NAMES} from keys order by created_at, id")
        return [Key(*row) for row in rows]
