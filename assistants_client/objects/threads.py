"""Live threads: they take messages, and assistants run in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._api import ThreadObject
from ._live import LiveObject, SyncObject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self, Unpack

    from .._api import DeleteThreadResponse
    from .._call import HasId
    from ..client import AsyncClient, Client
    from ..display.conversation import Conversation
    from ..pages import AsyncPages, Page
    from ..resources._params import (
        MessagesCreate,
        MessagesList,
        Options,
        RunsCreate,
        RunsList,
        RunsStream,
        ThreadsUpdate,
    )
    from ..streaming.handlers import AssistantEventHandler, AsyncAssistantEventHandler
    from ..streaming.managers import AssistantStreamManager, AsyncAssistantStreamManager
    from .messages import AsyncMessage, Message
    from .runs import AsyncRun, Run


class Thread(SyncObject, ThreadObject):
    """A thread, as the server returned it last, with methods that act on it."""

    __slots__ = ("_binding", "_read")

    _client: Client
    _updated_by = "ModifyThreadRequest"

    @property
    def _id(self) -> str:
        return self._key("thread_id", "id")

    def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the thread again, in place.

        Raises:
            APIError: the call fails.
        """
        return self._adopt(self._client.threads.retrieve(self._id, **options))

    def update(self, **params: Unpack[ThreadsUpdate]) -> Self:
        """Update the thread's metadata or files; see `refresh` for the errors."""
        return self._adopt(
            self._client.threads.update(self._id, **self._changed(params))
        )

    def delete(self, **options: Unpack[Options]) -> DeleteThreadResponse:
        """Delete the thread with all that is in it; see `refresh` for the errors."""
        return self._client.threads.delete(self._id, **options)

    def add_message(
        self,
        content: str | Sequence[Any],
        *,
        role: str = "user",
        **params: Unpack[MessagesCreate],
    ) -> Message:
        """Add a message.

        Args:
            content: a text, or parts of a message.
            role: who it is from.
            params: what else `threads.messages.create` takes.

        Raises:
            APIError: the call fails.
        """
        given: Any = {**params, "role": role or "user", "content": content}
        return self._client.threads.messages.create(self._id, **given)

    def list_messages(self, **params: Unpack[MessagesList]) -> Page[Message]:
        """List the messages, page by page."""
        return self._client.threads.messages.list(self._id, **params)

    def run(self, assistant: str | HasId, **params: Unpack[RunsCreate]) -> Run:
        """Start a run of an assistant in the thread.

        Args:
            assistant: the assistant, or its id.
            params: what else `threads.runs.create` takes.

        Raises:
            APIError: the call fails.
        """
        runs = self._client.threads.runs
        return runs.create(self._id, assistant_id=assistant, **params)

    def stream(
        self, assistant: str | HasId, **params: Unpack[RunsStream]
    ) -> AssistantStreamManager[AssistantEventHandler]:
        """Start a run of an assistant in the thread, and stream its events, in `with`.

        Args:
            assistant: the assistant, or its id.
            params: what else `threads.runs.stream` takes.
        """
        runs = self._client.threads.runs
        return runs.stream(thread_id=self._id, assistant_id=assistant, **params)

    def conversation(
        self,
        *,
        limit: int | None = 100,
        file_names: bool = True,
        **options: Unpack[Options],
    ) -> Conversation:
        """Fetch the messages, to be printed or shown in a notebook.

        Args:
            limit: how many messages, the newest ones; None for all of them.
            file_names: whether the names of cited and attached files are asked for,
                each by a request.
            options: those of every call.

        Raises:
            APIError: the call fails.
        """
        given: Any = {**options, "limit": limit, "file_names": file_names}
        return self._client.threads.conversation(self._id, **given)

    def list_runs(self, **params: Unpack[RunsList]) -> Page[Run]:
        """List the runs, page by page."""
        return self._client.threads.runs.list(self._id, **params)


class AsyncThread(LiveObject, ThreadObject):
    """A thread whose methods are awaited; see `Thread`."""

    __slots__ = ("_binding", "_read")

    _client: AsyncClient
    _updated_by = "ModifyThreadRequest"

    @property
    def _id(self) -> str:
        return self._key("thread_id", "id")

    async def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the thread again, in place.

        Raises:
            APIError: the call fails.
        """
        return self._adopt(await self._client.threads.retrieve(self._id, **options))

    async def update(self, **params: Unpack[ThreadsUpdate]) -> Self:
        """Update the thread's metadata or files; see `refresh` for the errors."""
        return self._adopt(
            await self._client.threads.update(self._id, **self._changed(params))
        )

    async def delete(self, **options: Unpack[Options]) -> DeleteThreadResponse:
        """Delete the thread with all that is in it; see `refresh` for the errors."""
        return await self._client.threads.delete(self._id, **options)

    async def add_message(
        self,
        content: str | Sequence[Any],
        *,
        role: str = "user",
        **params: Unpack[MessagesCreate],
    ) -> AsyncMessage:
        """Add a message; see `Thread.add_message`."""
        given: Any = {**params, "role": role or "user", "content": content}
        return await self._client.threads.messages.create(self._id, **given)

    def list_messages(self, **params: Unpack[MessagesList]) -> AsyncPages[AsyncMessage]:
        """List the messages, page by page."""
        return self._client.threads.messages.list(self._id, **params)

    async def run(
        self, assistant: str | HasId, **params: Unpack[RunsCreate]
    ) -> AsyncRun:
        """Start a run of an assistant in the thread; see `Thread.run`."""
        runs = self._client.threads.runs
        return await runs.create(self._id, assistant_id=assistant, **params)

    def stream(
        self, assistant: str | HasId, **params: Unpack[RunsStream]
    ) -> AsyncAssistantStreamManager[AsyncAssistantEventHandler]:
        """Start a run of an assistant in the thread, and stream its events.

        See `Thread.stream` for the arguments.
        """
        runs = self._client.threads.runs
        return runs.stream(thread_id=self._id, assistant_id=assistant, **params)

    async def conversation(
        self,
        *,
        limit: int | None = 100,
        file_names: bool = True,
        **options: Unpack[Options],
    ) -> Conversation:
        """Fetch the messages, to be printed or shown; see `Thread.conversation`."""
        given: Any = {**options, "limit": limit, "file_names": file_names}
        return await self._client.threads.conversation(self._id, **given)

    def list_runs(self, **params: Unpack[RunsList]) -> AsyncPages[AsyncRun]:
        """List the runs, page by page."""
        return self._client.threads.runs.list(self._id, **params)
