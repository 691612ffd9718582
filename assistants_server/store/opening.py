"""Opening the store that a setting names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sqlite import SQLiteStore

if TYPE_CHECKING:
    from pathlib import Path

    from .interface import Store


def open_store(path: Path | None) -> Store:
    """Open the store of a server.

    Args:
        path: its file; in memory without one.

    Raises:
        StoreError: it can't be used.
    """
    return SQLiteStore(path)
