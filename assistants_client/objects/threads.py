"""Threads that are alive: they take messages, and assistants run in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._api import ThreadObject
from ._bound import Bound

if TYPE_CHECKING:
    from typing import Self, Unpack

    from .._api import DeleteThreadResponse
    from .._call import HasId
    from ..client import AsyncClient, Client
    from ..pages import AsyncPages, Page
    from ..resources._params import (
        Content,
        ListParams,
        MessageAdd,
        MessageListParams,
        Options,
        RunCreate,
        RunStream,
        ThreadUpdate,
    )
    from ..streaming.handlers import AssistantEventHandler, AsyncAssistantEventHandler
    from ..streaming.managers import AssistantStreamManager, AsyncAssistantStreamManager
    from .messages import AsyncMessage, Message
    from .runs import AsyncRun, Run


class Thread(Bound, ThreadObject):
    """A thread, as the server gave it last, with what can be done with it."""

    __slots__ = ("_place",)

    @property
    def _client(self) -> Client:
        client: Client = self._at().client
        return client

    @property
    def _id(self) -> str:
        return self._key("thread_id", "id")

    def refresh(self, **options: Unpack[Options]) -> Self:
        """Read the thread again.

        Raises:
            APIError: the call fails.
        """
        return self._adopt(self._client.threads.retrieve(self._id, **options))

    def update(self, **params: Unpack[ThreadUpdate]) -> Self:
        """Change the thread's metadata or files; `refresh` has the errors."""
        return self._adopt(self._client.threads.update(self._id, **params))

    def delete(self, **options: Unpack[Options]) -> DeleteThreadResponse:
        """Delete the thread with all that is in it; `refresh` has the errors."""
        return self._client.threads.delete(self._id, **options)

    def add_message(
        self, content: Content, *, role: str = "user", **params: Unpack[MessageAdd]
    ) -> Message:
        """Add a message.

        Args:
            content: a text, or parts of a message.
            role: whose it is.
            params: whatever else `threads.messages.create` takes.

        Raises:
            APIError: the call fails.
        """
        given: Any = {**params, "role": role, "content": content}
        return self._client.threads.messages.create(self._id, **given)

    def list_messages(self, **params: Unpack[MessageListParams]) -> Page[Message]:
        """List the messages, page by page."""
        return self._client.threads.messages.list(self._id, **params)

    def run(self, assistant: str | HasId, **params: Unpack[RunCreate]) -> Run:
        """Let an assistant run in the thread.

        Args:
            assistant: the assistant, or its id.
            params: whatever else `threads.runs.create` takes.

        Raises:
            APIError: the call fails.
        """
        runs = self._client.threads.runs
        return runs.create(self._id, assistant_id=assistant, **params)

    def stream(
        self, assistant: str | HasId, **params: Unpack[RunStream]
    ) -> AssistantStreamManager[AssistantEventHandler]:
        """Let an assistant run in the thread, and give what happens, by `with`.

        Args:
            assistant: the assistant, or its id.
            params: whatever else `threads.runs.stream` takes.
        """
        runs = self._client.threads.runs
        return runs.stream(thread_id=self._id, assistant_id=assistant, **params)

    def list_runs(self, **params: Unpack[ListParams]) -> Page[Run]:
        """List the runs, page by page."""
        return self._client.threads.runs.list(self._id, **params)


class AsyncThread(Bound, ThreadObject):
    """A thread whose methods are awaited; `Thread` says what they do."""

    __slots__ = ("_place",)

    @property
    def _client(self) -> AsyncClient:
        client: AsyncClient = self._at().client
        return client

    @property
    def _id(self) -> str:
        return self._key("thread_id", "id")

    async def refresh(self, **options: Unpack[Options]) -> Self:
        """Read the thread again.

        Raises:
            APIError: the call fails.
        """
        return self._adopt(await self._client.threads.retrieve(self._id, **options))

    async def update(self, **params: Unpack[ThreadUpdate]) -> Self:
        """Change the thread's metadata or files; `refresh` has the errors."""
        return self._adopt(await self._client.threads.update(self._id, **params))

    async def delete(self, **options: Unpack[Options]) -> DeleteThreadResponse:
        """Delete the thread with all that is in it; `refresh` has the errors."""
        return await self._client.threads.delete(self._id, **options)

    async def add_message(
        self, content: Content, *, role: str = "user", **params: Unpack[MessageAdd]
    ) -> AsyncMessage:
        """Add a message; `Thread.add_message` has the arguments."""
        given: Any = {**params, "role": role, "content": content}
        return await self._client.threads.messages.create(self._id, **given)

    def list_messages(
        self, **params: Unpack[MessageListParams]
    ) -> AsyncPages[AsyncMessage]:
        """List the messages, page by page."""
        return self._client.threads.messages.list(self._id, **params)

    async def run(
        self, assistant: str | HasId, **params: Unpack[RunCreate]
    ) -> AsyncRun:
        """Let an assistant run in the thread; `Thread.run` has the arguments."""
        runs = self._client.threads.runs
        return await runs.create(self._id, assistant_id=assistant, **params)

    def stream(
        self, assistant: str | HasId, **params: Unpack[RunStream]
    ) -> AsyncAssistantStreamManager[AsyncAssistantEventHandler]:
        """Let an assistant run in the thread, and give what happens.

        `Thread.stream` has the arguments.
        """
        runs = self._client.threads.runs
        return runs.stream(thread_id=self._id, assistant_id=assistant, **params)

    def list_runs(self, **params: Unpack[ListParams]) -> AsyncPages[AsyncRun]:
        """List the runs, page by page."""
        return self._client.threads.runs.list(self._id, **params)
