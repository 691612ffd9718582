"""Where keys are stored: what every such place can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .key import Key

COLUMNS = (
    *("id", "project", "scope", "digest", "name", "created_at", "expires_at"),
    *("revoked_at", "requests", "tokens"),
)
"""The columns of the table, which are the attributes of a key."""
TABLE = """
create table if not exists keys (
    id text primary key,
    project text not null,
    scope text not null,
    digest text not null,
    name text not null,
    created_at bigint not null,
    expires_at bigint,
    revoked_at bigint,
    requests bigint,
    tokens bigint
)
"""
"""The table, for SQLite and PostgreSQL alike."""


class KeyStore(Protocol):
    """All keys, revoked ones too, so that one that was revoked stays known as such."""

    @property
    def where(self) -> str:
        """Return where they are stored, without anything secret."""

    def add(self, key: Key) -> None:
        """Add a key."""

    def revoke(self, id: str, now: int) -> bool:
        """Revoke a key; return whether there was one that wasn't revoked yet."""

    def all(self) -> list[Key]:
        """Return all keys, in order of creation."""

    async def current(self) -> Mapping[str, Key]:
        """Return all keys by their ids, as they are now or were a second ago.

        Raises:
            StoreError: they can't be read, and never could.
        """

    def close(self) -> None:
        """Let go of what they are stored in."""
