"""Methods that follow a run to its end: by looking at it, or by its events."""

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
    """Runs that are waited for, or streamed."""

    def poll(
        self, run_id: str | HasId, thread_id: str | HasId, **params: Unpack[Poll]
    ) -> Run:
        """Wait for a run.

        It is given in the status in which it ended, whatever that is, or where it
        requires an action and there are no tools. Where this is interrupted the run
        goes on; while tools are called it then waits for them until it expires, and
        the logger `assistants_client` says which run it is.

        Args:
            run_id: the run, or its id.
            thread_id: its thread, or its id.
            params: what `retrieve` takes; `poll_interval_ms`, `max_wait` in
                seconds (600 if not given), `cancel_on_timeout`, `on_update`, `spinner`;
                and a `ToolSet` as `tools`, for what the run asks for.

        Raises:
            RunTimeout: it goes on after `max_wait`.
            ToolError: a tool failed, and the set says that this is to be raised.
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
        """Let a run begin in a thread, and wait for it; `poll` says how."""
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
        """Let a run begin in a thread, and follow it by its events, in `with`.

        The run goes on at the server when the statement is left early. With tools, it
        waits for them then until it expires or is cancelled.

        Args:
            thread_id: the thread, or its id.
            assistant_id: the assistant, or its id.
            event_handler: has methods that are called for events; `on_...=` takes
                functions instead.
            params: what `create` takes. A `ToolSet` as `tools` is called when the run
                asks for it, and the events go on. `resume=True` follows a run whose
                stream breaks off by polling it; what waiting takes holds for that.

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
        """Submit outputs that a run waits for, and wait for it; `poll` says how."""
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
        """Submit outputs that a run waits for, and follow it; `stream` says how."""
        return self._follow(
            SUBMIT_TOOL_OUTPUTS,
            event_handler,
            {**params, "tool_outputs": tool_outputs},
            run_id=run_id,
            thread_id=thread_id,
        )


class AsyncFollowedRuns(AsyncRunResource):
    """Runs that are waited for, or streamed, by methods that are awaited."""

    async def poll(
        self, run_id: str | HasId, thread_id: str | HasId, **params: Unpack[Poll]
    ) -> AsyncRun:
        """Wait for a run.

        It is given in the status in which it ended, whatever that is, or where it
        requires an action and there are no tools. Where this is interrupted the run
        goes on; while tools are called it then waits for them until it expires, and
        the logger `assistants_client` says which run it is.

        Args:
            run_id: the run, or its id.
            thread_id: its thread, or its id.
            params: what `retrieve` takes; `poll_interval_ms`, `max_wait` in
                seconds (600 if not given), `cancel_on_timeout`, `on_update`, `spinner`;
                and a `ToolSet` as `tools`, for what the run asks for.

        Raises:
            RunTimeout: it goes on after `max_wait`.
            ToolError: a tool failed, and the set says that this is to be raised.
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
        """Let a run begin in a thread, and wait for it; `poll` says how."""
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
        """Let a run begin in a thread, and follow it by its events, in `async with`.

        The run goes on at the server when the statement is left early. With tools, it
        waits for them then until it expires or is cancelled.

        Args:
            thread_id: the thread, or its id.
            assistant_id: the assistant, or its id.
            event_handler: has methods that are called for events; `on_...=` takes
                functions instead.
            params: what `create` takes. A `ToolSet` as `tools` is called when the run
                asks for it, and the events go on. `resume=True` follows a run whose
                stream breaks off by polling it; what waiting takes holds for that.

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
        """Submit outputs that a run waits for, and wait for it; `poll` says how."""
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
        """Submit outputs that a run waits for, and follow it; `stream` says how."""
        return self._follow(
            SUBMIT_TOOL_OUTPUTS,
            event_handler,
            {**params, "tool_outputs": tool_outputs},
            run_id=run_id,
            thread_id=thread_id,
        )
