"""Live runs: refreshed, waited for, and acted on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from .._api import RunObject
from .._events.run_status import has_ended
from .._flows.poll import MAX_WAIT
from .._run_errors import RunTimeout, run_error
from ._live import LiveObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self, Unpack

    from .._flows.poll import RunWait
    from ..client import AsyncClient, Client
    from ..pages import AsyncPages, Page
    from ..resources._params import (
        Options,
        RunsList,
        RunsUpdate,
        StepsList,
    )
    from ..streaming.stream import AsyncStream, Stream
    from ..tools import Tools
    from .assistants import Assistant, AsyncAssistant
    from .messages import AsyncMessage, Message
    from .steps import AsyncRunStep, RunStep
    from .threads import AsyncThread, Thread


class _Run(LiveObject, RunObject):
    """What both kinds of run have in common."""

    __slots__ = ()

    @property
    def has_ended(self) -> bool:
        """Return whether the run had ended when it was read last."""
        return has_ended(self.status)

    @property
    def _ids(self) -> dict[str, Any]:
        key, thread = self._key("run_id", "id"), self._key("thread_id")
        return {"run_id": key, "thread_id": thread}

    def _polling(
        self,
        tools: Tools | None,
        timeout: float | None,
        on_update: Callable[[Any], Any] | None,
        params: RunWait,
    ) -> dict[str, Any]:
        """Return the keywords of `runs.poll` for those of `wait`."""
        given = {**self._ids, **params, "max_wait": timeout}
        if tools is not None:
            given["tools"] = _tool_set(tools)
        return {**given, "on_update": self._updating(on_update)}

    def _finished(self) -> Self:
        """Return the run if it is completed, else raise a `RunError`."""
        if self.status != "completed":
            raise run_error(self, self._bound().client.options.secrets.redact)
        return self

    def _updating(self, on_update: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
        """Return what takes each state of the run, and hands the run itself on."""

        def update(polled: Any) -> Any:
            self._adopt(polled)
            return on_update(self) if on_update is not None else None

        return update


class Run(_Run):
    """A run, as the server returned it last, with methods that act on it.

    What changes it changes it in place. `copy.copy` gives an independent copy.
    """

    __slots__ = ("_binding",)

    _client: Client

    def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the run again, in place.

        Raises:
            APIError: the call fails.
        """
        return self._adopt(self._client.threads.runs.retrieve(**self._ids, **options))

    def refresh_status(self, **options: Unpack[Options]) -> str:
        """Refresh the run and return its status; see `refresh` for the errors."""
        return self.refresh(**options).status

    def wait(
        self,
        *,
        tools: Tools | None = None,
        timeout: float | None = MAX_WAIT,
        on_update: Callable[[Run], Any] | None = None,
        **params: Unpack[RunWait],
    ) -> Self:
        """Wait until the run is completed. Interrupting this leaves the run going on.

        Args:
            tools: functions to call when the run asks for them.
            timeout: seconds to wait; None for no limit.
            on_update: called with the run each time it has changed.
            params: `poll_interval_ms`, `cancel_on_timeout`, `spinner`, and options for
                the requests, as `runs.poll` takes them.

        Raises:
            RunFailed: it failed.
            RunCancelled: it was cancelled.
            RunExpired: it waited too long for outputs.
            RunIncomplete: it stopped before its end.
            RunRequiresAction: it waits for outputs, and there are no tools.
            RunTimeout: it goes on after `timeout`.
            ToolError: a function failed, and the tools say that this is to be raised.
            APIError: a call fails.
        """
        if self.has_ended:
            return self._finished()
        given = self._polling(tools, timeout, on_update, params)
        try:
            self._adopt(self._client.threads.runs.poll(**given))
        except RunTimeout as error:
            error.run = self._adopt(error.run)
            raise
        return self._finished()

    def update(self, **params: Unpack[RunsUpdate]) -> Self:
        """Update the run's metadata; see `refresh` for the errors."""
        return self._adopt(self._client.threads.runs.update(**self._ids, **params))

    def cancel(self, **options: Unpack[Options]) -> Self:
        """Begin to cancel the run; see `refresh` for the errors."""
        return self._adopt(self._client.threads.runs.cancel(**self._ids, **options))

    @overload
    def submit_tool_outputs(
        self,
        outputs: Iterable[Any],
        *,
        stream: Literal[False] = False,
        **options: Unpack[Options],
    ) -> Self: ...
    @overload
    def submit_tool_outputs(
        self,
        outputs: Iterable[Any],
        *,
        stream: Literal[True],
        **options: Unpack[Options],
    ) -> Stream: ...
    def submit_tool_outputs(
        self,
        outputs: Iterable[Any],
        *,
        stream: bool = False,
        **options: Unpack[Options],
    ) -> Self | Stream:
        """Submit the outputs of all the calls that the run waits for.

        Args:
            outputs: one for each call, as `tool_output` makes them.
            stream: whether to return the events that follow. The run changes with
                them.
            options: those of every call.

        Raises:
            APIError: the call fails.
        """
        runs = self._client.threads.runs
        given: Any = {**self._ids, **options, "tool_outputs": [*outputs]}
        if not stream:
            return self._adopt(runs.submit_tool_outputs(**given))
        events: Stream = runs.submit_tool_outputs(stream=True, **given)
        events.watch(self._adopt)
        return events

    def do_tool_calls(self, tools: Tools) -> list[dict[str, str]]:
        """Perform the tool calls that the run asks for, without submitting the outputs.

        Args:
            tools: the functions that may be called.

        Raises:
            ToolError: a call failed, and failures are to be raised. The run still
                waits for outputs.
        """
        return self._client._follow(_tool_calls(self, tools), {})

    def list_steps(self, **params: Unpack[StepsList]) -> Page[RunStep]:
        """List the steps of the run, page by page."""
        return self._client.threads.runs.steps.list(**self._ids, **params)

    def messages(self, **params: Unpack[RunsList]) -> Page[Message]:
        """List the messages that the run wrote, page by page."""
        ids: Any = self._ids
        return self._client.threads.messages.list(**ids, **params)

    def thread(self, **options: Unpack[Options]) -> Thread:
        """Return the thread; see `refresh` for the errors."""
        return self._client.threads.retrieve(self._key("thread_id"), **options)

    def assistant(self, **options: Unpack[Options]) -> Assistant:
        """Return the assistant; see `refresh` for the errors."""
        return self._client.assistants.retrieve(self._key("assistant_id"), **options)


