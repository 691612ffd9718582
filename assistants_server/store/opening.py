"""Opening the store that a setting names."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..extras import install_command
from .database_url import DatabaseURL
from .interface import StoreError
from .sqlite import SQLiteStore

if TYPE_CHECKING:
    from .database_url import Place
    from .interface import Store

_NEEDED = ("psycopg", "psycopg_pool")


def open_store(place: Place | None) -> Store:
    """Open the store of a server.

    Args:
        place: its file, or its database; in memory without one.

    Raises:
        StoreError: it can't be used.
    """
    if not isinstance(place, DatabaseURL):
        return SQLiteStore(place)
    if any(find_spec(name) is None for name in _NEEDED):
        command = install_command("postgres", with_path=True)
        raise StoreError(f"a store in PostgreSQL needs psycopg and its pool: {command}")
    try:
        # Others need not have it.
        from .postgres import PostgresStore
    except ImportError as error:
        # It finds no libpq, say.
        raise StoreError(f"psycopg can't be used: {error}") from error
    return PostgresStore(place)
