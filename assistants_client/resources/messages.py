"""Messages: the methods of `client.threads.messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import AsyncResource, Resource

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import DeleteMessageResponse, MessageObject
    from .._endpoints import HasId
    from .._pages import AsyncPages, Page
    from ._params import MessageCreate, MessageListParams, MessageUpdate, Options


class Messages(Resource):
    """Messages, as methods."""

    def create(
        self, thread_id: str | HasId, **params: Unpack[MessageCreate]
    ) -> MessageObject:
        """Add a message to a thread."""
        result: MessageObject = self._do(
            "threads.messages.create", params, thread_id=thread_id
        )
        return result

    def retrieve(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[Options],
    ) -> MessageObject:
        """Give a message."""
        result: MessageObject = self._do(
            "threads.messages.retrieve",
            params,
            message_id=message_id,
            thread_id=thread_id,
        )
        return result

    def update(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[MessageUpdate],
    ) -> MessageObject:
        """Change a message's metadata."""
        result: MessageObject = self._do(
            "threads.messages.update",
            params,
            message_id=message_id,
            thread_id=thread_id,
        )
        return result

    def list(
        self, thread_id: str | HasId, **params: Unpack[MessageListParams]
    ) -> Page[MessageObject]:
        """List the messages of a thread, page by page."""
        return self._list("threads.messages.list", params, thread_id=thread_id)

    def delete(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[Options],
    ) -> DeleteMessageResponse:
        """Delete a message."""
        result: DeleteMessageResponse = self._do(
            "threads.messages.delete",
            params,
            message_id=message_id,
            thread_id=thread_id,
        )
        return result


class AsyncMessages(AsyncResource):
    """Messages, as methods that are awaited."""

    async def create(
        self, thread_id: str | HasId, **params: Unpack[MessageCreate]
    ) -> MessageObject:
        """Add a message to a thread."""
        result: MessageObject = await self._do(
            "threads.messages.create", params, thread_id=thread_id
        )
        return result

    async def retrieve(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[Options],
    ) -> MessageObject:
        """Give a message."""
        result: MessageObject = await self._do(
            "threads.messages.retrieve",
            params,
            message_id=message_id,
            thread_id=thread_id,
        )
        return result

    async def update(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[MessageUpdate],
    ) -> MessageObject:
        """Change a message's metadata."""
        result: MessageObject = await self._do(
            "threads.messages.update",
            params,
            message_id=message_id,
            thread_id=thread_id,
        )
        return result

    def list(
        self, thread_id: str | HasId, **params: Unpack[MessageListParams]
    ) -> AsyncPages[MessageObject]:
        """List the messages of a thread, page by page."""
        return self._list("threads.messages.list", params, thread_id=thread_id)

    async def delete(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[Options],
    ) -> DeleteMessageResponse:
        """Delete a message."""
        result: DeleteMessageResponse = await self._do(
            "threads.messages.delete",
            params,
            message_id=message_id,
            thread_id=thread_id,
        )
        return result
