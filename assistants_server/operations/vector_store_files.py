"""The operations of the files in vector stores, and of batches of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..contract import objects
from ..contract.file_objects import file_batch, shown_batch
from ..http.errors import not_found
from ..http.results import Result
from ..http.validation import wrong_value
from .pages import page_of
from .resources import Resource

if TYPE_CHECKING:
    from ..http.validation import ValidRequest

JSON = dict[str, Any]


class VectorStoreFiles(Resource):
    """The operations of the files in vector stores."""

    def list_vector_store_files(self, request: ValidRequest) -> Result:
        """Return a page of the files in a vector store."""
        store = self.find("vector_store", request.path["vector_store_id"])
        return _page(self, request, store["id"])

    def create_vector_store_file(self, request: ValidRequest) -> Result:
        """Add a file to a vector store, to be indexed."""
        store = self.find("vector_store", request.path["vector_store_id"])
        self.check_files(request)
        self.library.use_store(store)
        self.library.add(store["id"], [request.body])
        return self.polled(self._file(store["id"], request.body["file_id"]))

    def get_vector_store_file(self, request: ValidRequest) -> Result:
        """Return a file of a vector store."""
        return self.polled(self._found(request))

    def update_vector_store_file_attributes(self, request: ValidRequest) -> Result:
        """Replace the attributes of a file."""
        attributes = request.body["attributes"] or {}
        changed = {**self._found(request), "attributes": attributes}
        self.store.vector_store_files.put(changed)
        return Result(changed)

    def delete_vector_store_file(self, request: ValidRequest) -> Result:
        """Take a file out of a vector store; the file itself stays."""
        found = self._found(request)
        self.library.remove(found["vector_store_id"], found["id"])
        return Result(objects.deleted(found))

    def retrieve_vector_store_file_content(self, request: ValidRequest) -> Result:
        """Return the text of a file, as it is searched: in chunks."""
        found = self._found(request)
        pair = (found["vector_store_id"], found["id"])
        return Result({}, later=partial(self._content, *pair))

    async def _content(self, store: str, file: str) -> JSON:
        texts = await self.library.searcher.content(store, file)
        return {
            "object": "vector_store.file_content.page",
            "data": [{"type": "text", "text": each} for each in texts],
            "has_more": False,
            "next_page": None,
        }

    def _found(self, request: ValidRequest) -> JSON:
        store = self.find("vector_store", request.path["vector_store_id"])
        return self._file(store["id"], request.path["file_id"])

    def _file(self, store: str, id: str) -> JSON:
        found = self.store.vector_store_files.get(store, id)
        if found is None:
            raise not_found("vector store file", id)
        return found.body


class FileBatches(Resource):
    """The operations of batches of files in vector stores."""

    def create_vector_store_file_batch(self, request: ValidRequest) -> Result:
        """Add files to a vector store, to be indexed together."""
        store = self.find("vector_store", request.path["vector_store_id"])
        body = request.body
        if "file_ids" in body and "files" in body:
            raise wrong_value("$.files", "is not possible together with file_ids")
        self.check_files(request)
        self.library.use_store(store)
        made = file_batch(store["id"])
        self.store.add("file_batch", made, thread=store["id"])
        names = ("attributes", "chunking_strategy")
        same = {name: body[name] for name in names if name in body}
        ids = body.get("file_ids", ())
        requests = body.get("files") or [{"file_id": each, **same} for each in ids]
        self.library.add(store["id"], requests, batch=made["id"])
        return self.polled(self._shown(made))

    def get_vector_store_file_batch(self, request: ValidRequest) -> Result:
        """Return a batch."""
        return self.polled(self._shown(self._batch(request)))

    def cancel_vector_store_file_batch(self, request: ValidRequest) -> Result:
        """Cancel what is left of a batch; one that has ended stays as it is."""
        return Result(self._shown(self.library.cancel(self._batch(request))))

    def list_files_in_vector_store_batch(self, request: ValidRequest) -> Result:
        """Return a page of the files of a batch."""
        batch = self._batch(request)
        store = batch["vector_store_id"]
        return _page(self, request, store, batch=batch["id"])

    def _batch(self, request: ValidRequest) -> JSON:
        store = self.find("vector_store", request.path["vector_store_id"])["id"]
        batch = self.store.get("file_batch", request.path["batch_id"], thread=store)
        if batch is None:
            raise not_found("file batch", request.path["batch_id"])
        return batch

    def _shown(self, batch: JSON) -> JSON:
        store, files = batch["vector_store_id"], self.store.vector_store_files
        return shown_batch(batch, files.counts(store, batch=batch["id"])[0])


def _page(
    resource: Resource, request: ValidRequest, store: str, *, batch: str | None = None
) -> Result:
    files, status = resource.store.vector_store_files, request.query.get("filter")
    if resource.find("vector_store", store)["status"] == "expired":
        # What is left in it is being taken out.
        store = ""
    return page_of(
        resource.store,
        request,
        position=partial(files.position, store, batch=batch),
        page=partial(files.page, store, batch=batch, status=status),
    )
