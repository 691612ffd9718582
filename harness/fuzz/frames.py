"""What a stream has to give, found in its bytes in the simplest way there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assistants_api.api.runs import create_run
from assistants_api.streaming import event_object
from harness.fuzz.bench import same, sound

if TYPE_CHECKING:
    from harness.fuzz.runner import Case


def nothing_lost(case: Case, log: list[Any]) -> None:
    """Compare the events with what a simpler reader finds in the bytes."""
    if "event-stream" not in case["type"]:
        return
    whole = "".join(case["streams"][0]["pieces"]).encode("latin-1")
    frames = frames_of(whole)
    _generated(frames)
    complete = len(frames) - (not whole.endswith((b"\n\n", b"\r\r", b"\r\n\r\n")))
    last = next((i for i, frame in enumerate(frames) if _ends(*frame)), None)
    given = len(log)
    if last is None:
        assert given >= complete, f"{given} events of {complete}"
    else:
        assert given in (last, complete), f"{given} events of {last}"
    assert given <= len(frames)
    for event, (name, data) in zip(log, frames, strict=False):
        value = _value(data)
        value = value["data"] if _is_wrapped(name, value) else value
        assert same(event["data"], value)


def _generated(frames: list[tuple[str, str]]) -> None:
    """Read events as generated code does it by itself."""
    for name, data in frames:
        event: Any = create_run.parse_event(name, data)
        if hasattr(event, "to_dict"):
            sound(event, event_object(name, data))
        assert repr(event)


def _ends(name: str, data: str) -> bool:
    """Return whether no event is given any more from this one on."""
    value, bare = _value(data), not name
    wrapped = _is_wrapped(name, value)
    if wrapped:
        name, value, bare = value["event"], value["data"], False
    if value == "[DONE]" or (name == "done" and not wrapped):
        return True
    if isinstance(value, dict) and str(value.get("object")).startswith("thread"):
        # It says better than its name what it is.
        return False
    if name in ("done", "error"):
        return True
    if isinstance(value, dict):
        wrong = "error" in value and "object" not in value
        return wrong and (bare or isinstance(value["error"], dict))
    return isinstance(value, str) and name.startswith("thread.")


def _is_wrapped(name: str, value: Any) -> bool:
    """Return whether the whole event is the data of one that has no name."""
    whole = not name and isinstance(value, dict) and "data" in value
    return whole and isinstance(value.get("event"), str)


def _value(data: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data


def frames_of(content: bytes) -> list[tuple[str, str]]:
    """Read events in the simplest way: all of it at once."""
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    found, name, data = [], "", list[str]()
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "event":
            name = value
        elif not line:
            if data:
                found.append((name, "\n".join(data)))
            name, data = "", []
    return found
