"""Live run steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._api import RunStepObject
from ._live import LiveObject, SyncObject

if TYPE_CHECKING:
    from typing import Self, Unpack

    from ..client import AsyncClient, Client
    from ..resources._params import Options, StepsRetrieve
    from .runs import AsyncRun, Run


class _RunStep(LiveObject, RunStepObject):
    """What both kinds of step have in common."""

    __slots__ = ()

    @property
    def _ids(self) -> dict[str, Any]:
        return {"step_id": self._key("step_id", "id"), **self._run_ids}

    @property
    def _run_ids(self) -> dict[str, Any]:
        return {"run_id": self._key("run_id"), "thread_id": self._key("thread_id")}


class RunStep(SyncObject, _RunStep):
    """A step, as the server returned it last, with methods that act on it."""

    __slots__ = ("_binding", "_read")

    _client: Client

    def refresh(self, **options: Unpack[StepsRetrieve]) -> Self:
        """Retrieve the step again, in place.

        Raises:
            APIError: the call fails.
        """
        steps = self._client.threads.runs.steps
        return self._adopt(steps.retrieve(**self._ids, **options))

    def run(self, **options: Unpack[Options]) -> Run:
        """Return the run; see `refresh` for the errors."""
        return self._client.threads.runs.retrieve(**self._run_ids, **options)


class AsyncRunStep(_RunStep):
    """A step whose methods are awaited; see `RunStep`."""

    __slots__ = ("_binding", "_read")

    _client: AsyncClient

    async def refresh(self, **options: Unpack[StepsRetrieve]) -> Self:
        """Retrieve the step again, in place.

        Raises:
            APIError: the call fails.
        """
        steps = self._client.threads.runs.steps
        return self._adopt(await steps.retrieve(**self._ids, **options))

    async def run(self, **options: Unpack[Options]) -> AsyncRun:
        """Return the run; see `refresh` for the errors."""
        return await self._client.threads.runs.retrieve(**self._run_ids, **options)
