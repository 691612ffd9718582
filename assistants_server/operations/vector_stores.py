"""The operations of vector stores, without those of their files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..contract import objects
from ..contract.file_objects import modified_store
from ..http.errors import HTTPError
from ..http.results import Result
from ..http.validation import wrong_value
from ..search.errors import EmbeddingError, SearchError
from ..search.filters import FilterError, check_filter
from .pages import list_page
from .resources import Resource

if TYPE_CHECKING:
    from ..http.validation import ValidRequest
    from ..library.searcher import Found

JSON = dict[str, Any]
_RESULTS = 10


class VectorStores(Resource):
    """The operations of vector stores."""

    def list_vector_stores(self, request: ValidRequest) -> Result:
        """Return a page of vector stores."""
        self.library.expire()
        show = self.library.shown
        return list_page(self.store, request, "vector_store", show=show)

    def create_vector_store(self, request: ValidRequest) -> Result:
        """Add a vector store with its first files."""
        self.check_files(request)
        return self.polled(self.library.shown(self.library.add_store(request.body)))

    def get_vector_store(self, request: ValidRequest) -> Result:
        """Return a vector store."""
        found = self.find("vector_store", request.path["vector_store_id"])
        return self.polled(self.library.shown(found))

    def modify_vector_store(self, request: ValidRequest) -> Result:
        """Modify a vector store's name, metadata or expiry."""
        found = self.find("vector_store", request.path["vector_store_id"])
        changed = modified_store(found, request.body)
        self.library.put_store(changed)
        return Result(self.library.shown(changed))

    def delete_vector_store(self, request: ValidRequest) -> Result:
        """Delete a vector store; its files stay."""
        found = self.find("vector_store", request.path["vector_store_id"])
        self.library.delete_store(found["id"])
        return Result(objects.deleted(found))

    def search_vector_store(self, request: ValidRequest) -> Result:
        """Search a vector store; the question is searched for as it is."""
        store = self.find("vector_store", request.path["vector_store_id"])
        try:
            check_filter(request.body.get("filters"))
        except FilterError as error:
            path, _, message = str(error).partition(": ")
            raise wrong_value(f"$.{path}", message) from error
        self.library.use_store(store)
        return Result({}, later=partial(self._search, store["id"], request.body))

    async def _search(self, store: str, body: JSON) -> JSON:
        query = body["query"]
        queries = [query] if isinstance(query, str) else query
        ranking = body.get("ranking_options") or {}
        try:
            found = await self.library.searcher.search(
                [store],
                queries,
                body.get("max_num_results", _RESULTS),
                filters=body.get("filters"),
                score_threshold=ranking.get("score_threshold", 0.0),
                ranker=ranking.get("ranker", "auto"),
            )
        except (EmbeddingError, SearchError) as error:
            raise HTTPError(500, str(error)) from error
        return {
            "object": "vector_store.search_results.page",
            "search_query": queries,
            "data": [_item(each) for each in found],
            "has_more": False,
            "next_page": None,
        }


def _item(found: Found) -> JSON:
    return {
        "file_id": found.hit.file_id,
        "filename": found.filename,
        "score": found.hit.score,
        "attributes": found.attributes,
        "content": [{"type": "text", "text": found.hit.text}],
    }
