"""Opening the store that a setting names."""

from __future__ import annotations

import time
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..extras import install_command
from .database_url import DatabaseURL
from .interface import StoreError
from .sqlite import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from .database_url import Place
    from .interface import Store

_NEEDED = ("psycopg", "psycopg_pool")


def open_store(place: Place | None, *, clock: Callable[[], float] = time.time) -> Store:
    """Open the store of a server.

    Args:
        place: its file, or its database; in memory without one.
        clock: returns the seconds since 1970.

    Raises:
        StoreError: it can't be used.
    """
    if not isinstance(place, DatabaseURL):
        return SQLiteStore(place, clock=clock)
    store: Store = _postgres().PostgresStore(place, clock=clock)
    return store


def store_exists(place: Place) -> bool:
    """Return whether there is a store in a file or a database.

    Raises:
        StoreError: the database can't be used.
    """
    if not isinstance(place, DatabaseURL):
        return place.exists()
    return bool(_postgres().is_store(place))


def _postgres() -> ModuleType:
    """Return the package for PostgreSQL, which others need not have.

    Raises:
        StoreError: what it needs is missing.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        command = install_command("postgres", with_path=True)
        raise StoreError(f"a store in PostgreSQL needs psycopg and its pool: {command}")
    try:
        return import_module(f"{__package__}.postgres")
    except ImportError as error:
        # It finds no libpq, say.
        raise StoreError(f"psycopg can't be used: {error}") from error
