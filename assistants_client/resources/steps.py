"""Steps: the methods of `client.threads.runs.steps`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import AsyncResource, Resource, cached_property

if TYPE_CHECKING:
    from typing import Unpack

    from .._operations import HasId
    from ..objects.steps import AsyncRunStep, RunStep
    from ..pages import AsyncPages, Page
    from ._params import Include, StepListParams
    from ._raw import AsyncRawSteps, RawSteps
    from ._streamed import AsyncStreamedSteps, StreamedSteps


class Steps(Resource):
    """Steps, as methods."""

    @cached_property
    def with_raw_response(self) -> RawSteps:
        """Give the same methods, which give whole answers."""
        from ._raw import RawSteps

        return RawSteps(self)

    @cached_property
    def with_streaming_response(self) -> StreamedSteps:
        """Give the same methods for `with`, with answers still to be read."""
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
        """Give a step of a run."""
        result: RunStep = self._do(
            "threads.runs.steps.retrieve",
            params,
            step_id=step_id,
            thread_id=thread_id,
            run_id=run_id,
        )
        return result

    def list(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[StepListParams],
    ) -> Page[RunStep]:
        """List the steps of a run, page by page."""
        page: Page[RunStep] = self._list(
            "threads.runs.steps.list", params, run_id=run_id, thread_id=thread_id
        )
        return page


class AsyncSteps(AsyncResource):
    """Steps, as methods that are awaited."""

    @cached_property
    def with_raw_response(self) -> AsyncRawSteps:
        """Give the same methods, which give whole answers."""
        from ._raw import AsyncRawSteps

        return AsyncRawSteps(self)

    @cached_property
    def with_streaming_response(self) -> AsyncStreamedSteps:
        """Give the same methods for `async with`, with answers still to be read."""
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
        """Give a step of a run."""
        result: AsyncRunStep = await self._do(
            "threads.runs.steps.retrieve",
            params,
            step_id=step_id,
            thread_id=thread_id,
            run_id=run_id,
        )
        return result

    def list(
        self,
        run_id: str | HasId,
        *,
        thread_id: str | HasId,
        **params: Unpack[StepListParams],
    ) -> AsyncPages[AsyncRunStep]:
        """List the steps of a run, page by page."""
        pages: AsyncPages[AsyncRunStep] = self._list(
            "threads.runs.steps.list", params, run_id=run_id, thread_id=thread_id
        )
        return pages
