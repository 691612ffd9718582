"""Searches in vector stores, for the operation and for runs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ..search.filters import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..search.hits import Hit
    from ..store import Store
    from .indexer import Indexer

JSON = dict[str, Any]
# Files whose attributes are compared before others are served in between.
_AT_ONCE = 500


@dataclass(frozen=True)
class Found:
    """A chunk that a search found.

    Attributes:
        hit: the chunk.
        filename: the name of its file.
        attributes: those of its file in the vector store.
    """

    hit: Hit
    filename: str
    attributes: JSON


class Searcher:
    """What searches vector stores."""

    def __init__(self, store: Store, indexer: Indexer) -> None:
        self._store = store
        self._entries = store.vector_store_files
        self._indexer = indexer

    async def search(
        self,
        vector_stores: Sequence[str],
        queries: Sequence[str],
        limit: int,
        *,
        filters: JSON | None = None,
        score_threshold: float = 0.0,
        ranker: str = "auto",
    ) -> list[Found]:
        """Return the chunks that fit best, best first.

        Args:
            vector_stores: the ids of those to search; unknown ones are empty.
            queries: one question or several.
            limit: how many chunks at most.
            filters: a filter of the API over the attributes of the files.
            score_threshold: the least score, from 0 to 1.
            ranker: the API's; with `none` words alone decide.

        Raises:
            EmbeddingError: the queries have no embeddings.
            FilterError: the filter can't be used.
            SearchError: the index can't be read.
        """
        files = None
        if filters is not None:
            files = [
                each for s in vector_stores for each in await self._files(s, filters)
            ]
        search = partial(
            self._indexer.index.search,
            vector_stores,
            queries,
            limit,
            files=files,
            score_threshold=score_threshold,
            ranker=ranker,
        )
        hits = await self._indexer.search(search)
        return await self._store.perform(partial(self._found, hits))

    async def content(self, vector_store: str, file: str) -> list[str]:
        """Return the chunks of a file in a vector store, in order."""
        content = partial(self._indexer.index.content, vector_store, file)
        return [chunk.text for chunk in await self._indexer.search(content)]

    async def settled(self, vector_stores: Sequence[str]) -> None:
        """Wait until no file of some vector stores is being indexed."""
        await self._indexer.settled(vector_stores)

    async def _files(self, vector_store: str, filters: JSON) -> list[str]:
        """Return the ids of the files whose attributes pass a filter."""
        files: list[str] = []
        place = -1
        attributes = partial(self._entries.attributes, vector_store, limit=_AT_ONCE)
        while page := await self._store.perform(partial(attributes, above=place)):
            files += [file for _, file, has in page if matches(filters, has)]
            place = page[-1][0]
            await asyncio.sleep(0)
        return files

    def _found(self, hits: Iterable[Hit]) -> list[Found]:
        """Return hits with what the store knows of them, if they weren't deleted."""
        return [found for hit in hits if (found := self._found_one(hit))]

    def _found_one(self, hit: Hit) -> Found | None:
        entry = self._entries.get(hit.vector_store_id, hit.file_id)
        file = self._store.get("file", hit.file_id)
        if entry is None or file is None:
            return None
        return Found(hit, file["filename"], entry.body["attributes"] or {})
