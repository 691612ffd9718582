"""Methods that follow a run to its end: by polling it, or by its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from .._operations import (
    CREATE_RUN,
    RETRIEVE_RUN,
    SUBMIT_TOOL_OUTPUTS,
)
from ._run_resource import AsyncRunResource, RunResource

if TYPE_CHECKING:
    from typing import Unpack

    from .._call import HasId
    from ..objects.runs import AsyncRun, Run
    from ..streaming.handlers import AssistantEventHandler, AsyncAssistantEventHandler
    from ..streaming.managers import AssistantStreamManager, AsyncAssistantStreamManager
    from ._params import (
        Outputs,
        Poll,
        RunCreateAndPoll,
        RunStream,
        SubmitStream,
    )

    H = TypeVar("H", bound=AssistantEventHandler)
    A = TypeVar("A", bound=AsyncAssistantEventHandler)


class FollowedRuns(RunResource):
    """Methods of runs that wait for them, or stream their events."""

    def poll(
        self, run_id: str | HasId, thread_id: str | HasId, **params: Unpack[Poll]
    ) -> Run:
        """Poll a run until it has ended, whatever its status, and return it.

        A run that requires an action is returned as well, if there are no tools.
        Interrupting this leaves the run going on. If tools are being called then, the
        run waits for their outputs until it expires, and the logger
        `assistants_client` names the run.

        Args:
            run_id: the run, or its id.
            thread_id: its thread, or its id.
            params: the keywords of `retrieve`; `poll_interval_ms`, `max_wait` in
                seconds (600 if not given), `cancel_on_timeout`, `on_update`, `spinner`;
                and a `ToolSet` as `tools`, for the calls that the run asks for.

        Raises:
            RunTimeout: the run goes on after `max_wait`.
            ToolError: a tool failed, and its set raises failures.
            APIError: a call fails.
        """
        return self._wait(RETRIEVE_RUN, params, run_id=run_id, thread_id=thread_id)

    def create_and_poll(
        self,
        *,
        thread_id: str | HasId,
        assistant_id: str | HasId,
        **params: Unpack[RunCreateAndPoll],
    ) -> Run:
        """Start a run in a thread, and wait for it as `poll` does."""
        return self._wait(
            CREATE_RUN, {**params, "assistant_id": assistant_id}, thread_id=thread_id
        )

    @overload
    def stream(
        self,
        *,
        thread_id: str | HasId,
        assistant_id: str | HasId,
        event_handler: None = None,
        **params: Unpack[RunStream],
    ) -> AssistantStreamManager[AssistantEventHandler]: ...
    @overload
    def stream(
        self,
        *,
        thread_id: str | HasId,
        assistant_id: str | HasId,
        event_handler: H,
        **params: Unpack[RunStream],
    ) -> AssistantStreamManager[H]: ...
    def stream(
        self,
        *,
        thread_id: str | HasId,
        assistant_id: str | HasId,
        event_handler: AssistantEventHandler | None = None,
        **params: Unpack[RunStream],
    ) -> AssistantStreamManager[Any]:
        """Start a run in a thread, and stream its events, in `with`.

        The run goes on at the server if the statement is left early; one that waits for
        tool outputs then waits until it expires or is cancelled.

        Args:
            thread_id: the thread, or its id.
            assistant_id: the assistant, or its id.
            event_handler: its methods are called for events; pass functions as
                `on_...=` instead, if you like.
            params: the keywords of `create`. With a `ToolSet` as `tools`, the calls
                that the run asks for are performed, and the stream continues. With
                `resume=True`, a run whose stream breaks off is polled; the keywords of
                `poll` apply to that.

        Raises:
            ConfigurationError: an argument can't be used.
        """
        return self._follow(
            CREATE_RUN,
            event_handler,
            {**params, "assistant_id": assistant_id},
            thread_id=thread_id,
        )

    def submit_tool_outputs_and_poll(
        self,
        *,
        run_id: str | HasId,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        **params: Unpack[Poll],
    ) -> Run:
        """Submit tool outputs, and wait for the run as `poll` does."""
        return self._wait(
            SUBMIT_TOOL_OUTPUTS,
            {**params, "tool_outputs": tool_outputs},
            run_id=run_id,
            thread_id=thread_id,
        )

    @overload
    def submit_tool_outputs_stream(
        self,
        *,
        run_id: str | HasId,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        event_handler: None = None,
        **params: Unpack[SubmitStream],
    ) -> AssistantStreamManager[AssistantEventHandler]: ...
    @overload
    def submit_tool_outputs_stream(
        self,
        *,
        run_id: str | HasId,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        event_handler: H,
        **params: Unpack[SubmitStream],
    ) -> AssistantStreamManager[H]: ...
    def submit_tool_outputs_stream(
        self,
        *,
        run_id: str | HasId,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        event_handler: AssistantEventHandler | None = None,
        **params: Unpack[SubmitStream],
    ) -> AssistantStreamManager[Any]:
        """Submit tool outputs, and stream the events as `stream` does."""
        return self._follow(
            SUBMIT_TOOL_OUTPUTS,
            event_handler,
            {**params, "tool_outputs": tool_outputs},
            run_id=run_id,
            thread_id=thread_id,
        )


class AsyncFollowedRuns(AsyncRunResource):
    """Async methods of runs that wait for them, or stream their events."""

    async def poll(
        self, run_id: str | HasId, thread_id: str | HasId, **params: Unpack[Poll]
    ) -> AsyncRun:
        """Poll a run until it has ended, whatever its status, and return it.

        A run that requires an action is returned as well, if there are no tools.
        Interrupting this leaves the run going on. If tools are being called then, the
        run waits for their outputs until it expires, and the logger
        `assistants_client` names the run.

        Args:
            run_id: the run, or its id.
            thread_id: its thread, or its id.
            params: the keywords of `retrieve`; `poll_interval_ms`, `max_wait` in
                seconds (600 if not given), `cancel_on_timeout`, `on_update`, `spinner`;
                and a `ToolSet` as `tools`, for the calls that the run asks for.

        Raises:
            RunTimeout: the run goes on after `max_wait`.
            ToolError: a tool failed, and its set raises failures.
            APIError: a call fails.
        """
        return await self._wait(
            RETRIEVE_RUN, params, run_id=run_id, thread_id=thread_id
        )

    async def create_and_poll(
        self,
        *,
        thread_id: str | HasId,
        assistant_id: str | HasId,
        **params: Unpack[RunCreateAndPoll],
    ) -> AsyncRun:
        """Start a run in a thread, and wait for it as `poll` does."""
        return await self._wait(
            CREATE_RUN, {**params, "assistant_id": assistant_id}, thread_id=thread_id
        )

    @overload
    def stream(
        self,
        *,
        thread_id: str | HasId,
        assistant_id: str | HasId,
        event_handler: None = None,
        **params: Unpack[RunStream],
    ) -> AsyncAssistantStreamManager[AsyncAssistantEventHandler]: ...
    @overload
    def stream(
        self,
        *,
        thread_id: str | HasId,
        assistant_id: str | HasId,
        event_handler: A,
        **params: Unpack[RunStream],
    ) -> AsyncAssistantStreamManager[A]: ...
    def stream(
        self,
        *,
        thread_id: str | HasId,
        assistant_id: str | HasId,
        event_handler: AsyncAssistantEventHandler | None = None,
        **params: Unpack[RunStream],
    ) -> AsyncAssistantStreamManager[Any]:
        """Start a run in a thread, and stream its events, in `async with`.

        The run goes on at the server if the statement is left early; one that waits for
        tool outputs then waits until it expires or is cancelled.

        Args:
            thread_id: the thread, or its id.
            assistant_id: the assistant, or its id.
            event_handler: its methods are called for events; pass functions as
                `on_...=` instead, if you like.
            params: the keywords of `create`. With a `ToolSet` as `tools`, the calls
                that the run asks for are performed, and the stream continues. With
                `resume=True`, a run whose stream breaks off is polled; the keywords of
                `poll` apply to that.

        Raises:
            ConfigurationError: an argument can't be used.
        """
        return self._follow(
            CREATE_RUN,
            event_handler,
            {**params, "assistant_id": assistant_id},
            thread_id=thread_id,
        )

    async def submit_tool_outputs_and_poll(
        self,
        *,
        run_id: str | HasId,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        **params: Unpack[Poll],
    ) -> AsyncRun:
        """Submit tool outputs, and wait for the run as `poll` does."""
        return await self._wait(
            SUBMIT_TOOL_OUTPUTS,
            {**params, "tool_outputs": tool_outputs},
            run_id=run_id,
            thread_id=thread_id,
        )

    @overload
    def submit_tool_outputs_stream(
        self,
        *,
        run_id: str | HasId,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        event_handler: None = None,
        **params: Unpack[SubmitStream],
    ) -> AsyncAssistantStreamManager[AsyncAssistantEventHandler]: ...
    @overload
    def submit_tool_outputs_stream(
        self,
        *,
        run_id: str | HasId,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        event_handler: A,
        **params: Unpack[SubmitStream],
    ) -> AsyncAssistantStreamManager[A]: ...
    def submit_tool_outputs_stream(
        self,
        *,
        run_id: str | HasId,
        thread_id: str | HasId,
        tool_outputs: Outputs,
        event_handler: AsyncAssistantEventHandler | None = None,
        **params: Unpack[SubmitStream],
    ) -> AsyncAssistantStreamManager[Any]:
        """Submit tool outputs, and stream the events as `stream` does."""
        return self._follow(
            SUBMIT_TOOL_OUTPUTS,
            event_handler,
            {**params, "tool_outputs": tool_outputs},
            run_id=run_id,
            thread_id=thread_id,
        )
