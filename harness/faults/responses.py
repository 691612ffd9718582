"""What a well-behaved server answers to each of the 23 operations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, field, frozen

from harness.faults.samples import ACTION, ITEMS, MESSAGE, OBJECTS, RUN, STEP, THREAD
from harness.scripted_server import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

JSON: TypeAlias = Any
Event: TypeAlias = tuple[str, Any]
JSON_TYPE, EVENT_TYPE = "application/json", "text/event-stream"


@frozen
class ApiRequest:
    """A request, as far as an answer depends on it.

    Attributes:
        parts: those of its path, after the version.
        tag: the cell that it belongs to.
        dialect: in which it is to be answered.
        number: which request of its cell it is, from 1.
    """

    method: str
    parts: tuple[str, ...]
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Any
    tag: str
    dialect: str
    number: int = 1

    @property
    def noun(self) -> str:
        """Return the collection that it is about: the last of its path."""
        return next(part for part in reversed(self.parts) if part in OBJECTS)

    @property
    def item(self) -> str | None:
        """Return the id of what it is about, or None for a collection."""
        at = len(self.parts) - 1 - self.parts[::-1].index(self.noun)
        return self.parts[at + 1] if len(self.parts) > at + 1 else None

    @property
    def action(self) -> str:
        """Return what is to be done with a run, such as "cancel"."""
        return self.parts[-1] if self.parts[-1] in _ACTIONS else ""

    @property
    def creates(self) -> bool:
        return self.method == "POST" and self.item is None

    @property
    def streams(self) -> bool:
        return isinstance(self.body, dict) and self.body.get("stream") is True


_ACTIONS = ("cancel", "submit_tool_outputs")


@frozen
class ApiResponse:
    """An answer.

    Attributes:
        value: the JSON of the body.
        events: those of a stream, which it then is; none where it isn't.
        raw: the body, where it is no JSON, or is to be just so.
        frame: writes an event down.
    """

    status: int = 200
    value: Any = None
    events: list[Event] | None = None
    raw: bytes | None = None
    content_type: str | None = JSON_TYPE
    headers: dict[str, str] = field(factory=dict)
    frame: Callable[[Event], bytes] = field(default=lambda event: framed(*event))

    def as_sent(self) -> Response:
        body: bytes | list[bytes] = json.dumps(self.value).encode()
        if self.raw is not None:
            body = self.raw
        elif self.events is not None:
            body = [self.frame(event) for event in self.events]
        return Response(self.status, body, self.content_type, self.headers)

    def each(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> ApiResponse:
        """Change every object: of the answer, of a list, of events."""
        if self.events is not None:
            changed = [
                (name, change(data) if isinstance(data, dict) else data)
                for name, data in self.events
            ]
            return evolve(self, events=changed)
        value = self.value
        if isinstance(value, dict) and isinstance(value.get("data"), list):
            return evolve(self, value={**value, "data": [*map(change, value["data"])]})
        return evolve(self, value=change(value) if isinstance(value, dict) else value)


def framed(name: str, data: Any, *, end: str = "\n") -> bytes:
    """Write an event as it is mostly written."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"event: {name}{end}data: {text}{end}{end}".encode()


class State:
    """What a server remembers of a cell."""

    def __init__(self) -> None:
        self.requests = 0
        self.created = 0
        self.waits = False


def respond(request: ApiRequest, state: State) -> ApiResponse:
    if request.streams:
        return ApiResponse(events=[*_events(request, state)], content_type=EVENT_TYPE)
    return ApiResponse(value=_value(request, state))


def _value(request: ApiRequest, state: State) -> Any:
    sample = OBJECTS[request.noun]
    if request.method == "DELETE":
        return {"id": request.item, "object": f"{sample['object']}.deleted"} | _GONE
    if request.method == "GET" and request.item is None:
        return page(sample, request.query)
    if request.noun == "runs":
        return {**RUN, "id": request.item or RUN["id"], **_how_it_goes(request, state)}
    if request.creates:
        return {**sample, "metadata": (request.body or {}).get("metadata", {})}
    return {**sample, "id": request.item}


_GONE = {"deleted": True}


def _how_it_goes(request: ApiRequest, state: State) -> dict[str, Any]:
    """Return what a run has of its own: it begins, may wait for tools, and ends."""
    if request.action == "cancel":
        return {"status": "cancelling"}
    if request.action:
        state.waits = False
        return {"status": "queued"}
    if request.creates:
        state.waits = bool(request.body.get("tools"))
        return {"status": "queued", "metadata": request.body.get("metadata")}
    if state.waits:
        return {"status": "requires_action", "required_action": ACTION}
    return {"status": "completed"}


def page(sample: dict[str, Any], query: dict[str, str]) -> Any:
    prefix = sample["id"].rpartition("_")[0]
    names = [f"{prefix}_{number}" for number in range(1, ITEMS + 1)]
    after, limit = query.get("after"), int(query.get("limit", 20))
    begin = names.index(after) + 1 if after in names else 0
    found = names[begin : begin + limit]
    return {
        "object": "list",
        "data": [{**sample, "id": name} for name in found],
        "first_id": found[0] if found else None,
        "last_id": found[-1] if found else None,
        "has_more": begin + limit < ITEMS,
    }


def _events(request: ApiRequest, state: State) -> Iterator[Event]:
    queued = {**RUN, "status": "queued", "usage": None, "completed_at": None}
    going = {**queued, "status": "in_progress"}
    if not request.action:
        if request.parts == ("threads", "runs"):
            yield "thread.created", THREAD
        yield "thread.run.created", queued
    yield "thread.run.queued", queued
    yield "thread.run.in_progress", going
    if request.body.get("tools"):
        # Waits that go on by looking at the run see this, too.
        state.waits = True
        waiting = {**going, "status": "requires_action", "required_action": ACTION}
        yield "thread.run.requires_action", waiting
    else:
        state.waits = False
        yield from _telling()
        yield "thread.run.completed", RUN
    yield "done", "[DONE]"


def _telling() -> Iterator[Event]:
    taken = {**STEP, "status": "in_progress", "completed_at": None, "usage": None}
    yield "thread.run.step.created", taken
    yield "thread.run.step.in_progress", taken
    written = {**MESSAGE, "status": "in_progress", "content": [], "completed_at": None}
    yield "thread.message.created", written
    yield "thread.message.in_progress", written
    for text in ("98 m, ", "at\u2028last."):
        part = {"index": 0, "type": "text", "text": {"value": text, "annotations": []}}
        delta = {"id": "msg_1", "object": "thread.message.delta"}
        yield "thread.message.delta", {**delta, "delta": {"content": [part]}}
    yield "thread.message.completed", MESSAGE
    yield "thread.run.step.completed", STEP
