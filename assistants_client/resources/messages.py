"""Messages: the methods of `client.threads.messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._operations import (
    CREATE_MESSAGE,
    DELETE_MESSAGE,
    LIST_MESSAGES,
    RETRIEVE_MESSAGE,
    UPDATE_MESSAGE,
)
from ._base import AsyncResource, Resource, cached_property

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import DeleteMessageResponse
    from .._call import HasId
    from ..objects.messages import AsyncMessage, Message
    from ..pages import AsyncPages, Page
    from ._params import MessageCreate, MessageListParams, MessageUpdate, Options
    from ._raw import AsyncRawMessages, RawMessages
    from ._streamed import AsyncStreamedMessages, StreamedMessages


class Messages(Resource):
    """Messages, as methods."""

    @cached_property
    def with_raw_response(self) -> RawMessages:
        """Return the same methods, which return the whole response."""
        from ._raw import RawMessages

        return RawMessages(self)

    @cached_property
    def with_streaming_response(self) -> StreamedMessages:
        """Return the same methods for `with`, with the response still to be read."""
        from ._streamed import StreamedMessages

        return StreamedMessages(self)

    def create(
        self, thread_id: str | HasId, **params: Unpack[MessageCreate]
    ) -> Message:
        """Add a message to a thread."""
        return self._do(CREATE_MESSAGE, params, thread_id=thread_id)

    def retrieve(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[Options],
    ) -> Message:
        """Return a message."""
        return self._do(
            RETRIEVE_MESSAGE, params, message_id=message_id, thread_id=thread_id
        )

    def update(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[MessageUpdate],
    ) -> Message:
        """Change a message's metadata."""
        return self._do(
            UPDATE_MESSAGE, params, message_id=message_id, thread_id=thread_id
        )

    def list(
        self, thread_id: str | HasId, **params: Unpack[MessageListParams]
    ) -> Page[Message]:
        """List the messages of a thread, page by page."""
        return self._list(LIST_MESSAGES, params, thread_id=thread_id)

    def delete(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[Options],
    ) -> DeleteMessageResponse:
        """Delete a message."""
        return self._do(
            DELETE_MESSAGE, params, message_id=message_id, thread_id=thread_id
        )


class AsyncMessages(AsyncResource):
    """Messages, as methods that are awaited."""

    @cached_property
    def with_raw_response(self) -> AsyncRawMessages:
        """Return the same methods, which return the whole response."""
        from ._raw import AsyncRawMessages

        return AsyncRawMessages(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedMessages:
        """Return the same methods for `async with`, whose responses are unread."""
        from ._streamed import AsyncStreamedMessages

        return AsyncStreamedMessages(self)

    async def create(
        self, thread_id: str | HasId, **params: Unpack[MessageCreate]
    ) -> AsyncMessage:
        """Add a message to a thread."""
        return await self._do(CREATE_MESSAGE, params, thread_id=thread_id)

    async def retrieve(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[Options],
    ) -> AsyncMessage:
        """Return a message."""
        return await self._do(
            RETRIEVE_MESSAGE, params, message_id=message_id, thread_id=thread_id
        )

    async def update(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[MessageUpdate],
    ) -> AsyncMessage:
        """Change a message's metadata."""
        return await self._do(
            UPDATE_MESSAGE, params, message_id=message_id, thread_id=thread_id
        )

    def list(
        self, thread_id: str | HasId, **params: Unpack[MessageListParams]
    ) -> AsyncPages[AsyncMessage]:
        """List the messages of a thread, page by page."""
        return self._list(LIST_MESSAGES, params, thread_id=thread_id)

    async def delete(
        self,
        message_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[Options],
    ) -> DeleteMessageResponse:
        """Delete a message."""
        return await self._do(
            DELETE_MESSAGE, params, message_id=message_id, thread_id=thread_id
        )
