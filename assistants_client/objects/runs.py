"""Live runs: refreshed, waited for, and acted on."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, overload

from .._errors import APIStatusError, AssistantsError, NotFoundError
from .._operations import GET_RUN
from .._options import MAX_WAIT
from ._live import SyncObject
from ._run import BaseRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self, Unpack

    from .._flows.poll_policy import RunWait
    from ..client import AsyncClient, Client
    from ..display.timeline import Timeline
    from ..pages import AsyncPage, AsyncPages, Page
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


class Run(SyncObject, BaseRun):
    """A run, as the server returned it last, with methods that act on it.

    What changes it changes it in place. `copy.copy` gives an independent copy.
    """

    __slots__ = ("_binding", "_read", "_tool_ledger")

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
        max_wait: float | None = MAX_WAIT,
        on_update: Callable[[Run], Any] | None = None,
        **params: Unpack[RunWait],
    ) -> Self:
        """Wait until the run is completed. Interrupting this leaves the run going on.

        Args:
            tools: functions to call when the run asks for them.
            max_wait: seconds to wait; None for no limit. `timeout` is another name of
                it here.
            on_update: called with the run each time it has changed.
            params: `poll_interval_ms`, `cancel_on_timeout`, `on_approval`, `spinner`,
                and options for the requests, as `runs.poll` takes them.

        Raises:
            ConfigurationError: an argument can't be used.
            RunFailed: it failed.
            RunCancelled: it was cancelled.
            RunExpired: it waited too long for outputs.
            RunIncomplete: it stopped before its end.
            RunRequiresAction: it waits for outputs, and there are no tools.
            RunRequiresApproval: it waits for somebody to approve tool calls.
            UnknownRunAction: it waits for something that isn't known.
            RunTimeout: it goes on after `max_wait`.
            ToolError: a function failed, and the tools say that this is to be raised.
            APIError: a call fails.
        """
        given = self._polling(tools, max_wait, on_update, params)
        if self.has_ended:
            return self._finished(self)
        runs = self._client.threads.runs
        try:
            ended = runs._wait(GET_RUN, {**self._ids, **given})
        except AssistantsError as error:
            self._with_this(error)
            raise
        self._adopt(ended)
        return self._finished(ended)

    def update(self, **params: Unpack[RunsUpdate]) -> Self:
        """Update the run's metadata; see `refresh` for the errors."""
        return self._adopt(
            self._client.threads.runs.update(**self._ids, **self._changed(params))
        )

    def cancel(self, **options: Unpack[Options]) -> Self:
        """Begin to cancel the run; see `refresh` for the errors."""
        return self._adopt(self._client.threads.runs.cancel(**self._ids, **options))

    @overload
    def submit_tool_outputs(
        self,
        outputs: Iterable[Any] | None = None,
        *,
        tool_approvals: Iterable[Any] | None = None,
        stream: Literal[False] = False,
        **options: Unpack[Options],
    ) -> Self: ...
    @overload
    def submit_tool_outputs(
        self,
        outputs: Iterable[Any] | None = None,
        *,
        tool_approvals: Iterable[Any] | None = None,
        stream: Literal[True],
        **options: Unpack[Options],
    ) -> Stream: ...
    def submit_tool_outputs(
        self,
        outputs: Iterable[Any] | None = None,
        *,
        tool_approvals: Iterable[Any] | None = None,
        stream: bool = False,
        **options: Unpack[Options],
    ) -> Self | Stream:
        """Submit the outputs of all the calls that the run waits for.

        Args:
            outputs: one for each call, as `tool_output` makes them.
            tool_approvals: one for each call that needs an approval, with
                `tool_call_id` and `approve`, and `headers` for its server if need be.
            stream: whether to return the events that follow. The run changes with
                them.
            options: those of every call.

        Raises:
            APIError: the call fails.
        """
        runs = self._client.threads.runs
        given, items = self._submitting(outputs, tool_approvals, options)
        if not stream:
            self._adopt(runs.submit_tool_outputs(**given))
            self._submitted(items)
            return self
        events: Stream = runs.submit_tool_outputs(stream=True, **given)
        self._submitted(items)
        events.watch(self._adopt)
        return events

    def do_tool_calls(self, tools: Tools) -> list[dict[str, str]]:
        """Perform the tool calls that the run asks for, without submitting the outputs.

        Each call is made once, however often this is called, and `wait` submits the
        outputs without calling again.

        Args:
            tools: the functions that may be called.

        Raises:
            ToolError: a call failed, and failures are to be raised. The run still
                waits for outputs.
        """
        from ._run_waits import performed

        return self._client._follow(performed(self, tools), {})

    def list_steps(self, **params: Unpack[StepsList]) -> Page[RunStep]:
        """List the steps of the run, page by page."""
        return self._client.threads.runs.steps.list(**self._ids, **params)

    def messages(self, **params: Unpack[RunsList]) -> Page[Message]:
        """List the messages that the run wrote, page by page.

        Where the server doesn't say which run wrote a message, they are those that the
        steps of the run name.
        """
        from .._flows.tool_calls import written_in
        from ._own_messages import lacks_messages_of, with_messages

        ids: Any = self._ids
        messages = self._client.threads.messages
        page = messages.list(**ids, **params)
        if not lacks_messages_of(page, ids["run_id"]):
            return page
        try:
            named = [*written_in(self.list_steps(order="asc", limit=100))]
        except APIStatusError:
            # There are servers without steps.
            return page
        thread = ids["thread_id"]
        found = {each.id: each for each in page.data}
        for key in named:
            if key not in found:
                with suppress(NotFoundError):
                    found[key] = messages.retrieve(key, thread_id=thread)
        return with_messages(page, named, found, params.get("order"))

    def timeline(self, **options: Unpack[Options]) -> Timeline:
        """Fetch the steps, to be printed or shown in a notebook as they went by.

        A run that has not ended is retrieved again for it; this object stays as it is.

        Raises:
            APIError: a call fails.
        """
        runs = self._client.threads.runs
        return runs._timeline(GET_RUN, {**self._ids, **options, "known": self})

    def thread(self, **options: Unpack[Options]) -> Thread:
        """Return the thread; see `refresh` for the errors."""
        return self._client.threads.retrieve(self._key("thread_id"), **options)

    def assistant(self, **options: Unpack[Options]) -> Assistant:
        """Return the assistant; see `refresh` for the errors."""
        return self._client.assistants.retrieve(self._key("assistant_id"), **options)


