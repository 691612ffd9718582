"""Live vector stores: they are filled and searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._api import VectorStoreObject
from ._live import LiveObject, SyncObject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self, Unpack

    from .._api import (
        DeleteVectorStoreResponse,
        FileTypes,
        VectorStoreFileBatchObject,
        VectorStoreSearchResultItem,
    )
    from ..client import AsyncClient, Client
    from ..pages import AsyncPages, Page
    from ..resources._params import (
        Options,
        VectorStoreFileBatchesUploadAndPoll,
        VectorStoresSearch,
        VectorStoresUpdate,
    )


class VectorStore(SyncObject, VectorStoreObject):
    """A vector store, as the server returned it last, with methods that act on it."""

    __slots__ = ("_binding", "_read")

    _client: Client
    _updated_by = "UpdateVectorStoreRequest"

    @property
    def _id(self) -> str:
        return self._key("vector_store_id", "id")

    def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the vector store again, in place.

        Raises:
            APIError: the call fails.
        """
        return self._adopt(self._client.vector_stores.retrieve(self._id, **options))

    def update(self, **params: Unpack[VectorStoresUpdate]) -> Self:
        """Change the vector store; see `refresh` for the errors."""
        return self._adopt(
            self._client.vector_stores.update(self._id, **self._changed(params))
        )

    def delete(self, **options: Unpack[Options]) -> DeleteVectorStoreResponse:
        """Delete the vector store, but not its files; see `refresh` for the errors."""
        return self._client.vector_stores.delete(self._id, **options)

    def upload(
        self, *files: FileTypes, **params: Unpack[VectorStoreFileBatchesUploadAndPoll]
    ) -> VectorStoreFileBatchObject:
        """Upload files, add them, and wait until they have been indexed.

        Args:
            files: the files.
            params: what else `vector_stores.file_batches.upload_and_poll` takes.

        Raises:
            UploadError: some could not be uploaded; nothing was added.
            WaitTimeout: the time is up; it goes on at the server.
            APIError: a call fails.
        """
        batches = self._client.vector_stores.file_batches
        return batches.upload_and_poll(self._id, files=files, **params)

    def search(
        self, query: str | Sequence[str], **params: Unpack[VectorStoresSearch]
    ) -> Page[VectorStoreSearchResultItem]:
        """Search the vector store.

        Args:
            query: what to search for.
            params: what else `vector_stores.search` takes.

        Raises:
            APIError: the call fails.
        """
        return self._client.vector_stores.search(self._id, query=query, **params)


class AsyncVectorStore(LiveObject, VectorStoreObject):
    """A vector store whose methods are awaited; see `VectorStore`."""

    __slots__ = ("_binding", "_read")

    _client: AsyncClient
    _updated_by = "UpdateVectorStoreRequest"

    @property
    def _id(self) -> str:
        return self._key("vector_store_id", "id")

    async def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the vector store again, in place.

        Raises:
            APIError: the call fails.
        """
        stores = self._client.vector_stores
        return self._adopt(await stores.retrieve(self._id, **options))

    async def update(self, **params: Unpack[VectorStoresUpdate]) -> Self:
        """Change the vector store; see `refresh` for the errors."""
        return self._adopt(
            await self._client.vector_stores.update(self._id, **self._changed(params))
        )

    async def delete(self, **options: Unpack[Options]) -> DeleteVectorStoreResponse:
        """Delete the vector store, but not its files; see `refresh` for the errors."""
        return await self._client.vector_stores.delete(self._id, **options)

    async def upload(
        self, *files: FileTypes, **params: Unpack[VectorStoreFileBatchesUploadAndPoll]
    ) -> VectorStoreFileBatchObject:
        """Upload files, add them, and wait; see `VectorStore.upload`."""
        batches = self._client.vector_stores.file_batches
        return await batches.upload_and_poll(self._id, files=files, **params)

    def search(
        self, query: str | Sequence[str], **params: Unpack[VectorStoresSearch]
    ) -> AsyncPages[VectorStoreSearchResultItem]:
        """Search the vector store; see `VectorStore.search`."""
        return self._client.vector_stores.search(self._id, query=query, **params)
