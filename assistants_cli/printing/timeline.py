"""A run as it goes on: each thing that happens, once, as an event of a stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..json_data import at, items_at, text_at
from ..safe_text import cell, in_line
from .calls import call_text, calls_of, outcome_texts

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Timeline:
    """Notices what is new in a run and its steps, which are read again and again."""

    _seen: dict[str, str] = field(default_factory=dict)

    def events(self, run: Any, steps: list[Any]) -> Iterator[dict[str, Any]]:
        """Yield what is new, in the form of events of a stream."""
        ended = [self._event("thread.run.step", each) for each in steps]
        now = self._event("thread.run", run)
        # What ends a run comes after what happened in it.
        first = [] if at(run, "completed_at") or at(run, "failed_at") else [now]
        for event in (*first, *ended, *([now] if not first else [])):
            if event is not None:
                yield event

    def _event(self, kind: str, data: Any) -> dict[str, Any] | None:
        key, status = text_at(data, "id"), text_at(data, "status")
        # A step of tool calls grows while it goes on.
        state = f"{status} {len([*items_at(data, 'step_details', 'tool_calls')])}"
        if self._seen.get(key) == state:
            return None
        self._seen[key] = state
        return {"event": f"{kind}.{status}", "data": data}


def event_lines(event: dict[str, Any]) -> Iterator[str]:
    """Yield what an event of a timeline says to people."""
    data = event["data"]
    status = in_line(text_at(data, "status"))
    if event["event"].startswith("thread.run.step."):
        yield f"step {in_line(text_at(data, 'type'))} {status}{_reason(data)}"
        for call in items_at(data, "step_details", "tool_calls"):
            yield f"  > {call_text(call)}"
            for text in outcome_texts(call):
                yield f"    = {text}"
        message = text_at(data, "step_details", "message_creation", "message_id")
        if message and status != "completed":
            yield f"  {in_line(message)}"
        return
    yield f"run {status}{_reason(data)}{_usage(data)}"
    if status == "requires_action":
        for call in calls_of(at(data, "required_action")):
            yield f"  waits for {in_line(text_at(call, 'id'))}  {call_text(call)}"


def _reason(data: Any) -> str:
    found = text_at(data, "last_error", "message") or text_at(
        data, "incomplete_details", "reason"
    )
    return f": {in_line(found)}" if found else ""


def _usage(data: Any) -> str:
    read, written = (
        at(data, "usage", name) for name in ("prompt_tokens", "completion_tokens")
    )
    if read is None and written is None:
        return ""
    return f"  ({cell(read)} tokens read, {cell(written)} written)"
