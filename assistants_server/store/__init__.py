"""The state of the server: what a store does, and those that there are."""

from .database_url import DatabaseURL, Place, place_of
from .interface import (
    ConflictError,
    Page,
    Store,
    StoreAwayError,
    Stored,
    StoredResponse,
    StoreError,
    UncertainChangeError,
    is_from,
)
from .place import open_store, store_exists
from .sqlite import SQLiteStore

__all__ = [
    "ConflictError",
    "DatabaseURL",
    "Page",
    "Place",
    "SQLiteStore",
    "Store",
    "StoreAwayError",
    "StoreError",
    "Stored",
    "StoredResponse",
    "UncertainChangeError",
    "is_from",
    "open_store",
    "place_of",
    "store_exists",
]
