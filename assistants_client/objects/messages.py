"""Messages that are alive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._api import MessageObject
from ._bound import Bound

if TYPE_CHECKING:
    from typing import Self, Unpack

    from .._api import DeleteMessageResponse
    from ..client import AsyncClient, Client
    from ..resources._params import MessageUpdate, Options
    from .runs import AsyncRun, Run
    from .threads import AsyncThread, Thread


class _Message(Bound, MessageObject):
    """What both kinds of message have in common."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """Give all text of the message; its parts are in `content`."""
        parts: Any = self.content
        texts = [_text_of(part) for part in (parts if isinstance(parts, list) else [])]
        return "\n".join(text for text in texts if text)

    @property
    def _ids(self) -> dict[str, Any]:
        return {
            "message_id": self._key("message_id", "id"),
            "thread_id": self._key("thread_id"),
        }

    @property
    def _run_ids(self) -> dict[str, Any]:
        return {"run_id": self._key("run_id"), "thread_id": self._key("thread_id")}


def _text_of(part: Any) -> str:
    text = getattr(part, "text", None)
    # What is not set has a value as well, as it is an enum.
    value = getattr(text, "value", None) if text else None
    return value if isinstance(value, str) else ""


class Message(_Message):
    """A message, as the server gave it last, with what can be done with it."""

    __slots__ = ("_place",)

    @property
    def _client(self) -> Client:
        client: Client = self._at().client
        return client

    def refresh(self, **options: Unpack[Options]) -> Self:
        """Read the message again.

        Raises:
            APIError: the call fails.
        """
        messages = self._client.threads.messages
        return self._adopt(messages.retrieve(**self._ids, **options))

    def update(self, **params: Unpack[MessageUpdate]) -> Self:
        """Change the message's metadata; `refresh` has the errors."""
        messages = self._client.threads.messages
        return self._adopt(messages.update(**self._ids, **params))

    def delete(self, **options: Unpack[Options]) -> DeleteMessageResponse:
        """Delete the message; `refresh` has the errors."""
        return self._client.threads.messages.delete(**self._ids, **options)

    def thread(self, **options: Unpack[Options]) -> Thread:
        """Give the thread; `refresh` has the errors."""
        return self._client.threads.retrieve(self._key("thread_id"), **options)

    def run(self, **options: Unpack[Options]) -> Run:
        """Give the run that wrote the message; `refresh` has the errors.

        Raises:
            ConfigurationError: none did.
        """
        return self._client.threads.runs.retrieve(**self._run_ids, **options)


class AsyncMessage(_Message):
    """A message whose methods are awaited; `Message` says what they do."""

    __slots__ = ("_place",)

    @property
    def _client(self) -> AsyncClient:
        client: AsyncClient = self._at().client
        return client

    async def refresh(self, **options: Unpack[Options]) -> Self:
        """Read the message again.

        Raises:
            APIError: the call fails.
        """
        messages = self._client.threads.messages
        return self._adopt(await messages.retrieve(**self._ids, **options))

    async def update(self, **params: Unpack[MessageUpdate]) -> Self:
        """Change the message's metadata; `refresh` has the errors."""
        messages = self._client.threads.messages
        return self._adopt(await messages.update(**self._ids, **params))

    async def delete(self, **options: Unpack[Options]) -> DeleteMessageResponse:
        """Delete the message; `refresh` has the errors."""
        return await self._client.threads.messages.delete(**self._ids, **options)

    async def thread(self, **options: Unpack[Options]) -> AsyncThread:
        """Give the thread; `refresh` has the errors."""
        return await self._client.threads.retrieve(self._key("thread_id"), **options)

    async def run(self, **options: Unpack[Options]) -> AsyncRun:
        """Give the run that wrote the message; `refresh` has the errors.

        Raises:
            ConfigurationError: none did.
        """
        return await self._client.threads.runs.retrieve(**self._run_ids, **options)
