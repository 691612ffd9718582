"""Every event of the document, and every way in which servers frame events."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.contract.document import PREFIX, told_apart
from harness.contract.instances import samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

UNION = {"$ref": f"{PREFIX}AssistantStreamEvent"}
DONE = {"event": "done", "data": "[DONE]"}


@cache
def all_events() -> list[dict[str, Any]]:
    found = told_apart("AssistantStreamEvent")
    assert found is not None
    key, classes = found
    assert key == "event"
    events = [
        {"event": value, "data": samples(name)[0]["data"]}
        for value, name in classes.items()
    ]
    assert len(events) >= 25
    return [event for event in events if event != DONE] + [DONE]


def data_of(event: dict[str, Any], **options: Any) -> str:
    if event["data"] == "[DONE]":
        return "[DONE]"
    return json.dumps(event["data"], ensure_ascii=False, **options)


def _plain(event: dict[str, Any]) -> str:
    return f"event: {event['event']}\ndata: {data_of(event)}\n\n"


def _several_lines(event: dict[str, Any]) -> str:
    lines = data_of(event, indent=1).split("\n")
    data = "".join(f"data: {line}\n" for line in lines)
    return f"event: {event['event']}\n{data}\n"


def _unnamed(event: dict[str, Any]) -> str:
    """Frame an event as LiteLLM does: no name, but the whole object as data."""
    if event == DONE:
        return "data: [DONE]\n\n"
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n"


FRAMES: dict[str, Callable[[dict[str, Any]], str]] = {
    "plain": _plain,
    "crlf": lambda event: _plain(event).replace("\n", "\r\n"),
    "cr": lambda event: _plain(event).replace("\n", "\r"),
    "mixed": lambda event: _plain(event).replace("\n\n", "\r\n\n"),
    "comments": lambda event: f": ping\n\n:\n{_plain(event)}: keep-alive\n\n",
    "no space": lambda event: _plain(event).replace(": ", ":", 1),
    "data first": lambda event: f"data: {data_of(event)}\nevent: {event['event']}\n\n",
    "more fields": lambda event: f"id: 7\nretry: 9\nwhat\nx: y\n{_plain(event)}",
    "several lines": _several_lines,
    "several lines, crlf": lambda e: _several_lines(e).replace("\n", "\r\n"),
    "empty lines": lambda event: f"\n\n\n{_plain(event)}\n\n",
    "unnamed": _unnamed,
    "unnamed, crlf": lambda event: _unnamed(event).replace("\n", "\r\n"),
}


def wire(events: Iterable[dict[str, Any]], frame: str = "plain") -> bytes:
    return "".join(map(FRAMES[frame], events)).encode()
