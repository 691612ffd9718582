"""Live messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._api import MessageObject
from ._live import LiveObject, SyncObject

if TYPE_CHECKING:
    from typing import Self, Unpack

    from .._api import DeleteMessageResponse
    from ..client import AsyncClient, Client
    from ..resources._params import MessagesUpdate, Options
    from .runs import AsyncRun, Run
    from .threads import AsyncThread, Thread


class _Message(LiveObject, MessageObject):
    """What both kinds of message have in common."""

    __slots__ = ()

    _updated_by = "ModifyMessageRequest"

    @property
    def text(self) -> str:
        """Return all text of the message; its parts are in `content`."""
        parts: Any = self.content
        if isinstance(parts, str):
            # As it was sent: some servers keep it like that.
            return parts
        texts = [_text_of(part) for part in (parts if isinstance(parts, list) else [])]
        return "\n".join(text for text in texts if text)

    @property
    def _ids(self) -> dict[str, Any]:
        key, thread = self._key("message_id", "id"), self._key("thread_id")
        return {"message_id": key, "thread_id": thread}

    @property
    def _run_ids(self) -> dict[str, Any]:
        return {"run_id": self._key("run_id"), "thread_id": self._key("thread_id")}


def _text_of(part: Any) -> str:
    text = getattr(part, "text", None)
    value = text if isinstance(text, str) else getattr(text, "value", None)
    return value if isinstance(value, str) else ""


class Message(SyncObject, _Message):
    """A message, as the server returned it last, with methods that act on it."""

    __slots__ = ("_binding", "_read")

    _client: Client

    def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the message again, in place.

        Raises:
            APIError: the call fails.
        """
        messages = self._client.threads.messages
        return self._adopt(messages.retrieve(**self._ids, **options))

    def update(self, **params: Unpack[MessagesUpdate]) -> Self:
        """Update the message's metadata; see `refresh` for the errors."""
        messages = self._client.threads.messages
        return self._adopt(messages.update(**self._ids, **self._changed(params)))

    def delete(self, **options: Unpack[Options]) -> DeleteMessageResponse:
        """Delete the message; see `refresh` for the errors."""
        return self._client.threads.messages.delete(**self._ids, **options)

    def thread(self, **options: Unpack[Options]) -> Thread:
        """Return the thread; see `refresh` for the errors."""
        return self._client.threads.retrieve(self._key("thread_id"), **options)

    def run(self, **options: Unpack[Options]) -> Run:
        """Return the run that wrote the message; see `refresh` for the errors.

        Raises:
            ConfigurationError: no run wrote it.
        """
        return self._client.threads.runs.retrieve(**self._run_ids, **options)


class AsyncMessage(_Message):
    """A message whose methods are awaited; see `Message`."""

    __slots__ = ("_binding", "_read")

    _client: AsyncClient

    async def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the message again, in place.

        Raises:
            APIError: the call fails.
        """
        messages = self._client.threads.messages
        return self._adopt(await messages.retrieve(**self._ids, **options))

    async def update(self, **params: Unpack[MessagesUpdate]) -> Self:
        """Update the message's metadata; see `refresh` for the errors."""
        messages = self._client.threads.messages
        return self._adopt(await messages.update(**self._ids, **self._changed(params)))

    async def delete(self, **options: Unpack[Options]) -> DeleteMessageResponse:
        """Delete the message; see `refresh` for the errors."""
        return await self._client.threads.messages.delete(**self._ids, **options)

    async def thread(self, **options: Unpack[Options]) -> AsyncThread:
        """Return the thread; see `refresh` for the errors."""
        return await self._client.threads.retrieve(self._key("thread_id"), **options)

    async def run(self, **options: Unpack[Options]) -> AsyncRun:
        """Return the run that wrote the message; see `refresh` for the errors.

        Raises:
            ConfigurationError: no run wrote it.
        """
        return await self._client.threads.runs.retrieve(**self._run_ids, **options)
