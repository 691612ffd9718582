"""The events of a run once more, made of what is stored of it.

Whoever repeats a request for a stream has nothing of the first one. So what happened
since is told from its beginning, without the pieces in which it came, and what happens
from then on as it is found in the store, whichever process carries on the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..contract import objects
from ..contract.objects import without_results
from .run_record import ACTIVE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..store import Store

JSON = dict[str, Any]
Event = tuple[str, JSON]
# How steps and messages are that go on: what an end adds is not there yet.
_BEGUN = {
    "status": "in_progress",
    **dict.fromkeys(("completed_at", "failed_at", "cancelled_at", "expired_at")),
    **dict.fromkeys(("incomplete_at", "incomplete_details", "last_error", "usage")),
}
# The statuses before which a run was in progress.
_AFTER_PROGRESS = ("requires_action", "completed", "incomplete")


@dataclass(frozen=True)
class Found:
    """A run as it is stored.

    Attributes:
        run: the run.
        steps: its steps, the first one first.
        messages: what they write, by its id, with all that is written of it.
    """

    run: JSON
    steps: list[JSON]
    messages: dict[str, JSON]


class Replay:
    """What the client of a stream knows of a run, and what it is to be told.

    Attributes:
        run: the id of the run.
    """

    def __init__(
        self,
        reported: JSON,
        *,
        thread: JSON | None = None,
        answered: Collection[str] = (),
        results: bool = False,
    ) -> None:
        """Know nothing yet.

        Args:
            reported: the run as it was when its stream began.
            thread: its thread, if that was made with it.
            answered: the calls whose outputs the stream began with.
            results: whether what searches found is told.
        """
        self.run: str = reported["id"]
        self._thread_id: str = reported["thread_id"]
        self._reported = reported
        self._thread = thread
        self._answered = {*answered}
        self._results = results
        self._status = ""
        # By the ids of steps and messages: what was told of their parts.
        self._told: dict[str, list[JSON]] = {}
        self._ended: set[str] = set()

    def read(self, store: Store) -> Found | None:
        """Return the run as it is now; None if it is gone. Called within a change."""
        # First, so that what it ended with is among the steps that follow.
        run = store.get("run", self.run, thread=self._thread_id)
        if run is None:
            return None
        steps = store.all("step", thread=self._thread_id, run=self.run)
        messages: dict[str, JSON] = {}
        for step in steps:
            written = _written(step)
            if written is None or step["id"] in self._ended:
                continue
            message = store.get("message", written, thread=self._thread_id)
            if message:
                if message["status"] == "in_progress":
                    objects.extend(message, store.deltas.of(written))
                messages[written] = message
        return Found(run, steps, messages)

    def events(self, found: Found) -> Iterator[Event]:
        """Yield the events that lead from what was told to what was found."""
        run, steps = found.run, found.steps
        is_first = not self._status
        if is_first:
            self._status = "queued"
            if self._answered:
                yield from self._answer(steps)
            else:
                if self._thread:
                    yield "thread.created", self._thread
                yield "thread.run.created", self._reported
            yield "thread.run.queued", self._reported
        new = [step for step in steps if step["id"] not in self._ended]
        if self._status == "queued" and (new or run["status"] in _AFTER_PROGRESS):
            self._status = "in_progress"
            begun = {"status": "in_progress", "started_at": run["started_at"]}
            yield "thread.run.in_progress", {**self._reported, **begun}
        for step in new:
            yield from self._step(step, found.messages)
        if run["status"] not in ("queued", self._status):
            self._status = run["status"]
            yield f"thread.run.{run['status']}", run

    @property
    def is_over(self) -> bool:
        """Return whether the stream ends here."""
        return self._status == "requires_action" or (
            bool(self._status) and self._status not in ACTIVE
        )

    def _answer(self, steps: list[JSON]) -> Iterator[Event]:
        """Pass over the steps before the outputs, and tell of those."""
        for step in steps:
            self._ended.add(step["id"])
            calls = step["step_details"].get("tool_calls", ())
            if self._answered & {call["id"] for call in calls}:
                yield "thread.run.step.completed", step
                return

    def _step(self, step: JSON, messages: dict[str, JSON]) -> Iterator[Event]:
        id, kind = step["id"], "thread.run.step"  # noqa: A001 - for its type
        if not self._results:
            step = without_results(step)
        details = step["step_details"]
        if id not in self._told:
            self._told[id] = []
            empty = (
                {**details, "tool_calls": []} if "tool_calls" in details else details
            )
            begun = {**_begun(step), "step_details": empty}
            yield f"{kind}.created", begun
            yield f"{kind}.in_progress", begun
        calls = [*_new_calls(self._told[id], details.get("tool_calls", ()))]
        if calls:
            delta = {"step_details": {"type": "tool_calls", "tool_calls": calls}}
            yield f"{kind}.delta", {"id": id, "object": f"{kind}.delta", "delta": delta}
        written = _written(step)
        if written in messages:
            yield from self._message(messages[written])
        if step["status"] != "in_progress":
            self._ended.add(id)
            yield f"{kind}.{step['status']}", step

    def _message(self, message: JSON) -> Iterator[Event]:
        id, kind = message["id"], "thread.message"  # noqa: A001 - for its type
        if id in self._ended:
            return
        if id not in self._told:
            self._told[id] = []
            begun = {**_begun(message), "content": []}
            yield f"{kind}.created", begun
            yield f"{kind}.in_progress", begun
        for part in _new_parts(self._told[id], message["content"]):
            data = {"id": id, "object": f"{kind}.delta", "delta": {"content": [part]}}
            yield f"{kind}.delta", data
        if message["status"] != "in_progress":
            self._ended.add(id)
            yield f"{kind}.{message['status']}", message


def _written(step: JSON) -> str | None:
    """Return the id of the message that a step writes."""
    creation = step["step_details"].get("message_creation")
    return creation["message_id"] if creation else None


def _begun(made: JSON) -> JSON:
    return {name: _BEGUN.get(name, value) for name, value in made.items()}


def _new_parts(told: list[JSON], content: list[JSON]) -> Iterator[JSON]:
    """Yield what is new in a content, as deltas have it, and note it as told."""
    for index, part in enumerate(content):
        kind = part["type"]
        now = part[kind]
        is_new = index == len(told)
        if is_new:
            told.append({"text": 0, "annotations": 0})
        known, piece, has_more = told[index], now, False
        if kind == "text":
            value, annotations = now["value"], now["annotations"]
            rest = [*enumerate(annotations)][known["annotations"] :]
            more = [{"index": number, **each} for number, each in rest]
            piece = {"value": value[known["text"] :], "annotations": more}
            has_more = bool(piece["value"] or more)
            known.update(text=len(value), annotations=len(annotations))
        elif kind == "refusal":
            piece = now[known["text"] :]
            has_more = bool(piece)
            known.update(text=len(now))
        if is_new or has_more:
            yield {"index": index, "type": kind, kind: piece}


def _new_calls(told: list[JSON], calls: Collection[JSON]) -> Iterator[JSON]:
    """Yield what is new in calls, as deltas have it, and note it as told."""
    for index, call in enumerate(calls):
        kind = call["type"]
        now = call[kind]
        if index == len(told):
            told.append({"arguments": len(now.get("arguments", ""))})
            inner = dict(now)
            if kind == "function":
                # It comes with the end of the step.
                inner["output"] = None
            elif kind == "code_interpreter":
                outputs = enumerate(now["outputs"])
                inner["outputs"] = [{"index": n, **each} for n, each in outputs]
            yield {"index": index, "id": call["id"], "type": kind, kind: inner}
        elif kind == "function" and now["arguments"][told[index]["arguments"] :]:
            # Of all that is in calls, nothing else is stored in pieces.
            piece = now["arguments"][told[index]["arguments"] :]
            told[index]["arguments"] = len(now["arguments"])
            yield {"index": index, "type": kind, kind: {"arguments": piece}}
