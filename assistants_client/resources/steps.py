"""Steps: the methods of `client.threads.runs.steps`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import AsyncResource, Resource

if TYPE_CHECKING:
    from typing import Unpack

    from .._api import RunStepObject
    from .._endpoints import HasId
    from .._pages import AsyncPages, Page
    from ._params import Include, StepListParams


class Steps(Resource):
    """Steps, as methods."""

    def retrieve(
        self,
        step_id: str | HasId,
        *,
        thread_id: str | HasId,
        run_id: str | HasId,
        **params: Unpack[Include],
    ) -> RunStepObject:
        """Give a step of a run."""
        result: RunStepObject = self._do(
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
    ) -> Page[RunStepObject]:
        """List the steps of a run, page by page."""
        return self._list(
            "threads.runs.steps.list", params, run_id=run_id, thread_id=thread_id
        )


class AsyncSteps(AsyncResource):
    """Steps, as methods that are awaited."""

    async def retrieve(
        self,
        step_id: str | HasId,
        *,
        thread_id: str | HasId,
        run_id: str | HasId,
        **params: Unpack[Include],
    ) -> RunStepObject:
        """Give a step of a run."""
        result: RunStepObject = await self._do(
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
    ) -> AsyncPages[RunStepObject]:
        """List the steps of a run, page by page."""
        return self._list(
            "threads.runs.steps.list", params, run_id=run_id, thread_id=thread_id
        )
