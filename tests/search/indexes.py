"""An index where the servers of the tests have theirs: `pytest --store` says where."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from assistants_server.search import Index
from assistants_server.store import SQLiteStore
from tests.store.stores import opener

if TYPE_CHECKING:
    from assistants_server.search.embeddings import Embedder
    from assistants_server.search.interface import SearchIndex
    from assistants_server.store.postgres import PostgresStore


def new_index(embedder: Embedder | None = None) -> SearchIndex:
    """Return an empty index."""
    store = opener()(None)
    if isinstance(store, SQLiteStore):
        store.close()
        return Index(embedder=embedder)
    return index_in(cast("PostgresStore", store), embedder)


def index_in(store: PostgresStore, embedder: Embedder | None = None) -> SearchIndex:
    """Return the index of a store, which is closed with it."""
    # There may be no psycopg.
    from assistants_server.search.postgres import PostgresIndex

    class Closing(PostgresIndex):
        def close(self) -> None:
            store.close()

    return Closing(store, embedder)
