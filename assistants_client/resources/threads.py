"""Threads: the methods of `client.threads`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from .._operations import (
    CREATE_THREAD,
    CREATE_THREAD_AND_RUN,
    DELETE_THREAD,
    RETRIEVE_THREAD,
    UPDATE_THREAD,
)
from ._base import NOT_GIVEN, cached_property
from ._run_resource import AsyncRunResource, RunResource
from .messages import AsyncMessages, Messages
from .runs import AsyncRuns, Runs

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import DeleteThreadResponse
    from .._call import HasId
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


class Threads(RunResource):
    """Threads, as methods."""

    @cached_property
    def with_raw_response(self) -> RawThreads:
        """Return the same methods, which return the whole response."""
        from ._raw import RawThreads

        return RawThreads(self)

    @cached_property
    def with_streaming_response(self) -> StreamedThreads:
        """Return the same methods for `with`, with the response still to be read."""
        from ._streamed import StreamedThreads

        return StreamedThreads(self)

    @cached_property
    def messages(self) -> Messages:
        """Return the messages."""
        return Messages(self._client)

    @cached_property
    def runs(self) -> Runs:
        """Return the runs."""
        return Runs(self._client)

    def create(self, **params: Unpack[ThreadCreate]) -> Thread:
        """Create a thread, with its first messages if there are any."""
        return self._do(CREATE_THREAD, params)

    def retrieve(self, thread_id: str | HasId, **params: Unpack[Options]) -> Thread:
        """Return a thread."""
        return self._do(RETRIEVE_THREAD, params, thread_id=thread_id)

    def update(self, thread_id: str | HasId, **params: Unpack[ThreadUpdate]) -> Thread:
        """Change a thread's metadata or files."""
        return self._do(UPDATE_THREAD, params, thread_id=thread_id)

    def delete(
        self, thread_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteThreadResponse:
        """Delete a thread with all that is in it."""
        return self._do(DELETE_THREAD, params, thread_id=thread_id)

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
            stream: whether to return the events of the run, as they come.
            params: the thread, and settings that hold for this run.

        Raises:
            APIError: the call fails.
        """
        given = {**params, "assistant_id": assistant_id}
        return self._do_or_stream(CREATE_THREAD_AND_RUN, stream, given)

    def create_and_run_poll(
        self,
        *,
        assistant_id: str | HasId,
        **params: Unpack[ThreadCreateAndRunPoll],
    ) -> Run:
        """Create a thread, and wait for a run in it; `runs.poll` says how."""
        given = {**params, "assistant_id": assistant_id}
        return self._wait(CREATE_THREAD_AND_RUN, given)

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
        return self._follow(CREATE_THREAD_AND_RUN, event_handler, given)


class AsyncThreads(AsyncRunResource):
    """Threads, as methods that are awaited."""

    @cached_property
    def with_raw_response(self) -> AsyncRawThreads:
        """Return the same methods, which return the whole response."""
        from ._raw import AsyncRawThreads

        return AsyncRawThreads(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedThreads:
        """Return the same methods for `async with`, whose responses are unread."""
        from ._streamed import AsyncStreamedThreads

        return AsyncStreamedThreads(self)

    @cached_property
    def messages(self) -> AsyncMessages:
        """Return the messages."""
        return AsyncMessages(self._client)

    @cached_property
    def runs(self) -> AsyncRuns:
        """Return the runs."""
        return AsyncRuns(self._client)

    async def create(self, **params: Unpack[ThreadCreate]) -> AsyncThread:
        """Create a thread, with its first messages if there are any."""
        return await self._do(CREATE_THREAD, params)

    async def retrieve(
        self, thread_id: str | HasId, **params: Unpack[Options]
    ) -> AsyncThread:
        """Return a thread."""
        return await self._do(RETRIEVE_THREAD, params, thread_id=thread_id)

    async def update(
        self, thread_id: str | HasId, **params: Unpack[ThreadUpdate]
    ) -> AsyncThread:
        """Change a thread's metadata or files."""
        return await self._do(UPDATE_THREAD, params, thread_id=thread_id)

    async def delete(
        self, thread_id: str | HasId, **params: Unpack[Options]
    ) -> DeleteThreadResponse:
        """Delete a thread with all that is in it."""
        return await self._do(DELETE_THREAD, params, thread_id=thread_id)

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
            stream: whether to return the events of the run, as they come.
            params: the thread, and settings that hold for this run.

        Raises:
            APIError: the call fails.
        """
        given = {**params, "assistant_id": assistant_id}
        return await self._do_or_stream(CREATE_THREAD_AND_RUN, stream, given)

    async def create_and_run_poll(
        self,
        *,
        assistant_id: str | HasId,
        **params: Unpack[ThreadCreateAndRunPoll],
    ) -> AsyncRun:
        """Create a thread, and wait for a run in it; `runs.poll` says how."""
        given = {**params, "assistant_id": assistant_id}
        return await self._wait(CREATE_THREAD_AND_RUN, given)

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
        return self._follow(CREATE_THREAD_AND_RUN, event_handler, given)
