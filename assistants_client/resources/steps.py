"""Steps: the methods of `client.threads.runs.steps`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._operations import (
    LIST_STEPS,
    RETRIEVE_STEP,
)
from ._base import AsyncResource, Resource, cached_property

if TYPE_CHECKING:
    from typing import Unpack

    from .._call import HasId
    from ..objects.steps import AsyncRunStep, RunStep
    from ..pages import AsyncPages, Page
    from ._params import Include, StepListParams
    from ._raw import AsyncRawSteps, RawSteps
    from ._streamed import AsyncStreamedSteps, StreamedSteps


class Steps(Resource):
    """Steps, as methods."""

    @cached_property
    def with_raw_response(self) -> RawSteps:
        """Return the same methods, which return the whole response."""
        from ._raw import RawSteps

        return RawSteps(self)

    @cached_property
    def with_streaming_response(self) -> StreamedSteps:
        """Return the same methods for `with`, with the response still to be read."""
        from ._streamed import StreamedSteps

        return StreamedSteps(self)

    def retrieve(
        self,
        step_id: str | HasId,
        *,
        thread_id: str | HasId,
        run_id: str | HasId,
        **params: Unpack[Include],
    ) -> RunStep:
        """Return a step of a run."""
        return self._do(
            RETRIEVE_STEP, params, step_id=step_id, thread_id=thread_id, run_id=run_id
        )

    def list(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[StepListParams],
    ) -> Page[RunStep]:
        """List the steps of a run, page by page."""
        return self._list(LIST_STEPS, params, run_id=run_id, thread_id=thread_id)


class AsyncSteps(AsyncResource):
    """Steps, as methods that are awaited."""

    @cached_property
    def with_raw_response(self) -> AsyncRawSteps:
        """Return the same methods, which return the whole response."""
        from ._raw import AsyncRawSteps

        return AsyncRawSteps(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedSteps:
        """Return the same methods for `async with`, whose responses are unread."""
        from ._streamed import AsyncStreamedSteps

        return AsyncStreamedSteps(self)

    async def retrieve(
        self,
        step_id: str | HasId,
        *,
        thread_id: str | HasId,
        run_id: str | HasId,
        **params: Unpack[Include],
    ) -> AsyncRunStep:
        """Return a step of a run."""
        return await self._do(
            RETRIEVE_STEP, params, step_id=step_id, thread_id=thread_id, run_id=run_id
        )

    def list(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[StepListParams],
    ) -> AsyncPages[AsyncRunStep]:
        """List the steps of a run, page by page."""
        return self._list(LIST_STEPS, params, run_id=run_id, thread_id=thread_id)
