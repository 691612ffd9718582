"""Keys in the database of the store, where all servers see them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from ..quiet_log import QuietLog
from ..store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..store import Store
    from ..store.key import Key
    from ..store.key_table import KeyTable

# Seconds for which keys are taken to be as they were: one that was revoked is refused
# after so long.
_LIFETIME = 1.0
# Seconds that a request waits for the database to say them anew.
_PATIENCE = 2.0


class DatabaseKeys:
    """The keys of a store that several servers use."""

    def __init__(
        self,
        store: Store,
        table: KeyTable,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = _PATIENCE,
    ) -> None:
        """Use the keys of a store.

        Args:
            store: the store.
            table: its keys.
            clock: returns seconds.
            patience: how many seconds a request waits to have them anew.
        """
        self._store = store
        self._table = table
        self._clock = clock
        self._patience = patience
        self._renewing: asyncio.Task[None] | None = None
        self._known: dict[str, Key] | None = None
        self._read_at = 0.0
        self._reading = asyncio.Lock()
        self._quiet = QuietLog()

    @property
    def where(self) -> str:
        """Return where they are stored."""
        return "the database"

    def add(self, key: Key) -> None:
        """Add a key."""
        with self._store.errors_explained(), self._store.changes():
            self._table.add(key)

    def revoke(self, id: str, now: int) -> bool:
        """Revoke a key; return whether there was one that wasn't revoked yet."""
        with self._store.errors_explained(), self._store.changes():
            return self._table.revoke(id, now)

    def all(self) -> list[Key]:
        """Return all keys, in order of creation."""
        with self._store.errors_explained(), self._store.changes():
            return self._table.all()

    async def current(self, *, fresh: bool = False) -> Mapping[str, Key]:
        """Return all keys by their ids, as they were a second ago at the earliest.

        However many ask for them, they are read by one at a time. While the database is
        away, or doesn't answer, they stay as they were: nothing else that is in it can
        be had either, and who watches the server can still ask how it is.

        Args:
            fresh: whether they must be as they are now.

        Raises:
            StoreError: they can't be read, and never could.
        """
        asked = self._clock()
        if self._known is not None and not fresh:
            if self._must_read():
                self._renewing = asyncio.create_task(self._renew())
                renewing = [self._renewing]
                done, _ = await asyncio.wait(renewing, timeout=self._patience)
                for each in done:
                    each.result()
            return self._known
        async with self._reading:
            # Somebody else may have read them since.
            late = self._read_at < asked if fresh else self._is_old()
            if self._known is None or late:
                await self._read()
        assert self._known is not None
        return self._known

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _must_read(self) -> bool:
        """Return whether they are old, and nobody else reads them."""
        is_renewed = self._renewing is not None and not self._renewing.done()
        return self._is_old() and not is_renewed and not self._reading.locked()

    async def _renew(self) -> None:
        async with self._reading:
            await self._read()

    def _is_old(self) -> bool:
        return self._clock() - self._read_at >= _LIFETIME

    async def _read(self) -> None:
        # In advance: what is revoked while they are read is seen the next time.
        began = self._clock()
        try:
            found = await self._store.perform(self._table.all)
        except StoreError as error:
            if self._known is None:
                raise
            self._quiet.error("the keys can't be read", error, traceback=False)
            # It took its time, and would do so again.
            self._read_at = self._clock()
        else:
            self._known = {key.id: key for key in found}
            self._read_at = began
