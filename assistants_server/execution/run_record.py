"""A run as the store has it: how it changes and ends, whatever carries it on."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ..contract import objects
from ..contract.objects import end_message, end_step, is_function_step, usage_of
from ..http.events import frame
from ..telemetry.instruments import instruments

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..contract.objects import Ending
    from ..http.events import Listener
    from ..store import Store

JSON = dict[str, Any]
_T = TypeVar("_T")
RESTARTED = {"code": "server_error", "message": "The server was restarted."}
_NOTHING = usage_of(0, 0)
ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")


class OverError(Exception):
    """The run has ended meanwhile, so nothing may be written any more."""


class RunRecord:
    """A run of the store, and who gets the events that say how it changes.

    Everything is read from the store each time, so that it holds whatever became of
    the task that carried the run. Events go out when the change is made, if it is. All
    but `perform` is called within a change.

    Attributes:
        id: the run's id.
        thread: the id of its thread.
        store: the store as the project of the run sees it.
        listener: receives the events; None where nobody listens.
        status: its status when it was looked at or changed here for the last time.
        shared: whether they are stored as well, for a client of another process.
        last_event: the position of the last one that is stored.
    """

    def __init__(
        self,
        store: Store,
        id: str,
        listener: Listener | None = None,
        *,
        shared: bool = False,
    ) -> None:
        """Find a run of the store, whatever its status."""
        self.id = id
        self.listener = listener
        self.status = "queued"
        # From here on nothing is found that isn't of the run's own project.
        self.store = self._store = store.of(store.project_of(id))
        self.last_event = 0
        self._changes = 0
        self._idle = asyncio.Event()
        self._is_left = False
        self._notes = store.notes(id)
        self.shared: bool = shared or self._notes.get("shared", False)
        self.thread: str = self._notes["thread"]

    async def perform(self, work: Callable[[], _T], *, ending: bool = False) -> _T:
        """Carry out a change of the run by who carries it on, and return its result.

        Args:
            work: makes the change.
            ending: whether the run may be one that is being cancelled.

        Raises:
            OverError: the run has ended, or somebody else carries it on.
            StoreError: the store can't be used.
        """

        def held() -> _T:
            if not self._store.hold(self.id, ending=ending) or self._is_left:
                raise OverError
            return work()

        self._changes += 1
        try:
            return await self._store.perform(held)
        finally:
            self._changes -= 1
            if not self._changes:
                self._idle.set()

    async def leave(self) -> None:
        """Let nothing be changed any more, and wait for a change that goes on."""
        self._is_left = True
        self._idle.clear()
        if self._changes:
            await self._idle.wait()

    @property
    def expires(self) -> float:
        """Return when it expires, in seconds since 1970."""
        expires: float = self._notes["expires"]
        return expires

    @property
    def script(self) -> str | None:
        """Return the script of the request that created it, as JSON."""
        script: str | None = self._notes.get("script")
        return script

    @property
    def trace(self) -> dict[str, str]:
        """Return the headers that name the span in which it was created."""
        trace: dict[str, str] = self._notes.get("trace") or {}
        return trace

    @property
    def state(self) -> JSON:
        """Return what its engine wants to know again."""
        state: JSON = self._notes.get("state") or {}
        return state

    def keep_state(self, state: JSON) -> None:
        """Keep what its engine wants to know again."""
        self._note(state=state)

    def _note(self, **more: Any) -> None:
        notes = {**self._notes, **more}
        self._store.put_notes(self.id, notes)
        # A change that is taken back ends the run.
        self._notes = notes

    def run(self) -> JSON:
        """Return the run as it is now."""
        run = self._store.get("run", self.id, thread=self.thread)
        assert run is not None
        return run

    def steps(self) -> list[JSON]:
        """Return its steps, the first one first."""
        return self._store.all("step", thread=self.thread, run=self.id)

    def tokens_used(self) -> tuple[int, int, int]:
        """Return how many tokens it has read, written, and read out of a cache."""
        usages = [step["usage"] for step in self.steps() if step["usage"]]
        return (
            sum(usage["prompt_tokens"] for usage in usages),
            sum(usage["completion_tokens"] for usage in usages),
            sum(objects.cached_of(usage) for usage in usages),
        )

    def set_status(self, status: str, **changes: Any) -> JSON:
        """Change its status and other properties, and return the run."""
        run = {**self.run(), "status": status, **changes}
        self._store.put(run, active=status in ACTIVE)
        self.status = status
        if status not in ACTIVE:
            self._store.after(lambda: instruments().run_ended(run))
        self.emit(f"thread.run.{status}", run)
        return run

    def require(self, calls: list[JSON]) -> None:
        """Wait for the outputs of calls."""
        pending = []
        for call in calls:
            called = call["function"]
            function = {"name": called["name"], "arguments": called["arguments"]}
            pending.append({"id": call["id"], "type": "function", "function": function})
        action = {
            "type": "submit_tool_outputs",
            "submit_tool_outputs": {"tool_calls": pending},
        }
        self.set_status("requires_action", required_action=action)
        self._spend()
        self.end_stream()

    def submit(self, outputs: dict[str, str], listener: Listener | None) -> JSON:
        """Accept the outputs of all pending calls, and return the run as it is then.

        Args:
            outputs: by the id of the call.
            listener: receives the events from now on.
        """
        self.listener = listener
        # Whoever listened elsewhere has got all that there was, and who listens now
        # needs none of it, wherever the run goes on.
        self.shared = False
        for place, _ in self._store.processes.events(self.id, after=self.last_event):
            self.last_event = place
        step = [each for each in self.steps() if each["status"] == "in_progress"][-1]
        for call in step["step_details"]["tool_calls"]:
            call["function"]["output"] = outputs[call["id"]]
        usage = self._store.notes(step["id"])["usage"]
        step.update(status="completed", completed_at=objects.now(), usage=usage)
        self._store.put(step)
        self.emit("thread.run.step.completed", step)
        return self.set_status("queued", required_action=None)

    def complete(self) -> None:
        """End it as completed."""
        self.set_status(
            "completed",
            completed_at=objects.now(),
            expires_at=None,
            usage=usage_of(*self.tokens_used()),
        )
        self._spend()
        self.end_stream()

    def end(
        self, ending: Ending, *, error: JSON | None = None, reason: str | None = None
    ) -> JSON:
        """End it otherwise than completed, after what is unfinished in it.

        Args:
            ending: how it ends.
            error: its last error.
            reason: why it is incomplete.
        """
        known = reason and reason != "content_filter"
        details = {"reason": reason} if known else ({} if reason else None)
        changes: JSON = {
            "required_action": None,
            "last_error": error,
            "incomplete_details": details,
            "expires_at": None,
        }
        if ending in ("failed", "cancelled"):
            changes[f"{ending}_at"] = objects.now()
        self.end_unfinished(ending, error, reason)
        changes["usage"] = usage_of(*self.tokens_used())
        run = self.set_status(ending, **changes)
        self._spend()
        self.end_stream()
        return run

    def _spend(self) -> None:
        """Take what the turn has used from the tokens of the key that began the run."""
        if not self._notes.get("spends"):
            return
        key, limit = self._notes["spends"]
        spent = self._notes.get("spent", 0)
        used = sum(self.tokens_used()[:2]) + sum(
            self._store.notes(step["id"]).get("usage", _NOTHING)["total_tokens"]
            for step in self.steps()
            # Which waits for outputs, and says it when they are there.
            if step["status"] == "in_progress"
        )
        self._note(spent=used)
        self._store.rates.spend(key, limit, used - spent)

    def end_unfinished(
        self, ending: Ending, error: JSON | None = None, reason: str | None = None
    ) -> None:
        """End the messages and steps that are in progress."""
        for step in self.steps():
            if step["status"] != "in_progress":
                continue
            creation = step["step_details"].get("message_creation")
            if creation:
                self._end_message(creation["message_id"], ending, reason)
            usage = self._store.notes(step["id"]).get("usage", usage_of(0, 0))
            end_step(step, ending, error, usage)
            self._store.put(step)
            self.emit(f"thread.run.step.{step['status']}", step)

    def _end_message(self, id: str, ending: Ending, reason: str | None) -> None:
        self._store.lock(id)
        message = self._store.get("message", id, thread=self.thread)
        # It may have been deleted by its client meanwhile.
        if message and message["status"] == "in_progress":
            objects.extend(message, self._store.deltas.of(id))
            end_message(message, ending, reason)
            self._store.put(message)
            self._store.deltas.delete(id)
            self.emit(f"thread.message.{message['status']}", message)

    def unfinished(self) -> tuple[JSON, JSON] | None:
        """Return the message that is in progress, and its step; None without one."""
        for step in self.steps():
            creation = step["step_details"].get("message_creation")
            if creation and step["status"] == "in_progress":
                id = creation["message_id"]  # noqa: A001 - for its type
                message = self._store.get("message", id, thread=self.thread)
                if message and message["status"] == "in_progress":
                    return message, step
        return None

    def recover(self) -> bool:
        """End what an earlier server left unfinished, and return whether to carry on.

        A turn starts again, unless some of it was complete already: that would be
        written and done twice, so the run fails. A message that was being written may
        go on.
        """
        if self.run()["status"] not in ("queued", "in_progress"):
            return True
        if self._has_begun_turn():
            self.end("failed", error=RESTARTED)
            return False
        if not self.unfinished():
            self.end_unfinished("failed", RESTARTED)
        return True

    def _has_begun_turn(self) -> bool:
        """Return whether a step after the last outputs is complete."""
        complete = [step for step in self.steps() if step["status"] == "completed"]
        return bool(complete) and not is_function_step(complete[-1])

    def emit(self, name: str, data: JSON) -> None:
        """Send an event, as soon as the change that goes on is made."""
        listener = self.listener
        if not listener and not self.shared:
            return
        if name.startswith("thread.run.step") and not self._notes["results"]:
            data = objects.without_results(data)
        event = frame(name, data)
        if listener:
            self._store.after(partial(listener.put, event))
        if self.shared:
            self._share(event.decode())

    def end_stream(self) -> None:
        """Send the last event, likewise; what comes then goes to nobody."""
        if self.listener:
            self._store.after(partial(self._end_stream, self.listener))
        if self.shared:
            self._share(None)
            self.shared = False
            self._note(shared=False)

    def share(self) -> None:
        """Store its events from now on, whoever carries it on, to the next last one."""
        self.shared = True
        self._note(shared=True)

    def _share(self, event: str | None) -> None:
        self.last_event = self._store.processes.add_event(self.id, event)

    def close_stream(self) -> None:
        """Send the last event at once, outside of a change."""
        if self.listener:
            self._end_stream(self.listener)

    def _end_stream(self, listener: Listener) -> None:
        listener.end()
        # Another one may have come with the outputs meanwhile.
        if self.listener is listener:
            self.listener = None


def action_calls(run: JSON) -> list[JSON]:
    """Return the calls whose outputs a run waits for."""
    if run["status"] != "requires_action":
        return []
    calls: list[JSON] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    return calls
