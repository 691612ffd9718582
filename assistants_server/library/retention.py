"""What nobody has used for long is deleted, for good."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from ..quiet_log import QuietLog
from ..store.uses import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..store import Store
    from ..store.uses import Use
    from .library import Library

# How much is looked at, or forgotten, in one change; others are served in between.
_OBJECTS, _TRACES = 100, 500
# Seconds between two looks: the share of the time that things are kept, within bounds.
_SHARE: Final = 24
_SHORTEST, _LONGEST = 1.0, 3600.0


class Retention:
    """Delete what nobody has used since a while, again and again."""

    def __init__(
        self,
        store: Store,
        library: Library,
        keep: float,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare.

        Args:
            store: all of it.
            library: the files and vector stores of all projects.
            keep: for how many seconds something is kept that nobody uses.
            clock: returns the seconds since 1970.
        """
        self._store = store
        self._library = library
        self._keep = keep
        self._clock = clock
        self._quiet = QuietLog()

    async def go_on(self) -> None:
        """Look for it from time to time, until this is cancelled."""
        while True:
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - such as a disk that is full
                self._quiet.error("what is kept too long can't be deleted yet", error)
            pause = min(max(self._keep / _SHARE, _SHORTEST), _LONGEST)
            await asyncio.sleep(pause)

    async def sweep(self) -> None:
        """Delete it once.

        Raises:
            StoreError: the store can't be used.
        """
        before = int(self._clock() - self._keep)
        forget = partial(self._store.responses.forget_before, before)
        await self._store.perform(forget)
        for kind in KINDS:
            last: Use | None = None
            while found := await self._store.perform(
                partial(self._store.uses.some, kind, last, limit=_OBJECTS)
            ):
                last = found[-1]
                old = [each for each in found if each.used_at < before]
                unused = await self._unused(kind, before, old)
                for each in old:
                    if each.id in unused:
                        # One at a time: a thread may have much in it.
                        delete = partial(self._delete, kind, before, each)
                        await self._store.perform(delete)
                        await asyncio.sleep(0)
                await asyncio.sleep(0)
        while await self._store.perform(partial(self._forget_some, before)):
            await asyncio.sleep(0)

    async def _unused(self, kind: str, before: int, old: list[Use]) -> set[str]:
        ids = [each.id for each in old]
        find = partial(self._store.uses.unused, kind, before, ids)
        return await self._store.perform(find)

    def _delete(self, kind: str, before: int, unused: Use) -> None:
        store = self._store.of(unused.project)
        library = self._library.of(store)
        store.lock(unused.id)
        if not store.uses.unused(kind, before, [unused.id]):
            # Somebody has used it just now.
            return
        if kind == "thread":
            library.delete_thread(unused.id)
        elif kind == "file":
            library.delete_file(unused.id)
        elif (store.get(kind, unused.id) or {}).get("status") == "expired":
            library.delete_store(unused.id)

    def _forget_some(self, before: int) -> bool:
        return self._store.uses.forget(before, limit=_TRACES)
