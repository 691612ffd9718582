"""Changes of bodies and events: their fields, and their form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .fault import Fault

_RUN, _STEP = "thread.run.", "thread.run.step."
_ALWAYS = "thread.run.completed"
_OF_FIELDS = ("drop", "null", "omit-nulls", "extra")


class Changes:
    """What faults change in the bodies and events of a response."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._fields = [f for f in faults if f.name in _OF_FIELDS]
        self._dialect = {f.value for f in faults if f.name == "frames"}
        broken = [f for f in faults if f.name == "malformed"]
        self._breaks = bool(broken)
        self._broken_events = {f.options.get("event", 1) for f in broken}

    def of_body(self, body: bytes) -> bytes:
        """Return a changed body; what is no JSON only loses its last character."""
        if self._fields:
            text = self._with_changed_fields(body.decode(errors="replace"), False)
            body = body if text is None else _bytes(text)
        return body[:-1] if self._breaks else body

    def of_event(self, frame: bytes, number: int) -> bytes:
        """Return a changed event.

        Args:
            frame: its bytes, to the empty line at its end.
            number: which one of the stream it is, from 1.

        Returns:
            What to send in its place; nothing if it is to be left out.
        """
        if not self._fields and not self._dialect and not self._breaks:
            return frame
        name, data = event_name(frame), event_data(frame)
        if "no-done" in self._dialect and name == "done":
            return b""
        escaped = "unescaped" not in self._dialect
        data = self._with_changed_fields(data, escaped) or data
        if "misnamed" in self._dialect and name.startswith(_RUN):
            name = name if name.startswith(_STEP) else _ALWAYS
        lines = [f"event: {name}"]
        if "unnamed" in self._dialect:
            lines = []
            if name != "done":
                data = f'{{"event":{json.dumps(name)},"data":{data}}}'
        if number in self._broken_events:
            data = data[:-1]
        lines += [f"data: {line}" for line in data.split("\n")]
        end = "\r\n" if "crlf" in self._dialect else "\n"
        return _bytes("".join(line + end for line in [*lines, ""]))

    def _with_changed_fields(self, text: str, escaped: bool) -> str | None:
        """Return JSON with changed fields; None for what is no JSON."""
        try:
            value = json.loads(text)
        except ValueError:
            return None
        for each in [*_objects(value)]:
            for fault in self._fields:
                _change(each, fault)
        return json.dumps(value, ensure_ascii=escaped, separators=(",", ":"))


def event_name(frame: bytes) -> str:
    """Return the name of an event; an empty text for one without a name."""
    return "".join(_values(frame, "event"))


def event_data(frame: bytes) -> str:
    """Return the data of an event; an empty text for a mere comment."""
    return "\n".join(_values(frame, "data"))


def _values(frame: bytes, field: str) -> Iterator[str]:
    # Not splitlines: U+2028 and its like end no line here.
    for line in frame.decode(errors="replace").split("\n"):
        name, _, value = line.rstrip("\r").partition(":")
        if name == field:
            yield value.removeprefix(" ")


def _bytes(text: str) -> bytes:
    # Half of a surrogate pair can't be encoded, but written as JSON's \udXXX.
    return text.encode(errors="backslashreplace")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the object of a response or event, and the items of a list."""
    if isinstance(value, dict):
        yield value
        items = value.get("data")
        if isinstance(items, list):
            yield from (item for item in items if isinstance(item, dict))


def _change(target: dict[str, Any], fault: Fault) -> None:
    if fault.name == "extra":
        target["x_local"] = {"anything": [1, 2]}
        return
    if fault.name == "omit-nulls":
        _omit_nulls(target)
        return
    for path in fault.value:
        for holder in _holders(target, path):
            if path[-1] in holder and fault.name == "drop":
                del holder[path[-1]]
            elif path[-1] in holder:
                holder[path[-1]] = None


def _omit_nulls(value: Any) -> None:
    if isinstance(value, dict):
        for name in [name for name, item in value.items() if item is None]:
            del value[name]
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _omit_nulls(item)


def _holders(value: Any, path: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the objects in which the last name of a path would be."""
    if isinstance(value, list):
        for item in value:
            yield from _holders(item, path)
    elif isinstance(value, dict) and len(path) == 1:
        yield value
    elif isinstance(value, dict):
        yield from _holders(value.get(path[0]), path[1:])
