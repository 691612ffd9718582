"""Runs: the methods of `client.threads.runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar, overload

from .._operations import (
    CANCEL_RUN,
    CREATE_RUN,
    LIST_RUNS,
    RETRIEVE_RUN,
    SUBMIT_TOOL_OUTPUTS,
    UPDATE_RUN,
)
from ._base import NOT_GIVEN, cached_property
from ._run_methods import AsyncFollowedRuns, FollowedRuns
from .steps import AsyncSteps, Steps

if TYPE_CHECKING:
    from typing import Unpack

    from .._call import HasId
    from ..objects.runs import AsyncRun, Run
    from ..pages import AsyncPages, Page
    from ..streaming.handlers import AssistantEventHandler, AsyncAssistantEventHandler
    from ..streaming.stream import AsyncStream, Stream
    from ._params import (
        ListParams,
        Options,
        Outputs,
        RunCreate,
        RunUpdate,
    )
    from ._raw import AsyncRawRuns, RawRuns
    from ._streamed import AsyncStreamedRuns, StreamedRuns

    H = TypeVar("H", bound=AssistantEventHandler)
    A = TypeVar("A", bound=AsyncAssistantEventHandler)


class Runs(FollowedRuns):
    """Runs, as methods."""

    @cached_property
    def with_raw_response(self) -> RawRuns:
        """Return the same methods, which return the whole response."""
        from ._raw import RawRuns

        return RawRuns(self)

    @cached_property
    def with_streaming_response(self) -> StreamedRuns:
        """Return the same methods for `with`, with the response still to be read."""
        from ._streamed import StreamedRuns

        return StreamedRuns(self)

    @cached_property
    def steps(self) -> Steps:
        """Return the steps."""
        return Steps(self._client)

    @overload
    def create(
        self,
        thread_id: str | HasId,
        *,
        assistant_id: str | HasId,
        stream: Literal[False] | None = None,
        **params: Unpack[RunCreate],
    ) -> Run: ...
    @overload
    def create(
        self,
        thread_id: str | HasId,
        *,
        assistant_id: str | HasId,
        stream: Literal[True],
        **params: Unpack[RunCreate],
    ) -> Stream: ...
    @overload
    def create(
        self,
        thread_id: str | HasId,
        *,
        assistant_id: str | HasId,
        stream: bool | None,
        **params: Unpack[RunCreate],
    ) -> Run | Stream: ...
    def create(
        self,
        thread_id: str | HasId,
        *,
        assistant_id: str | HasId,
        stream: bool | None = NOT_GIVEN,
        **params: Unpack[RunCreate],
    ) -> Run | Stream:
        """Let a run begin in a thread.

        Args:
            thread_id: the thread, or its id.
            assistant_id: the assistant, or its id.
            stream: whether to return the events of the run, as they come.
            params: settings that hold for this run instead of the assistant's.

        Raises:
            APIError: the call fails.
        """
        given = {**params, "assistant_id": assistant_id}
        return self._do_or_stream(CREATE_RUN, stream, given, thread_id=thread_id)

    def retrieve(
        self, run_id: str | HasId, *, thread_id: str | HasId, **params: Unpack[Options]
    ) -> Run:
        """Return a run as it is now."""
        return self._do(RETRIEVE_RUN, params, run_id=run_id, thread_id=thread_id)

    def update(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[RunUpdate],
    ) -> Run:
        """Change a run's metadata."""
        return self._do(UPDATE_RUN, params, run_id=run_id, thread_id=thread_id)

    def list(self, thread_id: str | HasId, **params: Unpack[ListParams]) -> Page[Run]:
        """List the runs of a thread, page by page."""
        return self._list(LIST_RUNS, params, thread_id=thread_id)

    def cancel(
        self, run_id: str | HasId, *, thread_id: str | HasId, **params: Unpack[Options]
    ) -> Run:
        """Begin to cancel a run that goes on."""
        return self._do(CANCEL_RUN, params, run_id=run_id, thread_id=thread_id)

    @overload
    def submit_tool_outputs(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        stream: Literal[False] | None = None,
        **params: Unpack[Options],
    ) -> Run: ...
    @overload
    def submit_tool_outputs(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        stream: Literal[True],
        **params: Unpack[Options],
    ) -> Stream: ...
    @overload
    def submit_tool_outputs(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        stream: bool | None,
        **params: Unpack[Options],
    ) -> Run | Stream: ...
    def submit_tool_outputs(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        stream: bool | None = NOT_GIVEN,
        **params: Unpack[Options],
    ) -> Run | Stream:
        """Submit the outputs of all the calls that a run waits for.

        Args:
            run_id: the run, or its id.
            thread_id: its thread, or its id.
            tool_outputs: one for each call, as `tool_output` makes them.
            stream: whether to return the events that follow, as they come.
            params: those of every call.

        Raises:
            APIError: the call fails.
        """
        return self._do_or_stream(
            SUBMIT_TOOL_OUTPUTS,
            stream,
            {**params, "tool_outputs": tool_outputs},
            run_id=run_id,
            thread_id=thread_id,
        )


