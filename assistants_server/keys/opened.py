"""The keys of a store, whatever keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..store import StoreError
from .file import KeyFile

if TYPE_CHECKING:
    import os

    from .stored import KeyStore


def key_store_at(store: str | os.PathLike[str]) -> KeyStore:
    """Return the keys of a store.

    Args:
        store: what the option `--store` of the server has.

    Raises:
        StoreError: there can be no such store.
    """
    path = Path(store)
    if not path.parent.is_dir():
        raise StoreError(
            f"{path.parent} is no folder; name a file in one that is there"
        )
    return KeyFile(path)
