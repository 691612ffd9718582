"""The state of the server: what a store does, and one in SQLite."""

from .interface import Page, Store, Stored, StoredResponse, StoreError
from .opening import open_store
from .sqlite import SQLiteStore

__all__ = [
    "Page",
    "SQLiteStore",
    "Store",
    "StoreError",
    "Stored",
    "StoredResponse",
    "open_store",
]
