"""What runs of both kinds of client have in common."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

from .._api import RunObject, to_json
from .._arguments import given
from .._events.run_status import has_ended
from .._locks import lock_of, locked
from .._outputs import listed_outputs
from ._live import LiveObject

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self

    from .._errors import AssistantsError
    from .._flows.poll_policy import RunWait
    from .._tool_ledger import ToolLedger
    from ..tools import Tools


class BaseRun(LiveObject, RunObject):
    """What both kinds of run have in common."""

    __slots__ = ()

    _updated_by = "ModifyRunRequest"
    _lock: ClassVar[threading.RLock]

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
        max_wait: float | None,
        on_update: Callable[[Any], Any] | None,
        params: RunWait,
    ) -> dict[str, Any]:
        """Return the keywords of waiting for those of `wait`.

        Raises:
            ConfigurationError: one can't be used.
        """
        # Late, as most runs are read without being waited for by their own methods.
        from ._run_waits import polling

        return polling(self, tools, max_wait, on_update, params)

    @property
    def _ledger(self) -> ToolLedger:
        """Return what has become of the run's tool calls."""
        # Not by name: the slot is the subclass's.
        return getattr(self, "_tool_ledger", None) or self._new_ledger()

    @locked
    def _new_ledger(self) -> ToolLedger:
        from .._tool_ledger import ToolLedger

        # Another thread may have been faster.
        found: ToolLedger | None = getattr(self, "_tool_ledger", None)
        if found is None:
            self._keep(found := ToolLedger())
        return found

    def _keep(self, ledger: ToolLedger) -> None:
        """Share with others what has become of the run's tool calls."""
        object.__setattr__(self, "_tool_ledger", ledger)

    def __copy__(self) -> Self:
        """Return an independent copy, by which no call is made again either."""
        copied = super().__copy__()
        copied._keep(self._ledger)
        return copied

    def _with_this(self, error: AssistantsError) -> None:
        """Have an error hold this run, as it was read last."""
        if error.run is not None:
            if error.run is not self:
                self._adopt(error.run)
            error.run = self

    def _submitting(
        self,
        outputs: Iterable[Any] | None,
        approvals: Iterable[Any] | None,
        options: Mapping[str, Any],
    ) -> tuple[dict[str, Any], list[Any]]:
        """Return the keywords of `runs.submit_tool_outputs`, and what is submitted."""
        kinds = given({"tool_outputs": outputs, "tool_approvals": approvals})
        found = {n: listed_outputs(n, each) for n, each in kinds.items()}
        lists = {name: each for name, each in found.items() if each is not None}
        return {**self._ids, **options, **lists}, [
            item for each in lists.values() for item in each
        ]

    def _submitted(self, outputs: Iterable[Any]) -> None:
        """Note outputs that were submitted, so that no call is made for them again."""
        self._ledger.answered([to_json(each) for each in outputs], time.monotonic())

    def _finished(self, ended: RunObject) -> Self:
        """Return this run if it is completed, else raise a `RunError`.

        Args:
            ended: the run as it ended. Somebody else who waits for it may be behind,
                and have changed this one to what it was before.
        """
        if ended.status != "completed":
            from .._run_errors import run_error

            error = run_error(ended, self._bound().client.options.secrets.redact)
            error.run = self
            raise error
        return self

    def _updating(self, on_update: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
        """Return what takes each state of the run, and hands the run itself on."""

        def update(polled: Any) -> Any:
            self._adopt(polled)
            return on_update(self) if on_update is not None else None

        return update


# One for all: runs are made by the thousand.
BaseRun._lock = lock_of(BaseRun)
