"""The keys that a server knows: the one of its settings, and those that are stored."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from ..store.key import DEFAULT_PROJECT, Key, digest_of, id_of, is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .stored import KeyStore

# What a key that nobody has is compared with, so that it takes as long as any other.
_NOBODY = Key("", DEFAULT_PROJECT, "read", digest_of(secrets.token_hex()))
EVERYBODY = Key("", DEFAULT_PROJECT, "admin", _NOBODY.digest)
"""What everybody may do where clients need no key."""


class RefusedKeyError(Exception):
    """A key opens nothing; the text says why, to who has it."""


class KeyRing:
    """All keys of a server."""

    def __init__(
        self,
        own: str | None,
        stored: KeyStore | None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the keys.

        Args:
            own: the key of the settings, an admin of the default project.
            stored: the others.
            clock: returns the seconds since 1970.
        """
        self._own: Key | None = None
        if own is not None:
            self._own = Key("", DEFAULT_PROJECT, "admin", digest_of(own))
        self._stored = stored
        self._clock = clock

    async def is_needed(self) -> bool:
        """Return whether clients need a key: where there is any, revoked ones too.

        Raises:
            StoreError: nobody can say.
        """
        return bool(self._own) or await self.has_stored()

    async def has_stored(self) -> bool:
        """Return whether any key is stored, revoked or not.

        Raises:
            StoreError: nobody can say.
        """
        return bool(self._stored and await self._stored.current())

    async def find(self, token: str) -> Key | None:
        """Return the key that a client sent; None where clients need none.

        An unknown one, and one of which only the public part is right, take the same
        time and get the same answer.

        Raises:
            RefusedKeyError: there is no such key, or not any more.
            StoreError: nobody can say.
        """
        known = await self._stored.current() if self._stored else {}
        if self._stored and not known and id_of(token):
            # It may be the first one.
            known = await self._stored.current(fresh=True)
        if not self._own and not known:
            return None
        try:
            return self._found(known, token)
        except RefusedKeyError:
            if not self._stored:
                raise
            # It may have been made a moment ago, whatever is wrong with it.
            return self._found(await self._stored.current(fresh=True), token)

    def _found(self, known: Mapping[str, Key], token: str) -> Key:
        stored = known.get(id_of(token) or "", _NOBODY)
        found = is_same(stored.digest, token)
        if self._own and is_same(self._own.digest, token):
            return self._own
        if not found:
            raise RefusedKeyError("is wrong" if token else "is missing")
        if stored.revoked_at is not None:
            raise RefusedKeyError("was revoked")
        if not stored.is_valid(self._clock()):
            raise RefusedKeyError("has expired")
        return stored