class AsyncRuns(AsyncFollowedRuns):
    """Runs, as methods that are awaited."""

    @cached_property
    def with_raw_response(self) -> AsyncRawRuns:
        """Return the same methods, which return the whole response."""
        from ._raw import AsyncRawRuns

        return AsyncRawRuns(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedRuns:
        """Return the same methods for `async with`, whose responses are unread."""
        from ._streamed import AsyncStreamedRuns

        return AsyncStreamedRuns(self)

    @cached_property
    def steps(self) -> AsyncSteps:
        """Return the steps."""
        return AsyncSteps(self._client)

    @overload
    async def create(
        self,
        thread_id: str | HasId,
        *,
        assistant_id: str | HasId,
        stream: Literal[False] | None = None,
        **params: Unpack[RunCreate],
    ) -> AsyncRun: ...
    @overload
    async def create(
        self,
        thread_id: str | HasId,
        *,
        assistant_id: str | HasId,
        stream: Literal[True],
        **params: Unpack[RunCreate],
    ) -> AsyncStream: ...
    @overload
    async def create(
        self,
        thread_id: str | HasId,
        *,
        assistant_id: str | HasId,
        stream: bool | None,
        **params: Unpack[RunCreate],
    ) -> AsyncRun | AsyncStream: ...
    async def create(
        self,
        thread_id: str | HasId,
        *,
        assistant_id: str | HasId,
        stream: bool | None = NOT_GIVEN,
        **params: Unpack[RunCreate],
    ) -> AsyncRun | AsyncStream:
        """Let a run begin in a thread.

        Args:
            thread_id: the thread, or its id.
            assistant_id: the assistant, or its id.
            stream: whether to return the events of the run, as they come.
            params: settings that hold for this run instead of the assistant's.

        Raises:
            APIError: the call fails.
        """
        given = {**params, "assistant_id": assistant_id}
        return await self._do_or_stream(CREATE_RUN, stream, given, thread_id=thread_id)

    async def retrieve(
        self, run_id: str | HasId, *, thread_id: str | HasId, **params: Unpack[Options]
    ) -> AsyncRun:
        """Return a run as it is now."""
        return await self._do(RETRIEVE_RUN, params, run_id=run_id, thread_id=thread_id)

    async def update(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[RunUpdate],
    ) -> AsyncRun:
        """Change a run's metadata."""
        return await self._do(UPDATE_RUN, params, run_id=run_id, thread_id=thread_id)

    def list(
        self, thread_id: str | HasId, **params: Unpack[ListParams]
    ) -> AsyncPages[AsyncRun]:
        """List the runs of a thread, page by page."""
        return self._list(LIST_RUNS, params, thread_id=thread_id)

    async def cancel(
        self, run_id: str | HasId, *, thread_id: str | HasId, **params: Unpack[Options]
    ) -> AsyncRun:
        """Begin to cancel a run that goes on."""
        return await self._do(CANCEL_RUN, params, run_id=run_id, thread_id=thread_id)

    @overload
    async def submit_tool_outputs(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        stream: Literal[False] | None = None,
        **params: Unpack[Options],
    ) -> AsyncRun: ...
    @overload
    async def submit_tool_outputs(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        stream: Literal[True],
        **params: Unpack[Options],
    ) -> AsyncStream: ...
    @overload
    async def submit_tool_outputs(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        stream: bool | None,
        **params: Unpack[Options],
    ) -> AsyncRun | AsyncStream: ...
    async def submit_tool_outputs(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        stream: bool | None = NOT_GIVEN,
        **params: Unpack[Options],
    ) -> AsyncRun | AsyncStream:
        """Submit the outputs of all the calls that a run waits for.

        Args:
            run_id: the run, or its id.
            thread_id: its thread, or its id.
            tool_outputs: one for each call, as `tool_output` makes them.
            stream: whether to return the events that follow, as they come.
            params: those of every call.

        Raises:
            APIError: the call fails.
        """
        return await self._do_or_stream(
            SUBMIT_TOOL_OUTPUTS,
            stream,
            {**params, "tool_outputs": tool_outputs},
            run_id=run_id,
            thread_id=thread_id,
        )
