"""Steps of runs, as entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .calls import name_of, paragraphs_of
from .runs import problems
from .texts import at, brief, items, tokens
from .tones import tone_of
from .views import Entry, Paragraph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .views import Part


def heading_of(step: Mapping[str, Any]) -> str:
    """Return what happened in a step."""
    kind = at(step, "type") or at(step, "step_details", "type")
    if kind == "message_creation":
        return "message"
    calls = items(step, "step_details", "tool_calls")
    if calls:
        names = [name_of(call) for call in calls[:3]]
        more = len(calls) - len(names)
        return ", ".join(names) + (f" and {more} more" if more else "")
    return brief(kind).replace("_", " ") or "step"


def entry_of_step(
    step: Mapping[str, Any], aside: str = "", bar: tuple[float, float] | None = None
) -> Entry:
    """Return a step with its tool calls, and what went wrong.

    Args:
        step: the step as JSON data.
        aside: what is said of it besides its status.
        bar: where it begins and ends in the whole.
    """
    status = at(step, "status")
    said = (aside, "" if status == "completed" else brief(status).replace("_", " "))
    parts: list[Part] = [
        part
        for call in items(step, "step_details", "tool_calls")
        for part in paragraphs_of(call)
    ]
    message = at(step, "step_details", "message_creation", "message_id")
    if message is not None:
        parts.append(Paragraph(f"wrote {brief(message)}", "note"))
    return Entry(
        heading=heading_of(step),
        aside=", ".join(each for each in (*said, tokens(at(step, "usage"))) if each),
        parts=(*parts, *(problems(step) if aside else ())),
        tone=tone_of(status),
        bar=bar,
    )
