"""The file search of a run: in which vector stores, how many hits, and which."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ..http.errors import HTTPError
from ..search.errors import EmbeddingError, SearchError
from .turn_context import tokens, vector_stores_of

if TYPE_CHECKING:
    from ..library.library import Library
    from ..library.searcher import Found
    from ..store import Store

JSON = dict[str, Any]
# As the API: fewer for the models with a short memory.
_MOST, _MOST_OF_OLD = 20, 5
# Seconds that a run waits for files that were attached just before; as the API.
_PATIENCE = 60.0


class FileSearchError(Exception):
    """A search can't be made; the text is for the run's `last_error`."""


@dataclass(frozen=True)
class SearchOptions:
    """What the tool says of its searches: how many hits, and which are too poor."""

    limit: int
    ranker: str
    score_threshold: float

    @property
    def ranking(self) -> JSON:
        """Return them as a run step shows them."""
        return {"ranker": self.ranker, "score_threshold": self.score_threshold}


def options_of(run: JSON) -> SearchOptions:
    """Return the options of a run's file search."""
    tools = (each for each in run["tools"] if each["type"] == "file_search")
    tool: JSON = next(tools, {})
    given = tool.get("file_search") or {}
    most = _MOST_OF_OLD if run["model"].startswith("gpt-3.5") else _MOST
    ranking = given.get("ranking_options") or {}
    return SearchOptions(
        given.get("max_num_results") or most,
        ranking.get("ranker") or "auto",
        float(ranking.get("score_threshold") or 0),
    )


class FileSearcher:
    """What searches for runs."""

    def __init__(self, store: Store, library: Library) -> None:
        self._store = store
        self._library = library

    def of(self, store: Store) -> FileSearcher:
        """Return what searches for the runs of a project.

        Args:
            store: the store as the project sees it.
        """
        return FileSearcher(store, self._library.of(store))

    async def search(
        self, run: JSON, query: str, *, room: int | None = None
    ) -> tuple[JSON, ...]:
        """Return what a search of a run finds, as the API's objects, with content.

        Files that are still being indexed are waited for, up to a minute.

        Args:
            run: the run.
            query: what is searched for.
            room: how many tokens the results may have; None for no limit.

        Raises:
            FileSearchError: a vector store has expired, or the index can't be used.
        """
        options = options_of(run)
        stores = await self._store.perform(partial(self._use, run))
        searcher = self._library.searcher
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await searcher.settled(stores)
        try:
            found = await searcher.search(
                stores,
                [query],
                options.limit,
                score_threshold=options.score_threshold,
                ranker=options.ranker,
            )
        except (EmbeddingError, SearchError) as error:
            raise FileSearchError(f"The files can't be searched: {error}") from error
        results = []
        for each in found:
            if room is not None:
                room -= tokens(each.hit.text)
                if room < 0:
                    break
            results.append(_result(each))
        return tuple(results)

    def _use(self, run: JSON) -> list[str]:
        """Return the vector stores of a run that exist, noted as used now."""
        ids = vector_stores_of(self._store, run)
        self._store.lock(*ids)
        every = (self._store.get("vector_store", each) for each in ids)
        found = [store for store in every if store]
        for store in found:
            try:
                self._library.use_store(store)
            except HTTPError as error:
                raise FileSearchError(str(error)) from error
        return [store["id"] for store in found]


def _result(found: Found) -> JSON:
    return {
        "file_id": found.hit.file_id,
        "file_name": found.filename,
        "score": found.hit.score,
        "content": [{"type": "text", "text": found.hit.text}],
    }
