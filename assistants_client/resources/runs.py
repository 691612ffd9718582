"""Runs: the methods of `client.threads.runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import AsyncResource, Resource, cached_property
from .steps import AsyncSteps, Steps

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import RunObject
    from .._endpoints import HasId
    from .._pages import AsyncPages, Page
    from ._params import (
        ListParams,
        Options,
        Poll,
        RunCreate,
        RunCreateAndPoll,
        RunSubmit,
        RunSubmitAndPoll,
        RunUpdate,
    )
    from ._raw import AsyncRawRuns, RawRuns
    from ._streaming import AsyncStreamedRuns, StreamedRuns


class Runs(Resource):
    """Runs, as methods."""

    @cached_property
    def with_raw_response(self) -> RawRuns:
        """Give the same methods, which give whole answers."""
        from ._raw import RawRuns

        return RawRuns(self)

    @cached_property
    def with_streaming_response(self) -> StreamedRuns:
        """Give the same methods for `with`, with answers still to be read."""
        from ._streaming import StreamedRuns

        return StreamedRuns(self)

    @cached_property
    def steps(self) -> Steps:
        """Give the steps."""
        return Steps(self._client)

    def create(self, thread_id: str | HasId, **params: Unpack[RunCreate]) -> RunObject:
        """Let a run begin in a thread."""
        result: RunObject = self._do("threads.runs.create", params, thread_id=thread_id)
        return result

    def retrieve(
        self, run_id: str | HasId, *, thread_id: str | HasId, **params: Unpack[Options]
    ) -> RunObject:
        """Give a run as it is now."""
        result: RunObject = self._do(
            "threads.runs.retrieve", params, run_id=run_id, thread_id=thread_id
        )
        return result

    def update(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[RunUpdate],
    ) -> RunObject:
        """Change a run's metadata."""
        result: RunObject = self._do(
            "threads.runs.update", params, run_id=run_id, thread_id=thread_id
        )
        return result

    def list(
        self, thread_id: str | HasId, **params: Unpack[ListParams]
    ) -> Page[RunObject]:
        """List the runs of a thread, page by page."""
        page: Page[RunObject] = self._list(
            "threads.runs.list", params, thread_id=thread_id
        )
        return page

    def cancel(
        self, run_id: str | HasId, *, thread_id: str | HasId, **params: Unpack[Options]
    ) -> RunObject:
        """Begin to cancel a run that goes on."""
        result: RunObject = self._do(
            "threads.runs.cancel", params, run_id=run_id, thread_id=thread_id
        )
        return result

    def submit_tool_outputs(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[RunSubmit],
    ) -> RunObject:
        """Submit the outputs of all the calls that a run waits for."""
        result: RunObject = self._do(
            "threads.runs.submit_tool_outputs",
            params,
            run_id=run_id,
            thread_id=thread_id,
        )
        return result

    def poll(
        self, run_id: str | HasId, thread_id: str | HasId, **params: Unpack[Poll]
    ) -> RunObject:
        """Wait for a run.

        It is given in the status in which it ended, whatever that is, or where it
        requires an action.

        Args:
            run_id: the run, or its id.
            thread_id: its thread, or its id.
            params: what `retrieve` takes; `poll_interval_ms`, `max_wait` in
                seconds (600 if not given), `cancel_on_timeout` and `on_update`.

        Raises:
            RunTimeout: it goes on after `max_wait`.
            APIError: a call fails.
        """
        result: RunObject = self._wait(
            "threads.runs.retrieve", params, run_id=run_id, thread_id=thread_id
        )
        return result

    def create_and_poll(
        self, *, thread_id: str | HasId, **params: Unpack[RunCreateAndPoll]
    ) -> RunObject:
        """Let a run begin in a thread, and wait for it; `poll` says how."""
        result: RunObject = self._wait(
            "threads.runs.create", params, thread_id=thread_id
        )
        return result

    def submit_tool_outputs_and_poll(
        self,
        *,
        run_id: str | HasId,
        thread_id: str | HasId,
        **params: Unpack[RunSubmitAndPoll],
    ) -> RunObject:
        """Submit outputs that a run waits for, and wait for it; `poll` says how."""
        result: RunObject = self._wait(
            "threads.runs.submit_tool_outputs",
            params,
            run_id=run_id,
            thread_id=thread_id,
        )
        return result