class AsyncRun(_Run):
    """A run whose methods are awaited; see `Run`."""

    __slots__ = ("_binding",)

    _client: AsyncClient

    async def refresh(self, **options: Unpack[Options]) -> Self:
        """Retrieve the run again, in place.

        Raises:
            APIError: the call fails.
        """
        runs = self._client.threads.runs
        return self._adopt(await runs.retrieve(**self._ids, **options))

    async def refresh_status(self, **options: Unpack[Options]) -> str:
        """Refresh the run and return its status; see `refresh` for the errors."""
        return (await self.refresh(**options)).status

    async def wait(
        self,
        *,
        tools: Tools | None = None,
        timeout: float | None = MAX_WAIT,
        on_update: Callable[[AsyncRun], Any] | None = None,
        **params: Unpack[RunWait],
    ) -> Self:
        """Wait until the run is completed; see `Run.wait`."""
        if self.has_ended:
            return self._finished()
        given = self._polling(tools, timeout, on_update, params)
        try:
            self._adopt(await self._client.threads.runs.poll(**given))
        except RunTimeout as error:
            error.run = self._adopt(error.run)
            raise
        return self._finished()

    async def update(self, **params: Unpack[RunsUpdate]) -> Self:
        """Update the run's metadata; see `refresh` for the errors."""
        runs = self._client.threads.runs
        return self._adopt(await runs.update(**self._ids, **params))

    async def cancel(self, **options: Unpack[Options]) -> Self:
        """Begin to cancel the run; see `refresh` for the errors."""
        runs = self._client.threads.runs
        return self._adopt(await runs.cancel(**self._ids, **options))

    @overload
    async def submit_tool_outputs(
        self,
        outputs: Iterable[Any],
        *,
        stream: Literal[False] = False,
        **options: Unpack[Options],
    ) -> Self: ...
    @overload
    async def submit_tool_outputs(
        self,
        outputs: Iterable[Any],
        *,
        stream: Literal[True],
        **options: Unpack[Options],
    ) -> AsyncStream: ...
    async def submit_tool_outputs(
        self,
        outputs: Iterable[Any],
        *,
        stream: bool = False,
        **options: Unpack[Options],
    ) -> Self | AsyncStream:
        """Submit outputs; see `Run.submit_tool_outputs`."""
        runs = self._client.threads.runs
        given: Any = {**self._ids, **options, "tool_outputs": [*outputs]}
        if not stream:
            return self._adopt(await runs.submit_tool_outputs(**given))
        events: AsyncStream = await runs.submit_tool_outputs(stream=True, **given)
        events.watch(self._adopt)
        return events

    async def do_tool_calls(self, tools: Tools) -> list[dict[str, str]]:
        """Perform the tool calls that the run asks for, without submitting the outputs.

        See `Run.do_tool_calls` for the arguments.
        """
        return await self._client._follow(_tool_calls(self, tools), {})

    def list_steps(self, **params: Unpack[StepsList]) -> AsyncPages[AsyncRunStep]:
        """List the steps of the run, page by page."""
        return self._client.threads.runs.steps.list(**self._ids, **params)

    def messages(self, **params: Unpack[RunsList]) -> AsyncPages[AsyncMessage]:
        """List the messages that the run wrote, page by page."""
        ids: Any = self._ids
        return self._client.threads.messages.list(**ids, **params)

    async def thread(self, **options: Unpack[Options]) -> AsyncThread:
        """Return the thread; see `refresh` for the errors."""
        return await self._client.threads.retrieve(self._key("thread_id"), **options)

    async def assistant(self, **options: Unpack[Options]) -> AsyncAssistant:
        """Return the assistant; see `refresh` for the errors."""
        key = self._key("assistant_id")
        return await self._client.assistants.retrieve(key, **options)


def _tool_set(tools: Tools) -> Any:
    from ..tools import tool_set

    return tool_set(tools)


def _tool_calls(run: Any, tools: Tools) -> Any:
    from .._flows.tool_calls import perform_tool_calls

    return perform_tool_calls(run, _tool_set(tools))
