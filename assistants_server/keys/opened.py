"""The keys of a store, whatever keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..store import StoreError, open_store
from ..store.database_url import place_of
from .database import DatabaseKeys
from .file import KeyFile

if TYPE_CHECKING:
    import os

    from ..store import Place, Store
    from .stored import KeyStore


def keys_of(store: Store, place: Place | None) -> KeyStore | None:
    """Return the keys of a store that is open; None of one in memory, which has none.

    Args:
        store: the store.
        place: where it is.
    """
    if store.keys is not None:
        return DatabaseKeys(store, store.keys)
    return KeyFile(place) if isinstance(place, Path) else None


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
