"""Where keys are stored: what every such place can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..store.key import Key


class KeyStore(Protocol):
    """All keys, revoked ones too, so that one that was revoked stays known as such."""

    @property
    def where(self) -> str:
        """Return where they are stored, without anything secret."""
        ...

    def add(self, key: Key) -> None:
        """Add a key."""
        ...

    def revoke(self, id: str, now: int) -> bool:
        """Revoke a key; return whether there was one that wasn't revoked yet."""
        ...

    def all(self) -> list[Key]:
        """Return all keys, in order of creation."""
        ...

    async def current(self, *, fresh: bool = False) -> Mapping[str, Key]:
        """Return all keys by their ids, as they are now or were a second ago.

        Args:
            fresh: whether they must be as they are now.

        Raises:
            StoreError: they can't be read, and never could.
        """
        ...

    def close(self) -> None:
        """Let go of what they are stored in."""
        ...
