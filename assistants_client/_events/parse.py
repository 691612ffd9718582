"""From an event as it came to one as the document has it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from .. import _api
from .._json import decode

DONE: Final = "done"
ERROR: Final = "error"
_END = "[DONE]"
_RUN = "thread.run"
# Of the names that are remembered; the document has none that are as long.
_LONGEST = 100
# What an object calls itself, and the name of events that tell of it.
_DELTAS = frozenset({"thread.message.delta", "thread.run.step.delta"})
_FAMILIES = frozenset({"thread", _RUN, "thread.run.step", "thread.message", *_DELTAS})
_RUN_STATUSES = frozenset(
    {
        *("queued", "in_progress", "requires_action", "cancelling", "cancelled"),
        *("completed", "incomplete", "failed", "expired"),
    }
)


class Told(NamedTuple):
    """What an event tells: its name, and its data as JSON or, where it is none, text.

    What came besides, around the two, is in `extra`.
    """

    name: str
    data: Any
    extra: dict[str, Any] | None = None


def told(event: str, data: str) -> Told:
    """Read an event.

    Some servers send no name but the whole event as data, or an error in place of an
    event, or a name that isn't that of what they tell of.

    Args:
        event: its name, "" where it has none.
        data: its data.
    """
    try:
        value = decode(data)
    except (ValueError, RecursionError):
        value = data
    if event in _DELTAS:
        # Nearly all are of this kind.
        if (
            type(value) is dict
            and "delta" in value
            and value.get("object", event) == event
        ):
            return Told(event, value)
    elif not event and isinstance(value, dict):
        return _unnamed(value)
    elif value == _END or event == DONE:
        return Told(DONE, value)
    return _corrected(event, value)


def as_model(what: Told) -> _api.KnownAssistantStreamEvent:
    """Give the event in its class; one of a kind that nobody knows keeps its data."""
    whole = {"event": what.name, "data": what.data}
    if what.extra:
        whole.update(what.extra)
    found: Any = _api.read_assistant_stream_event(whole)
    known: _api.KnownAssistantStreamEvent = found
    return known


def _unnamed(value: dict[str, Any]) -> Told:
    name = value.get("event")
    if isinstance(name, str) and "data" in value:
        extra = {n: v for n, v in value.items() if n not in ("event", "data")}
        data = value["data"]
        if data == _END:
            return Told(DONE, data)
        return Told(*_corrected(name, data)[:2], extra or None)
    if "error" in value and "object" not in value:
        return Told(ERROR, value["error"])
    return _corrected("", value)


def _corrected(name: str, value: Any) -> Told:
    """Give an event the name of what it tells of, where that says what it is."""
    if not isinstance(value, dict):
        return Told(name, value)
    if "object" not in value and isinstance(value.get("error"), dict):
        return Told(ERROR, value["error"])
    kind, status = value.get("object"), value.get("status")
    if not isinstance(kind, str) or kind not in _FAMILIES:
        kind = _family(name)
    if kind in _DELTAS:
        return Told(kind, value)
    family = _family(name)
    if kind == _RUN and isinstance(status, str) and status in _RUN_STATUSES:
        told_by = name.removeprefix(f"{_RUN}.")
        if family == _RUN and told_by not in _RUN_STATUSES and _is_documented(name):
            # Not all events of runs are named after a status.
            return Told(name, value)
        return Told(f"{kind}.{status}", value)
    if kind is None or family == kind:
        return Told(name, value)
    if kind == "thread":
        return Told("thread.created", value)
    return Told(f"{kind}.{status if isinstance(status, str) else 'created'}", value)


def _is_documented(name: str) -> bool:
    """Tell whether the document knows events of a name."""
    return len(name) <= _LONGEST and _reads(name)


@lru_cache(256)
def _reads(name: str) -> bool:
    found = _api.read_assistant_stream_event({"event": name})
    return not isinstance(found, _api.UnknownObject)


def _family(name: str) -> str | None:
    """Give what an event of a name tells of."""
    if name in _DELTAS:
        return name
    family = name.rpartition(".")[0]
    return family if family in _FAMILIES else None
