"""What became of a run or a step: its duration, why it failed, what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .calls import paragraphs_of
from .texts import at, brief, items, long, number, seconds
from .views import BUSY, Entry, Paragraph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .views import Part

_ENDS: Final = (
    *("completed_at", "failed_at", "cancelled_at", "incomplete_at", "expired_at"),
)


def begin_of(data: Mapping[str, Any]) -> float | None:
    """Return when something was created, in seconds."""
    return number(at(data, "created_at"))


def end_of(data: Mapping[str, Any]) -> float | None:
    """Return when something ended, in seconds; None if it goes on, or nobody says."""
    for name in _ENDS:
        found = number(at(data, name))
        if found is not None:
            return found
    if at(data, "status") == "expired":
        return number(at(data, "expires_at"))
    return None


def duration_of(data: Mapping[str, Any]) -> str:
    """Return how long something took."""
    begin, end = begin_of(data), end_of(data)
    return "" if begin is None or end is None else seconds(end - begin)


def problems(data: Mapping[str, Any]) -> tuple[Paragraph, ...]:
    """Return what went wrong."""
    found = []
    error = at(data, "last_error")
    if error:
        code, message = brief(at(error, "code")), at(error, "message")
        said = long(message, 2000) if isinstance(message, str) else brief(error, 500)
        found.append(Paragraph(said, "problem", code))
    reason = at(data, "incomplete_details", "reason")
    if reason:
        found.append(Paragraph(brief(reason, 200), "problem", "incomplete"))
    return tuple(found)


def waits_for(data: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return what a run waits for."""
    action = at(data, "required_action")
    if not action:
        return ()
    calls = [
        call
        for name in ("submit_tool_outputs", "submit_tool_approval")
        for call in items(action, name, "tool_calls")
    ]
    what = "approval" if "approv" in brief(at(action, "type")) else "outputs"
    parts = tuple(part for call in calls for part in paragraphs_of(call))
    if not parts:
        parts = (Paragraph(brief(action, 500), "code"),)
    return (Entry(f"waits for {what} of {len(calls)}", "", parts, BUSY),)
