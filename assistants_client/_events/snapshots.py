"""What the events of a stream have added up to so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .._flows.poll import WAITS, has_ended
from .accumulate import Grown

if TYPE_CHECKING:
    from .parse import Told

_RUN: Final = "thread.run."
_STEP: Final = "thread.run.step."
_MESSAGE: Final = "thread.message."
LAST: Final = frozenset({"completed", "incomplete", "failed", "cancelled", "expired"})
"""After which of its own events an object grows no more."""
# What grows of a message and of a step.
_PARTS = frozenset({"content", "step_details"})


class Snapshots:
    """The thread, run, messages and steps that a stream told of, as JSON data.

    Attributes:
        thread: the thread, if it was created.
        run: the run as it was told of last.
        messages: by their ids, in the order in which they came.
        steps: likewise.
        closed: the ids of messages that were told of as a whole at last.
        closed_steps: likewise.
        message_id: the message that was told of last.
        step_id: the step that was told of last.
        done: whether the server said that nothing more comes.
    """

    def __init__(self) -> None:
        self.thread: dict[str, Any] | None = None
        self.run: dict[str, Any] | None = None
        self.messages: dict[str, Grown] = {}
        self.steps: dict[str, Grown] = {}
        self.closed: set[str] = set()
        self.closed_steps: set[str] = set()
        self.message_id: str | None = None
        self.step_id: str | None = None
        self.done = False

    @property
    def status(self) -> Any:
        """Give the status of the run; none where nothing was told of it."""
        return self.run.get("status") if self.run else None

    @property
    def ended(self) -> bool:
        """Tell whether the run has ended."""
        return has_ended(self.status)

    @property
    def waits(self) -> bool:
        """Tell whether the run requires an action."""
        return bool(self.status == WAITS)

    def take(self, what: Told) -> None:
        """Add an event; one that makes no sense changes nothing."""
        name, data = what.name, what.data
        if type(data) is not dict:
            return
        if name.startswith(_MESSAGE):
            self.message_id = self._take(self.messages, name, data, self.message_id)
        elif name.startswith(_STEP):
            self.step_id = self._take(self.steps, name, data, self.step_id)
        elif name.startswith(_RUN):
            self._take_run(name, data)
        elif name == "thread.created":
            self.thread = data

    def _take(
        self, held: dict[str, Grown], name: str, data: dict[str, Any], last: str | None
    ) -> str | None:
        """Add an event of a message or a step; give the id of what it told of."""
        known = data.get("id")
        if not isinstance(known, str):
            # It can only be the one that was written last.
            known = last
        if known is None:
            return last
        if name.endswith(".delta"):
            grown = held.get(known)
            if grown is None:
                grown = held[known] = Grown({"id": known, "object": name[:-6]})
            delta = data.get("delta")
            if type(delta) is dict:
                grown.add(delta)
            return known
        closed = self.closed if held is self.messages else self.closed_steps
        if name.rpartition(".")[2] in LAST:
            closed.add(known)
        elif known in closed:
            # What is whole doesn't begin once more.
            return known
        elif known in held and _is_poorer(data):
            # Told of once more, with less in it than what has been written.
            held[known].add({n: v for n, v in data.items() if n not in _PARTS})
            return known
        held[known] = Grown(data)
        return known

    def _take_run(self, name: str, data: dict[str, Any]) -> None:
        status = data.get("status")
        if not isinstance(status, str):
            # The name is all there is to tell it by.
            data = {**(self.run or {}), **data, "status": _status(name)}
        if self.waits and data["status"] == "completed":
            # Nobody has acted yet, so it can't be: there are servers that say so.
            return
        self.run = data

    def acted(self) -> None:
        """Take note that outputs were submitted: the run goes on."""
        if self.run is not None:
            self.run = {**self.run, "status": "queued"}
        self.done = False


class RunSnapshot(Snapshots):
    """The run alone, so that a stream of any length takes no more room."""

    def take(self, what: Told) -> None:
        """Add an event, if it tells of the run or the thread."""
        name = what.name
        if not name.startswith((_MESSAGE, _STEP)):
            super().take(what)


def _is_poorer(data: dict[str, Any]) -> bool:
    """Tell whether an object says nothing of what is written."""
    details = data.get("step_details")
    calls = details.get("tool_calls") if isinstance(details, dict) else None
    return not data.get("content") and not calls


def _status(name: str) -> str:
    status = name.rpartition(".")[2]
    return "queued" if status == "created" else status
