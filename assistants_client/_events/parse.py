"""Parse the events of a stream: corrected, named as the document names them, typed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from .. import _api
from .._json import decode
from .._usual import read_usual

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._api import KnownAssistantStreamEvent

DONE: Final = "done"
ERROR: Final = "error"
_END = "[DONE]"
_RUN = "thread.run"
# Names that are longer aren't cached; the document has none of that length.
_LONGEST = 100
# The `object` of what an event carries, which is the beginning of the event's name.
_DELTAS = frozenset({"thread.message.delta", "thread.run.step.delta"})
_FAMILIES = frozenset({"thread", _RUN, "thread.run.step", "thread.message", *_DELTAS})
_RUN_STATUSES = frozenset(
    {
        *("queued", "in_progress", "requires_action", "cancelling", "cancelled"),
        *("completed", "incomplete", "failed", "expired"),
    }
)


class ParsedEvent(NamedTuple):
    """An event: its name, and its data as JSON, or as text where it isn't JSON.

    What a server wraps around the two is in `extra`.
    """

    name: str
    data: Any
    extra: dict[str, Any] | None = None

    @property
    def is_truncated(self) -> bool:
        """Return whether the data was cut: all known events carry an object."""
        return isinstance(self.data, str) and self.name.startswith("thread.")


Received: TypeAlias = (
    "tuple[KnownAssistantStreamEvent | None, ParsedEvent, tuple[str, str] | None]"
)
"""An event on its way to the user.

Its model, None where there is nothing to hand on, as at the end; the event as it was
parsed; and its name and data as the server sent them, None where the client made it up.
"""
# That of the class takes twice as long, and there are thousands.
_new: Callable[..., ParsedEvent] = tuple.__new__


def parse_event(event: str, data: str) -> ParsedEvent:
    """Parse an event.

    Some servers send no name but the whole event as data, or an error instead of an
    event, or a name that contradicts the data.

    Args:
        event: its name, "" without one.
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
            return _new(ParsedEvent, (event, value, None))
    elif not event and isinstance(value, dict):
        return _unnamed(value)
    elif value == _END or event == DONE:
        return ParsedEvent(DONE, value)
    return _corrected(event, value)


def parse_value(value: dict[str, Any]) -> ParsedEvent:
    """Parse what a server sends as JSON in place of an event: that, or its object."""
    parsed = _unnamed(value)
    status = value.get("status")
    if not parsed.name and isinstance(status, str) and "object" not in value:
        # Some servers leave out what it is; of those with a status, it must be the run.
        return ParsedEvent(f"{_RUN}.{status}", value)
    return parsed


def to_model(parsed: ParsedEvent) -> KnownAssistantStreamEvent:
    """Return the event in its class; one of an unknown kind keeps its data."""
    if not parsed.extra:
        usual = read_usual(parsed.name, parsed.data)
        if usual is not None:
            return usual
    whole = {"event": parsed.name, "data": parsed.data}
    if parsed.extra:
        whole.update(parsed.extra)
    model: Any = _api.read_assistant_stream_event(whole)
    found: KnownAssistantStreamEvent = model
    return found


def _unnamed(value: dict[str, Any]) -> ParsedEvent:
    name = value.get("event")
    if isinstance(name, str) and "data" in value:
        extra = {n: v for n, v in value.items() if n not in ("event", "data")}
        data = value["data"]
        if data == _END:
            return ParsedEvent(DONE, data)
        return ParsedEvent(*_corrected(name, data)[:2], extra or None)
    if "error" in value and "object" not in value:
        return ParsedEvent(ERROR, value["error"])
    return _corrected("", value)


def _corrected(name: str, value: Any) -> ParsedEvent:
    """Return an event by the name that its data calls for, where the data is clear."""
    if not isinstance(value, dict):
        return ParsedEvent(name, value)
    if "object" not in value and isinstance(value.get("error"), dict):
        return ParsedEvent(ERROR, value["error"])
    kind, status = value.get("object"), value.get("status")
    if not isinstance(kind, str) or kind not in _FAMILIES:
        kind = _family(name)
    if kind in _DELTAS:
        return ParsedEvent(kind, value)
    family = _family(name)
    if kind == _RUN and isinstance(status, str) and status in _RUN_STATUSES:
        named_status = name.removeprefix(f"{_RUN}.")
        if (
            family == _RUN
            and named_status not in _RUN_STATUSES
            and _is_documented(name)
        ):
            # Not all events of runs are named after a status.
            return ParsedEvent(name, value)
        return ParsedEvent(f"{kind}.{status}", value)
    if kind is None or family == kind:
        return ParsedEvent(name, value)
    if kind == "thread":
        return ParsedEvent("thread.created", value)
    status = status if isinstance(status, str) else "created"
    return ParsedEvent(f"{kind}.{status}", value)


def _is_documented(name: str) -> bool:
    """Return whether the document has events of a name."""
    return len(name) <= _LONGEST and _is_read(name)


@lru_cache(256)
def _is_read(name: str) -> bool:
    found = _api.read_assistant_stream_event({"event": name})
    return not isinstance(found, _api.UnknownObject)


def _family(name: str) -> str | None:
    """Return the `object` that events of a name carry."""
    if name in _DELTAS:
        return name
    family = name.rpartition(".")[0]
    return family if family in _FAMILIES else None
