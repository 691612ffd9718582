"""Live files: they are downloaded and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._api import OpenAIFile
from ._live import LiveObject, SyncObject

if TYPE_CHECKING:
    from typing import Self, Unpack

    from .._api import DeleteFileResponse
    from ..binary import HttpxBinaryResponseContent
    from ..client import AsyncClient, Client
    from ..resources._params import FilesWaitForProcessing, Options


class FileObject(SyncObject, OpenAIFile):
    """A file, as the server returned it last, with methods that act on it."""

    __slots__ = ("_binding", "_read")

    _client: Client

    @property
    def _id(self) -> str:
        return self._key("file_id", "id")

    def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the file again, in place.

        Raises:
            APIError: the call fails.
        """
        return self._adopt(self._client.files.retrieve(self._id, **options))

    def wait(self, **params: Unpack[FilesWaitForProcessing]) -> Self:
        """Wait until the file has been processed, well or not, in place.

        Args:
            params: what else `files.wait_for_processing` takes.

        Raises:
            WaitTimeout: the time is up; it goes on at the server.
            APIError: a call fails.
        """
        files = self._client.files
        return self._adopt(files.wait_for_processing(self._id, **params))

    def content(self, **options: Unpack[Options]) -> HttpxBinaryResponseContent:
        """Download the contents; see `refresh` for the errors."""
        return self._client.files.content(self._id, **options)

    def delete(self, **options: Unpack[Options]) -> DeleteFileResponse:
        """Delete the file; see `refresh` for the errors."""
        return self._client.files.delete(self._id, **options)


class AsyncFileObject(LiveObject, OpenAIFile):
    """A file whose methods are awaited; see `FileObject`."""

    __slots__ = ("_binding", "_read")

    _client: AsyncClient

    @property
    def _id(self) -> str:
        return self._key("file_id", "id")

    async def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the file again, in place.

        Raises:
            APIError: the call fails.
        """
        return self._adopt(await self._client.files.retrieve(self._id, **options))

    async def wait(self, **params: Unpack[FilesWaitForProcessing]) -> Self:
        """Wait until the file has been processed; see `FileObject.wait`."""
        files = self._client.files
        return self._adopt(await files.wait_for_processing(self._id, **params))

    async def content(self, **options: Unpack[Options]) -> HttpxBinaryResponseContent:
        """Download the contents; see `refresh` for the errors."""
        return await self._client.files.content(self._id, **options)

    async def delete(self, **options: Unpack[Options]) -> DeleteFileResponse:
        """Delete the file; see `refresh` for the errors."""
        return await self._client.files.delete(self._id, **options)
