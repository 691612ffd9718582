"""The index of the server, opened when it is first needed."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from ..contents import UnreachableError
from ..contents.folder import Folder
from ..search.chunks import chunks
from ..search.errors import NoIndexError, SearchError
from ..search.extraction import StoppedError, extract, unopened
from ..search.index import Index
from ..store import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from ..contents import Contents
    from ..search.chunks import Chunk
    from ..search.embeddings import Embedder
    from ..search.hits import Hit
    from ..search.interface import Added, SearchIndex
    from ..store import Store
    from ..store.postgres import PostgresStore

JSON = dict[str, Any]
_NAME = "index.db"
_log = logging.getLogger("assistants_server")


class IndexFile:
    """The index, in the folder of the server; its methods may be called in threads.

    All of it can be made anew from the contents, so one that is damaged is.
    """

    def __init__(
        self, contents: Contents, folder: Folder, embedder: Embedder | None
    ) -> None:
        """Open nothing yet.

        Args:
            contents: the contents of the files.
            folder: where the index is.
            embedder: makes embeddings, where meaning counts too.
        """
        self._contents = contents
        self._folder = folder
        self._embedder = embedder
        self._index: SearchIndex | None = None
        self._lock = threading.Lock()
        self._closed = False

    def files(self) -> set[tuple[str, str]]:
        """Return what is in it: ids of vector stores and of files."""
        return self._opened().files() if self._exists() else set()

    def stores(self) -> set[str]:
        """Return the ids of the vector stores in it, also of those without files."""
        return self._opened().stores() if self._exists() else set()

    def adding(
        self, file: JSON, filename: str, stop: threading.Event
    ) -> Callable[[], Added]:
        """Return what adds a file of a vector store.

        Args:
            file: the API's object.
            filename: the name that its user gave it.
            stop: set to stop adding.
        """

        def add() -> Added:
            with lent(self._contents, file["id"]) as path:
                text = extract(path, filename, stop=stop)
            pieces = _until(stop, chunks(text, file["chunking_strategy"]))
            return self._opened().add(file["vector_store_id"], file["id"], pieces)

        return add

    def removing(self, vector_store: str, file: str | None) -> Callable[[], None]:
        """Return what removes a file from a vector store, or all of them."""
        if not self._exists():
            return _nothing
        return partial(self._remove, vector_store, file)

    def content(self, vector_store: str, file: str) -> list[Chunk]:
        """Return the chunks of a file in a vector store."""
        return self._opened().content(vector_store, file) if self._exists() else []

    def search(
        self,
        vector_stores: Sequence[str],
        queries: Sequence[str],
        limit: int,
        *,
        files: Collection[str] | None = None,
        score_threshold: float = 0.0,
        ranker: str = "auto",
    ) -> list[Hit]:
        """Return the chunks that fit best, best first.

        Args:
            vector_stores: the ids of those to search.
            queries: one question or several.
            limit: how many chunks at most.
            files: the ids of the files to search in; all without it.
            score_threshold: the least score, from 0 to 1.
            ranker: the API's; with `none` words alone decide.

        Raises:
            EmbeddingError: the queries have no embeddings.
            SearchError: the index can't be read.
        """
        if not self._exists():
            return []
        return self._opened().search(
            vector_stores,
            queries,
            limit,
            file_ids=files,
            score_threshold=score_threshold,
            ranker=ranker,
        )

    def close(self) -> None:
        """Close it; what is being added breaks off."""
        with self._lock:
            self._closed = True
            if self._index:
                self._index.close()

    def _remove(self, vector_store: str, file: str | None) -> None:
        self._opened().remove(vector_store, file)

    def _exists(self) -> bool:
        return self._index is not None or self._folder.has(_NAME)

    def _opened(self) -> SearchIndex:
        with self._lock:
            if self._closed:
                raise SearchError("The server is being stopped.")
            if self._index is None:
                self._index = self._open()
            return self._index

    def _open(self) -> SearchIndex:
        path = self._folder.path / _NAME
        try:
            return Index(path, embedder=self._embedder)
        except NoIndexError as error:
            _log.warning("the index is made anew: %s", error)
        for each in ("", "-wal", "-shm", "-journal"):
            path.with_name(f"{_NAME}{each}").unlink(missing_ok=True)
        return Index(path, embedder=self._embedder)


class IndexTables(IndexFile):
    """The index in the database of a store, which other servers use, too."""

    def __init__(
        self, contents: Contents, store: PostgresStore, embedder: Embedder | None
    ) -> None:
        """Open nothing yet.

        Args:
            contents: the contents of the files.
            store: what has the database.
            embedder: makes embeddings, where meaning counts too.
        """
        super().__init__(contents, Folder(None), embedder)
        self._store = store

    def _exists(self) -> bool:
        return True

    def _open(self) -> SearchIndex:
        # Others need not have what it imports.
        from ..search.postgres import PostgresIndex

        return PostgresIndex(self._store, self._embedder)


def open_index(
    contents: Contents, store: Store, folder: Folder, embedder: Embedder | None
) -> IndexFile:
    """Return the index of a server: with the store where that is a database.

    Args:
        contents: the contents of the files.
        store: the store.
        folder: the folder of the server.
        embedder: makes embeddings, where meaning counts too.
    """
    if isinstance(store, SQLiteStore):
        return IndexFile(contents, folder, embedder)
    return IndexTables(contents, cast("PostgresStore", store), embedder)


@contextmanager
def lent(contents: Contents, id: str) -> Iterator[Path]:
    """Lend the content of a file that is to be read.

    Raises:
        ExtractionError: it isn't there.
        UnreachableError: it can't be reached now.
    """
    with ExitStack() as stack:
        try:
            path = stack.enter_context(contents.lent(id))
        except UnreachableError:
            raise
        except OSError as error:
            raise unopened(error) from error
        yield path


def _until(stop: threading.Event, pieces: Iterator[Chunk]) -> Iterator[Chunk]:
    for each in pieces:
        if stop.is_set():
            raise StoppedError
        yield each


def _nothing() -> None:
    """Do nothing: there is no index to change."""
