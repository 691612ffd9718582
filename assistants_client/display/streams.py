"""Streams while they are read."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from .._api import quoted
from .runs import problems, waits_for
from .texts import at, brief, count, long
from .tones import tone_of
from .views import BUSY, Entry, Paragraph, View

# How much of the text one line has.
_END: Final = 60


class SoFar(NamedTuple):
    """What is known of a stream so far.

    Attributes:
        operation: the operation that it belongs to.
        state: whether it is open.
        events: how many events came.
        last: the name of the last one.
        run: the run as JSON data, as far as it is known.
        text: what was written so far.
    """

    operation: str
    state: str
    events: int
    last: str
    run: Any
    text: str


def stream_line(name: str, found: SoFar) -> str:
    """Return a stream in one line.

    Args:
        name: its class.
        found: what is known of it.
    """
    parts = [f"{name} of {found.operation}", found.state]
    if found.events:
        parts.append(f"{count(found.events)} events")
    parts += [_run_of(found.run)] if found.run else []
    if found.text:
        # Its end, which is what is new.
        dots = "..." if len(found.text) > _END else ""
        parts.append(f"{dots}{quoted(found.text[-_END:], str, 10 * _END)}")
    return f"<{', '.join(parts)}>"


def stream_view(found: SoFar) -> View:
    """Return the view of a stream."""
    run = found.run or {}
    last = f", the last one {brief(found.last)}" if found.last else ""
    facts = (
        ("events", f"{count(found.events)}{last}"),
        ("run", _run_of(run)),
    )
    written = (Paragraph(long(found.text)),)
    parts = (Entry("text so far", "", written),) if found.text else ()
    return View(
        title=f"Stream of {found.operation}, {found.state}",
        tone=tone_of(at(run, "status")) or (BUSY if found.state == "open" else ""),
        facts=tuple(fact for fact in facts if fact[1]),
        parts=(*parts, *waits_for(run), *problems(run)),
    )


def _run_of(run: Any) -> str:
    found = (brief(at(run, name)) for name in ("id", "status"))
    return " ".join(each for each in found if each)