class AsyncRuns(AsyncResource):
    """Runs, as methods that are awaited."""

    @cached_property
    def with_raw_response(self) -> AsyncRawRuns:
        """Give the same methods, which give whole answers."""
        from ._raw import AsyncRawRuns

        return AsyncRawRuns(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedRuns:
        """Give the same methods for `async with`, with answers still to be read."""
        from ._streaming import AsyncStreamedRuns

        return AsyncStreamedRuns(self)

    @cached_property
    def steps(self) -> AsyncSteps:
        """Give the steps."""
        return AsyncSteps(self._client)

    async def create(
        self, thread_id: str | HasId, **params: Unpack[RunCreate]
    ) -> RunObject:
        """Let a run begin in a thread."""
        result: RunObject = await self._do(
            "threads.runs.create", params, thread_id=thread_id
        )
        return result

    async def retrieve(
        self, run_id: str | HasId, *, thread_id: str | HasId, **params: Unpack[Options]
    ) -> RunObject:
        """Give a run as it is now."""
        result: RunObject = await self._do(
            "threads.runs.retrieve", params, run_id=run_id, thread_id=thread_id
        )
        return result

    async def update(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[RunUpdate],
    ) -> RunObject:
        """Change a run's metadata."""
        result: RunObject = await self._do(
            "threads.runs.update", params, run_id=run_id, thread_id=thread_id
        )
        return result

    def list(
        self, thread_id: str | HasId, **params: Unpack[ListParams]
    ) -> AsyncPages[RunObject]:
        """List the runs of a thread, page by page."""
        pages: AsyncPages[RunObject] = self._list(
            "threads.runs.list", params, thread_id=thread_id
        )
        return pages

    async def cancel(
        self, run_id: str | HasId, *, thread_id: str | HasId, **params: Unpack[Options]
    ) -> RunObject:
        """Begin to cancel a run that goes on."""
        result: RunObject = await self._do(
            "threads.runs.cancel", params, run_id=run_id, thread_id=thread_id
        )
        return result

    async def submit_tool_outputs(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[RunSubmit],
    ) -> RunObject:
        """Submit the outputs of all the calls that a run waits for."""
        result: RunObject = await self._do(
            "threads.runs.submit_tool_outputs",
            params,
            run_id=run_id,
            thread_id=thread_id,
        )
        return result

    async def poll(
        self, run_id: str | HasId, thread_id: str | HasId, **params: Unpack[Poll]
    ) -> RunObject:
        """Wait for a run.

        It is given in the status in which it ended, whatever that is, or where it
        requires an action.

        Args:
            run_id: the run, or its id.
            thread_id: its thread, or its id.
            params: what `retrieve` takes; `poll_interval_ms`, `max_wait` in
                seconds (600 if not given), `cancel_on_timeout` and `on_update`.

        Raises:
            RunTimeout: it goes on after `max_wait`.
            APIError: a call fails.
        """
        result: RunObject = await self._wait(
            "threads.runs.retrieve", params, run_id=run_id, thread_id=thread_id
        )
        return result

    async def create_and_poll(
        self, *, thread_id: str | HasId, **params: Unpack[RunCreateAndPoll]
    ) -> RunObject:
        """Let a run begin in a thread, and wait for it; `poll` says how."""
        result: RunObject = await self._wait(
            "threads.runs.create", params, thread_id=thread_id
        )
        return result

    async def submit_tool_outputs_and_poll(
        self,
        *,
        run_id: str | HasId,
        thread_id: str | HasId,
        **params: Unpack[RunSubmitAndPoll],
    ) -> RunObject:
        """Submit outputs that a run waits for, and wait for it; `poll` says how."""
        result: RunObject = await self._wait(
            "threads.runs.submit_tool_outputs",
            params,
            run_id=run_id,
            thread_id=thread_id,
        )
        return result
