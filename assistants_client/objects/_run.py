"""What runs of both kinds of client have in common."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

from .._api import RunObject, to_json
from .._arguments import check_called, given, is_left_out
from .._errors import ConfigurationError
from .._events.run_status import has_ended
from .._flows.actions import Actions
from .._flows.poll_policy import MAX_WAIT, RunWait, WaitOptions, poll_policy
from .._locks import lock_of, locked
from .._outputs import listed_outputs
from .._run_errors import run_error
from .._tool_ledger import ToolLedger
from ._live import LiveObject

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self

    from .._effects import Flow
    from .._errors import AssistantsError
    from ..tools import Tools

# What `wait` takes.
_WAITING = frozenset({"tools", "max_wait", "on_update", *RunWait.__annotations__})


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
        said: dict[str, Any] = given({**params, "tools": tools, "on_update": on_update})
        if not is_left_out(max_wait):
            said["max_wait"] = max_wait
        if "timeout" in said:
            if said.get("max_wait", MAX_WAIT) != MAX_WAIT:
                raise ConfigurationError("max_wait and timeout are the same: give one")
            said["max_wait"] = said.pop("timeout")
        if not said.keys() <= _WAITING:
            from .._unknown import check_keywords

            check_keywords(f"{type(self).__name__}.wait()", said, _WAITING)
        policy: Any = {
            n: v for n, v in said.items() if n in WaitOptions.__annotations__
        }
        poll_policy(policy, time.monotonic)
        check_called(said, self._bound().client)
        if said.get("tools") is not None:
            said["tools"] = _tool_set(said["tools"])
        else:
            said.pop("tools", None)
        said["on_update"] = self._updating(said.get("on_update"))
        return {**said, "known": self}

    @property
    def _ledger(self) -> ToolLedger:
        """Return what has become of the run's tool calls."""
        # Not by name: the slot is the subclass's.
        return getattr(self, "_tool_ledger", None) or self._new_ledger()

    @locked
    def _new_ledger(self) -> ToolLedger:
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


def _tool_set(tools: Tools) -> Any:
    from ..tools import tool_set

    return tool_set(tools)


def performed(run: Any, tools: Tools) -> Flow[list[dict[str, str]]]:
    """Perform the calls that a run asks for, as far as that was not done before.

    Returns:
        The outputs of all of them, in order.

    Raises:
        ToolError: a call failed, and failures are to be raised.
    """
    calls: Any = None
    actions = Actions(calls, run._ledger, time.monotonic, tools=_tool_set(tools))
    yield from actions.perform(run)
    return actions.outputs(run)
