"""The objects of a stream as they are so far: its thread, run, messages and steps."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from .accumulate import Accumulated
from .run_status import REQUIRES_ACTION, has_ended

if TYPE_CHECKING:
    from .parse import ParsedEvent

_RUN: Final = "thread.run."
_STEP: Final = "thread.run.step."
_MESSAGE: Final = "thread.message."
LAST: Final = frozenset({"completed", "incomplete", "failed", "cancelled", "expired"})
"""The events after which an object doesn't change any more."""
# The properties of messages and steps that deltas add to.
_PARTS = frozenset({"content", "step_details"})


class Snapshots:
    """The thread, run, messages and steps of a stream so far, as JSON data.

    Attributes:
        thread: the thread, if the call created it.
        run: the run of the last event of the run.
        messages: by their ids, in the order of their first events.
        steps: likewise.
        closed: the ids of messages that are complete.
        closed_steps: the ids of steps that are complete.
        message_id: the message of the last event of a message.
        step_id: the step of the last event of a step.
        done: whether the server said that the stream is over.
    """

    def __init__(self) -> None:
        self.thread: dict[str, Any] | None = None
        self.run: dict[str, Any] | None = None
        self.messages: dict[str, Accumulated] = {}
        self.steps: dict[str, Accumulated] = {}
        self.closed: set[str] = set()
        self.closed_steps: set[str] = set()
        self.message_id: str | None = None
        self.step_id: str | None = None
        self.done = False

    @property
    def status(self) -> Any:
        """Return the status of the run; None as long as it is unknown."""
        return self.run.get("status") if self.run else None

    @property
    def ended(self) -> bool:
        """Return whether the run has ended."""
        return has_ended(self.status)

    @property
    def requires_action(self) -> bool:
        """Return whether the run requires an action."""
        return bool(self.status == REQUIRES_ACTION)

    def data(self) -> dict[str, Any]:
        """Return a copy of all of them, as JSON data."""
        return deepcopy(
            {
                "thread": self.thread,
                "run": self.run,
                "messages": [each.snapshot() for each in self.messages.values()],
                "run_steps": [each.snapshot() for each in self.steps.values()],
            }
        )

    def apply(self, event: ParsedEvent) -> None:
        """Accumulate an event; one that makes no sense changes nothing."""
        name, data = event.name, event.data
        if type(data) is not dict:
            return
        if name.startswith(_MESSAGE):
            self.message_id = self._apply(self.messages, name, data, self.message_id)
        elif name.startswith(_STEP):
            self.step_id = self._apply(self.steps, name, data, self.step_id)
        elif name.startswith(_RUN):
            self._apply_run(name, data)
        elif name == "thread.created":
            self.thread = data

    def _apply(
        self,
        held: dict[str, Accumulated],
        name: str,
        data: dict[str, Any],
        last: str | None,
    ) -> str | None:
        """Accumulate an event of a message or a step; return the id of that object."""
        known = data.get("id")
        if not isinstance(known, str):
            # It can only be the object of the event before.
            known = last
        if known is None:
            return last
        if name.endswith(".delta"):
            accumulated = held.get(known)
            if accumulated is None:
                accumulated = held[known] = Accumulated(
                    {"id": known, "object": name[:-6]}
                )
            delta = data.get("delta")
            if type(delta) is dict:
                accumulated.add(delta)
            return known
        closed = self.closed if held is self.messages else self.closed_steps
        if name.rpartition(".")[2] in LAST:
            closed.add(known)
        elif known in closed:
            # What is complete doesn't start again.
            return known
        elif known in held and _is_poorer(data):
            # Sent again, with less in it than what has been accumulated.
            held[known].add({n: v for n, v in data.items() if n not in _PARTS})
            return known
        held[known] = Accumulated(data)
        return known

    def _apply_run(self, name: str, data: dict[str, Any]) -> None:
        status = data.get("status")
        if not isinstance(status, str):
            # Only the name of the event tells the status.
            data = {**(self.run or {}), **data, "status": _status(name)}
        if self.requires_action and data["status"] == "completed":
            # Nobody has submitted outputs yet, so it can't be; some servers say so.
            return
        self.run = data

    def outputs_submitted(self) -> None:
        """Note that outputs were submitted: the run goes on."""
        if self.run is not None:
            self.run = {**self.run, "status": "queued"}
        self.done = False


class RunSnapshot(Snapshots):
    """The run and the thread alone, so that memory doesn't grow with the stream."""

    def apply(self, event: ParsedEvent) -> None:
        """Accumulate an event of the run or the thread; ignore the others."""
        if not event.name.startswith((_MESSAGE, _STEP)):
            super().apply(event)


def _is_poorer(data: dict[str, Any]) -> bool:
    """Return whether an object has no content, which it had before."""
    details = data.get("step_details")
    calls = details.get("tool_calls") if isinstance(details, dict) else None
    return not data.get("content") and not calls


def _status(name: str) -> str:
    status = name.rpartition(".")[2]
    return "queued" if status == "created" else status
