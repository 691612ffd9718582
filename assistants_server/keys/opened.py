"""The keys of a store, whatever keeps it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..store import StoreError, open_store
from ..store.database_url import place_of
from .database import DatabaseKeys
from .file import KeyFile
from .ring import KeyRing

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Coroutine

    from ..store import Place, Store
    from .stored import KeyStore

# The id of what stands in a store whose clients need keys.
_MARK = "clients need keys"
# Seconds between two looks for the first one.
_PAUSE = 10.0


def keys_of(store: Store, place: Place | None) -> KeyStore | None:
    """Return the keys of a store that is open; None of one in memory, which has none.

    Args:
        store: the store.
        place: where it is.
    """
    if store.keys is not None:
        return DatabaseKeys(store, store.keys)
    return KeyFile(place) if isinstance(place, Path) else None


async def keys_known(
    store: Store, place: Place | None, own: str | None
) -> tuple[KeyRing, list[Callable[[], Coroutine[Any, Any, None]]]]:
    """Return the keys that a server knows, and what it has to do for them meanwhile.

    Args:
        store: the store.
        place: where it is.
        own: the key of the settings.

    Raises:
        StoreError: the keys can't be read, or were lost.
    """
    stored = keys_of(store, place)
    keys = KeyRing(own, stored)
    await check_keys(store, keys)
    return keys, [partial(watch_keys, store, keys)] if stored else []


async def check_keys(store: Store, keys: KeyRing) -> None:
    """Check that no keys were lost: the store remembers that clients needed some.

    A server that has lost the file of them would serve everybody.

    Args:
        store: the store.
        keys: the keys that the server knows.

    Raises:
        StoreError: there were keys, and nobody needs one now.
    """
    has_stored, needed = await keys.has_stored(), await keys.is_needed()

    def look() -> None:
        known = store.stored(_MARK) is not None
        if has_stored and not known:
            store.add("mark", {"id": _MARK})
        elif known and not needed:
            raise StoreError(
                "clients of this store needed keys before, and now there are none; put "
                "the file of the keys back, or make one: `python -m assistants_server "
                "keys create`"
            )

    await store.perform(look)


async def watch_keys(store: Store, keys: KeyRing, pause: float = _PAUSE) -> None:
    """Have the store remember the first key that is made while the server runs.

    Args:
        store: the store.
        keys: the keys that the server knows.
        pause: seconds between two looks.
    """
    while True:
        with suppress(StoreError):
            if await keys.has_stored():
                await check_keys(store, keys)
                return
        await asyncio.sleep(pause)


def open_keys(store: str | os.PathLike[str]) -> KeyStore:
    """Return the keys of a store, without opening more of it than they need.

    Args:
        store: what the option `--store` of the server has.

    Raises:
        StoreError: there can be no such store.
        ValueError: it is a URL of something else.
    """
    place = place_of(store)
    if isinstance(place, Path):
        if not place.parent.is_dir():
            folder = place.parent
            raise StoreError(f"{folder} is no folder; name a file in one that is there")
        return KeyFile(place)
    opened = open_store(place)
    keys = keys_of(opened, place)
    assert keys is not None
    return keys
