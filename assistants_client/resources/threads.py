"""Threads: the methods of `client.threads`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from ._base import NOT_GIVEN, AsyncResource, Resource, cached_property
from .messages import AsyncMessages, Messages
from .runs import AsyncRuns, Runs

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import DeleteThreadResponse
    from .._operations import HasId
    from ..objects.runs import AsyncRun, Run
    from ..objects.threads import AsyncThread, Thread
    from ..streaming.handlers import AssistantEventHandler, AsyncAssistantEventHandler
    from ..streaming.managers import AssistantStreamManager, AsyncAssistantStreamManager
    from ..streaming.stream import AsyncStream, Stream
    from ._params import (
        Options,
        ThreadCreate,
        ThreadCreateAndRun,
        ThreadCreateAndRunPoll,
        ThreadCreateAndRunStream,
        ThreadUpdate,
    )
    from ._raw import AsyncRawThreads, RawThreads
    from ._streamed import AsyncStreamedThreads, StreamedThreads

    H = TypeVar("H", bound=AssistantEventHandler)
    A = TypeVar("A", bound=AsyncAssistantEventHandler)


class Threads(Resource):
    """Threads, as methods."""

    @cached_property
    def with_raw_response(self) -> RawThreads:
        """Give the same methods, which give whole answers."""
        from ._raw import RawThreads

        return RawThreads(self)

    @cached_property
    def with_streaming_response(self) -> StreamedThreads:
        """Give the same methods for `with`, with answers still to be read."""
        from ._streamed import StreamedThreads

        return StreamedThreads(self)

    @cached_property
    def messages(self) -> Messages:
        """Give the messages."""
        return Messages(self._client)

    @cached_property
    def runs(self) -> Runs:
        """Give the runs."""
        return Runs(self._client)

    def create(self, **params: Unpack[ThreadCreate]) -> Thread:
        """Create a thread, with its first messages if there are any."""
        result: Thread = self._do("threads.create", params)
        return result

    def retrieve(self, thread_id: str | HasId, **params: Unpack[Options]) -> Thread:
        """Give a thread."""
        result: Thread = self._do("threads.retrieve", params, thread_id=thread_id)
        return result

    def update(self, thread_id: str | HasId, **params: Unpack[ThreadUpdate]) -> Thread:
        """Change a thread's metadata or files."""
        result: Thread = self._do("threads.update", params, thread_id=thread_id)
        return result

    def delete(
        self, thread_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteThreadResponse:
        """Delete a thread with all that is in it."""
        result: DeleteThreadResponse = self._do(
            "threads.delete", params, thread_id=thread_id
        )
        return result

    @overload
    def create_and_run(
        self,
        *,
        assistant_id: str | HasId,
        stream: Literal[False] | None = None,
        **params: Unpack[ThreadCreateAndRun],
    ) -> Run: ...
    @overload
    def create_and_run(
        self,
        *,
        assistant_id: str | HasId,
        stream: Literal[True],
        **params: Unpack[ThreadCreateAndRun],
    ) -> Stream: ...
    @overload
    def create_and_run(
        self,
        *,
        assistant_id: str | HasId,
        stream: bool | None,
        **params: Unpack[ThreadCreateAndRun],
    ) -> Run | Stream: ...
    def create_and_run(
        self,
        *,
        assistant_id: str | HasId,
        stream: bool | None = NOT_GIVEN,
        **params: Unpack[ThreadCreateAndRun],
    ) -> Run | Stream:
        """Create a thread and let a run begin in it.

        Args:
            assistant_id: the assistant, or its id.
            stream: whether to give the events of the run, as they come.
            params: the thread, and settings that hold for this run.

        Raises:
            APIError: the call fails.
        """
        given = {**params, "assistant_id": assistant_id}
        result: Run | Stream = self._do_or_stream(
            "threads.create_and_run", stream, given
        )
        return result

    def create_and_run_poll(
        self,
        *,
        assistant_id: str | HasId,
        **params: Unpack[ThreadCreateAndRunPoll],
    ) -> Run:
        """Create a thread, and wait for a run in it; `runs.poll` says how."""
        given = {**params, "assistant_id": assistant_id}
        result: Run = self._wait("threads.create_and_run", given)
        return result

    @overload
    def create_and_run_stream(
        self,
        *,
        assistant_id: str | HasId,
        event_handler: None = None,
        **params: Unpack[ThreadCreateAndRunStream],
    ) -> AssistantStreamManager[AssistantEventHandler]: ...
    @overload
    def create_and_run_stream(
        self,
        *,
        assistant_id: str | HasId,
        event_handler: H,
        **params: Unpack[ThreadCreateAndRunStream],
    ) -> AssistantStreamManager[H]: ...
    def create_and_run_stream(
        self,
        *,
        assistant_id: str | HasId,
        event_handler: AssistantEventHandler | None = None,
        **params: Unpack[ThreadCreateAndRunStream],
    ) -> AssistantStreamManager[Any]:
        """Create a thread, and follow a run in it; `runs.stream` says how."""
        given = {**params, "assistant_id": assistant_id}
        manager: AssistantStreamManager[Any] = self._follow(
            "threads.create_and_run", event_handler, given
        )
        return manager


class AsyncThreads(AsyncResource):
    """Threads, as methods that are awaited."""

    @cached_property
    def with_raw_response(self) -> AsyncRawThreads:
        """Give the same methods, which give whole answers."""
        from ._raw import AsyncRawThreads

        return AsyncRawThreads(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedThreads:
        """Give the same methods for `async with`, with answers still to be read."""
        from ._streamed import AsyncStreamedThreads

        return AsyncStreamedThreads(self)

    @cached_property
    def messages(self) -> AsyncMessages:
        """Give the messages."""
        return AsyncMessages(self._client)

    @cached_property
    def runs(self) -> AsyncRuns:
        """Give the runs."""
        return AsyncRuns(self._client)

    async def create(self, **params: Unpack[ThreadCreate]) -> AsyncThread:
        """Create a thread, with its first messages if there are any."""
        result: AsyncThread = await self._do("threads.create", params)
        return result

    async def retrieve(
        self, thread_id: str | HasId, **params: Unpack[Options]
    ) -> AsyncThread:
        """Give a thread."""
        result: AsyncThread = await self._do(
            "threads.retrieve", params, thread_id=thread_id
        )
        return result

    async def update(
        self, thread_id: str | HasId, **params: Unpack[ThreadUpdate]
    ) -> AsyncThread:
        """Change a thread's metadata or files."""
        result: AsyncThread = await self._do(
            "threads.update", params, thread_id=thread_id
        )
        return result

    async def delete(
        self, thread_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteThreadResponse:
        """Delete a thread with all that is in it."""
        result: DeleteThreadResponse = await self._do(
            "threads.delete", params, thread_id=thread_id
        )
        return result

    @overload
    async def create_and_run(
        self,
        *,
        assistant_id: str | HasId,
        stream: Literal[False] | None = None,
        **params: Unpack[ThreadCreateAndRun],
    ) -> AsyncRun: ...
    @overload
    async def create_and_run(
        self,
        *,
        assistant_id: str | HasId,
        stream: Literal[True],
        **params: Unpack[ThreadCreateAndRun],
    ) -> AsyncStream: ...
    @overload
    async def create_and_run(
        self,
        *,
        assistant_id: str | HasId,
        stream: bool | None,
        **params: Unpack[ThreadCreateAndRun],
    ) -> AsyncRun | AsyncStream: ...
    async def create_and_run(
        self,
        *,
        assistant_id: str | HasId,
        stream: bool | None = NOT_GIVEN,
        **params: Unpack[ThreadCreateAndRun],
    ) -> AsyncRun | AsyncStream:
        """Create a thread and let a run begin in it.

        Args:
            assistant_id: the assistant, or its id.
            stream: whether to give the events of the run, as they come.
            params: the thread, and settings that hold for this run.

        Raises:
            APIError: the call fails.
        """
        given = {**params, "assistant_id": assistant_id}
        result: AsyncRun | AsyncStream = await self._do_or_stream(
            "threads.create_and_run", stream, given
        )
        return result

    async def create_and_run_poll(
        self,
        *,
        assistant_id: str | HasId,
        **params: Unpack[ThreadCreateAndRunPoll],
    ) -> AsyncRun:
        """Create a thread, and wait for a run in it; `runs.poll` says how."""
        given = {**params, "assistant_id": assistant_id}
        result: AsyncRun = await self._wait("threads.create_and_run", given)
        return result

    @overload
    def create_and_run_stream(
        self,
        *,
        assistant_id: str | HasId,
        event_handler: None = None,
        **params: Unpack[ThreadCreateAndRunStream],
    ) -> AsyncAssistantStreamManager[AsyncAssistantEventHandler]: ...
    @overload
    def create_and_run_stream(
        self,
        *,
        assistant_id: str | HasId,
        event_handler: A,
        **params: Unpack[ThreadCreateAndRunStream],
    ) -> AsyncAssistantStreamManager[A]: ...
    def create_and_run_stream(
        self,
        *,
        assistant_id: str | HasId,
        event_handler: AsyncAssistantEventHandler | None = None,
        **params: Unpack[ThreadCreateAndRunStream],
    ) -> AsyncAssistantStreamManager[Any]:
        """Create a thread, and follow a run in it; `runs.stream` says how."""
        given = {**params, "assistant_id": assistant_id}
        manager: AsyncAssistantStreamManager[Any] = self._follow(
            "threads.create_and_run", event_handler, given
        )
        return manager