class AsyncRun(BaseRun):
    """A run whose methods are awaited; see `Run`."""

    __slots__ = ("_binding", "_read", "_tool_ledger")

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
        max_wait: float | None = MAX_WAIT,
        on_update: Callable[[AsyncRun], Any] | None = None,
        **params: Unpack[RunWait],
    ) -> Self:
        """Wait until the run is completed; see `Run.wait`."""
        given = self._polling(tools, max_wait, on_update, params)
        if self.has_ended:
            return self._finished(self)
        runs = self._client.threads.runs
        try:
            ended = await runs._wait(GET_RUN, {**self._ids, **given})
        except AssistantsError as error:
            self._with_this(error)
            raise
        self._adopt(ended)
        return self._finished(ended)

    async def update(self, **params: Unpack[RunsUpdate]) -> Self:
        """Update the run's metadata; see `refresh` for the errors."""
        runs = self._client.threads.runs
        return self._adopt(await runs.update(**self._ids, **self._changed(params)))

    async def cancel(self, **options: Unpack[Options]) -> Self:
        """Begin to cancel the run; see `refresh` for the errors."""
        runs = self._client.threads.runs
        return self._adopt(await runs.cancel(**self._ids, **options))

    @overload
    async def submit_tool_outputs(
        self,
        outputs: Iterable[Any] | None = None,
        *,
        tool_approvals: Iterable[Any] | None = None,
        stream: Literal[False] = False,
        **options: Unpack[Options],
    ) -> Self: ...
    @overload
    async def submit_tool_outputs(
        self,
        outputs: Iterable[Any] | None = None,
        *,
        tool_approvals: Iterable[Any] | None = None,
        stream: Literal[True],
        **options: Unpack[Options],
    ) -> AsyncStream: ...
    async def submit_tool_outputs(
        self,
        outputs: Iterable[Any] | None = None,
        *,
        tool_approvals: Iterable[Any] | None = None,
        stream: bool = False,
        **options: Unpack[Options],
    ) -> Self | AsyncStream:
        """Submit outputs; see `Run.submit_tool_outputs`."""
        runs = self._client.threads.runs
        given, items = self._submitting(outputs, tool_approvals, options)
        if not stream:
            self._adopt(await runs.submit_tool_outputs(**given))
            self._submitted(items)
            return self
        events: AsyncStream = await runs.submit_tool_outputs(stream=True, **given)
        self._submitted(items)
        events.watch(self._adopt)
        return events

    async def do_tool_calls(self, tools: Tools) -> list[dict[str, str]]:
        """Perform the tool calls that the run asks for, without submitting the outputs.

        See `Run.do_tool_calls` for the arguments.
        """
        from ._run_waits import performed

        return await self._client._follow(performed(self, tools), {})

    def list_steps(self, **params: Unpack[StepsList]) -> AsyncPages[AsyncRunStep]:
        """List the steps of the run, page by page."""
        return self._client.threads.runs.steps.list(**self._ids, **params)

    def messages(self, **params: Unpack[RunsList]) -> AsyncPages[AsyncMessage]:
        """List the messages that the run wrote, page by page; see `Run.messages`."""
        ids: Any = self._ids
        first = self._client.threads.messages.list(**ids, **params)
        from ..pages import AsyncPages

        return AsyncPages(lambda: self._own(first, params.get("order")))

    async def _own(
        self, first: AsyncPages[AsyncMessage], order: str | None
    ) -> AsyncPage[AsyncMessage]:
        """Return the first page of the messages that the run wrote."""
        from .._flows.tool_calls import written_in
        from ._own_messages import lacks_messages_of, with_messages

        page = await first
        ids = self._ids
        if not lacks_messages_of(page, ids["run_id"]):
            return page
        steps = self.list_steps(order="asc", limit=100)
        try:
            named = [*written_in([each async for each in steps])]
        except APIStatusError:
            return page
        messages = self._client.threads.messages
        found = {each.id: each for each in page.data}
        for key in named:
            if key not in found:
                with suppress(NotFoundError):
                    thread = ids["thread_id"]
                    found[key] = await messages.retrieve(key, thread_id=thread)
        return with_messages(page, named, found, order)

    async def timeline(self, **options: Unpack[Options]) -> Timeline:
        """Fetch the steps, to be printed or shown; see `Run.timeline`."""
        runs = self._client.threads.runs
        return await runs._timeline(GET_RUN, {**self._ids, **options, "known": self})

    async def thread(self, **options: Unpack[Options]) -> AsyncThread:
        """Return the thread; see `refresh` for the errors."""
        return await self._client.threads.retrieve(self._key("thread_id"), **options)

    async def assistant(self, **options: Unpack[Options]) -> AsyncAssistant:
        """Return the assistant; see `refresh` for the errors."""
        key = self._key("assistant_id")
        return await self._client.assistants.retrieve(key, **options)
