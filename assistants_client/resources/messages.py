"""Messages: the methods of `client.threads.messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import AsyncResource, Resource, cached_property

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import DeleteMessageResponse
    from .._operations import HasId
    from ..objects.messages import AsyncMessage, Message
    from ..pages import AsyncPages, Page
    from ._params import MessageCreate, MessageListParams, MessageUpdate, Options
    from ._raw import AsyncRawMessages, RawMessages
    from ._streamed import AsyncStreamedMessages, StreamedMessages


class Messages(Resource):
    """Messages, as methods."""

    @cached_property
    def with_raw_response(self) -> RawMessages:
        """Give the same methods, which give whole answers."""
        from ._raw import RawMessages

        return RawMessages(self)

    @cached_property
    def with_streaming_response(self) -> StreamedMessages:
        """Give the same methods for `with`, with answers still to be read."""
        from ._streamed import StreamedMessages

        return StreamedMessages(self)

    def create(
        self, thread_id: str | HasId, **params: Unpack[MessageCreate]
    ) -> Message:
        """Add a message to a thread."""
        result: Message = self._do(
            "threads.messages.create", params, thread_id=thread_id
        )
        return result

    def retrieve(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[Options],
    ) -> Message:
        """Give a message."""
        result: Message = self._do(
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
    ) -> Message:
        """Change a message's metadata."""
        result: Message = self._do(
            "threads.messages.update",
            params,
            message_id=message_id,
            thread_id=thread_id,
        )
        return result

    def list(
        self, thread_id: str | HasId, **params: Unpack[MessageListParams]
    ) -> Page[Message]:
        """List the messages of a thread, page by page."""
        page: Page[Message] = self._list(
            "threads.messages.list", params, thread_id=thread_id
        )
        return page

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

    @cached_property
    def with_raw_response(self) -> AsyncRawMessages:
        """Give the same methods, which give whole answers."""
        from ._raw import AsyncRawMessages

        return AsyncRawMessages(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedMessages:
        """Give the same methods for `async with`, with answers still to be read."""
        from ._streamed import AsyncStreamedMessages

        return AsyncStreamedMessages(self)

    async def create(
        self, thread_id: str | HasId, **params: Unpack[MessageCreate]
    ) -> AsyncMessage:
        """Add a message to a thread."""
        result: AsyncMessage = await self._do(
            "threads.messages.create", params, thread_id=thread_id
        )
        return result

    async def retrieve(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[Options],
    ) -> AsyncMessage:
        """Give a message."""
        result: AsyncMessage = await self._do(
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
    ) -> AsyncMessage:
        """Change a message's metadata."""
        result: AsyncMessage = await self._do(
            "threads.messages.update",
            params,
            message_id=message_id,
            thread_id=thread_id,
        )
        return result

    def list(
        self, thread_id: str | HasId, **params: Unpack[MessageListParams]
    ) -> AsyncPages[AsyncMessage]:
        """List the messages of a thread, page by page."""
        pages: AsyncPages[AsyncMessage] = self._list(
            "threads.messages.list", params, thread_id=thread_id
        )
        return pages

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
