"""Streams of events, spoilt in all the ways in which servers spoil them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from harness.contract.document import PREFIX, told_apart
from harness.fuzz.mutations import WORDS, instance, spoil, spoil_bytes, weird, written
from tests.client.story import FIRST, SECOND
from tests.client.streams import SAMPLE

if TYPE_CHECKING:
    from random import Random

_found = told_apart("AssistantStreamEvent")
assert _found is not None
SCHEMAS: Final = _found[1]
NAMES: Final = [*SCHEMAS]
STORIES: Final = (
    *([*SAMPLE, ("done", "[DONE]")], SAMPLE, FIRST, SECOND, SECOND[:12]),
    *(FIRST[:-1], [*FIRST[:-1], ("thread.run.completed", SAMPLE[-1][1])]),
)
_ERRORS: Final[tuple[tuple[str, Any], ...]] = (
    ("error", {"message": "The model is overloaded", "code": None}),
    ("error", {"error": {"message": "No", "type": None, "code": 7}}),
    *(("", {"error": {"message": "No"}}), ("", {"error": "No"}), ("error", "No")),
    *(("error", None), ("", {"error": None}), ("thread.run.failed", {"error": {}})),
)

Event = tuple[str, Any]


def told(rng: Random) -> bytes:
    events: list[Event] = [*rng.choice(STORIES)]
    if rng.random() < 0.15:
        events = [_any_event(rng) for _ in range(rng.randrange(1, 12))]
    for _ in range(rng.choice((0, 1, 1, 1, 2, 4, 10))):
        events = _spoilt(rng, events)
    style = rng.randrange(_STYLES) if rng.random() < 0.7 else None
    ascii_only = rng.random() < 0.5
    frames = [
        _frame(rng.randrange(_STYLES) if style is None else style, name, text)
        for name, data in events
        for text in [_text(data, ascii_only)]
    ]
    content = "".join(frames).encode("utf-8", "surrogatepass")
    for _ in range(rng.choice((0, 0, 0, 0, 1, 2))):
        content = spoil_bytes(rng, content)
    return content


def split(rng: Random, content: bytes) -> list[bytes]:
    match rng.randrange(6):
        case 0:
            return [content]
        case 1 if len(content) < 20_000:
            return [content[at : at + 1] for at in range(len(content))]
        case 2:
            return [each + b"\n\n" for each in content.split(b"\n\n")]
        case 3:
            return content.splitlines(keepends=True)
    ends = sorted(rng.randrange(len(content) + 1) for _ in range(rng.randrange(1, 9)))
    starts = [0, *ends]
    return [content[a:b] for a, b in zip(starts, [*ends, len(content)], strict=True)]


def _any_event(rng: Random) -> Event:
    name = rng.choice(NAMES)
    value = instance(rng, {"$ref": f"{PREFIX}{SCHEMAS[name]}"})
    return name, value["data"]


def _spoilt(rng: Random, events: list[Event]) -> list[Event]:
    events = [*events]
    at = rng.randrange(len(events)) if events else 0
    if not events:
        return [_any_event(rng)]
    name, data = events[at]
    match rng.randrange(13):
        case 0 | 1 | 2 | 3:
            events[at] = (name, spoil(rng, data))
        case 4:
            events[at] = (rng.choice([*NAMES, *WORDS, "", "message"]), data)
        case 5:
            del events[at]
        case 6:
            events.insert(rng.randrange(len(events) + 1), events[at])
        case 7:
            other = rng.randrange(len(events))
            events[at], events[other] = events[other], events[at]
        case 8:
            del events[at:]
        case 9:
            events.insert(at, rng.choice([*_ERRORS, ("done", "[DONE]")]))
        case 10:
            events.insert(at, _any_event(rng))
        case 11:
            events[at : at + 1] = [events[at]] * rng.choice((2, 60))
        case _:
            events[at] = (name, rng.choice((weird(rng), "", "[DONE]", "{", None)))
    return events


def _text(data: Any, ascii_only: bool) -> str:
    if isinstance(data, str) and data in ("[DONE]", "{", "", "No"):
        return data
    return written(data, ascii_only=ascii_only)


_STYLES = 14


def _frame(style: int, name: str, text: str) -> str:
    plain = (f"event: {name}\n" if name else "") + f"data: {text}\n\n"
    match style:
        case 0:
            return plain.replace("\n", "\r\n")
        case 1:
            return plain.replace("\n", "\r")
        case 2:
            return f": ping\n\nid: 7\nretry: 9\nwhat\n{plain}"
        case 3:
            return f"data:{text}\nevent:{name}\n\n"
        case 4 if text != "[DONE]":
            return f'data: {{"event": {json.dumps(name)}, "data": {text}}}\n\n'
        case 5:
            return f"data: {text}\n\n"
        case 6:
            lines = "".join(f"data: {each}\n" for each in text.split(", "))
            return f"event: {name}\n{lines}\n"
        case 7:
            return f"\n\n\ufeff\n{plain}\n"
        case 8:
            return f"event: {name}\nevent: {name}\ndata: {text}\n\n"
    return plain
