"""What servers do differently to right answers, one thing at a time."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from attrs import evolve

from harness.faults.dialects import each
from harness.faults.responses import ApiResponse, framed, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.faults.dialects import Rewrite
    from harness.faults.responses import ApiRequest, Event

_TIMES = ("created_at", "completed_at", "started_at")
_NAMESPACE = uuid.UUID(int=6)


def with_times(make: Any) -> Rewrite:
    def change(value: dict[str, Any]) -> dict[str, Any]:
        return {
            key: make(found) if key in _TIMES and found is not None else found
            for key, found in value.items()
        }

    return each(change)


def with_ids(make: Any) -> Rewrite:
    """Change all ids except those of tool calls."""

    def change(value: dict[str, Any]) -> dict[str, Any]:
        return {
            key: make(found) if _is_id(key) and isinstance(found, str) else found
            for key, found in value.items()
        }

    return each(change)


def _is_id(key: str) -> bool:
    return key == "id" or key.endswith("_id")


def hex_id(name: str) -> str:
    return uuid.uuid5(_NAMESPACE, name).hex[:24]


def bare_uuid(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


def renamed_metadata(value: dict[str, Any]) -> dict[str, Any]:
    renamed = {**value, "metadata_": value.get("metadata")}
    renamed.pop("metadata", None)
    return renamed


def with_fields(**fields: Any) -> Rewrite:
    """Return fields another value, where they are."""
    return each(
        lambda value: {**value, **{k: v for k, v in fields.items() if k in value}}
    )


def without(*names: str) -> Rewrite:
    return each(lambda value: {k: v for k, v in value.items() if k not in names})


def more_fields(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "x_more": {"a": [1, None]}, "file_ids": [], "class": "a", "": 0}


def no_action(value: dict[str, Any]) -> dict[str, Any]:
    idle = value.get("required_action", 0) is None
    return {**value, "required_action": {}} if idle else value


def nulls(value: dict[str, Any]) -> dict[str, Any]:
    kept: tuple[str, ...] = ("id", "status", "required_action", "deleted", "delta")
    kept += ("tools", "thread_id")
    return {k: v if k in kept else None for k, v in value.items()}


def few_fields(value: dict[str, Any]) -> dict[str, Any]:
    kept: tuple[str, ...] = ("id", "object", "created_at", "status", "content")
    kept += ("delta", "role")
    kept += ("required_action", "thread_id", "deleted")
    return {k: v for k, v in value.items() if k in kept}


def all_null(value: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(value)


def created_status(request: ApiRequest, response: ApiResponse) -> ApiResponse:
    return evolve(response, status=201) if request.creates else response


def only_data(request: ApiRequest, value: Any) -> Any:
    return {"data": value["data"]}


def inclusive(request: ApiRequest, value: Any) -> Any:
    after = request.query.get("after")
    found = page({**value["data"][0]}, {"limit": "100"}) if value["data"] else value
    if after is None or not value["data"]:
        return value
    names = [item["id"] for item in found["data"]]
    begin = names.index(after) if after in names else 0
    return {"data": found["data"][begin : begin + int(request.query.get("limit", 20))]}


def unpaged(request: ApiRequest, value: Any) -> Any:
    """Ignore all that was asked for, and always give the same."""
    sample = value["data"][0] if value["data"] else {"id": "x_1"}
    return {"object": "list", "data": page(sample, {"limit": "100"})["data"]}


def empty_page(_: ApiRequest, __: Any) -> Any:
    return {"data": [], "first_id": None, "last_id": None, "has_more": True}


def always_more(_: ApiRequest, value: Any) -> Any:
    return {**value, "has_more": True}


def no_content_type(request: ApiRequest, response: ApiResponse) -> ApiResponse:
    """Refuse a deletion that says what its body is, where it has none."""
    if request.method == "DELETE" and "content-type" in request.headers:
        return ApiResponse(400, {"detail": "a body was announced, but there is none"})
    return response


def as_json(request: ApiRequest, response: ApiResponse) -> ApiResponse:
    """Answer with the run in place of its events."""
    if response.events is None:
        return response
    runs = [data for name, data in response.events if name.startswith("thread.run.")]
    found = [run for run in runs if run["object"] == "thread.run"]
    return ApiResponse(value=found[0])


def bogus(request: ApiRequest, response: ApiResponse) -> ApiResponse:
    """Say that a waiting run was completed."""
    if response.events is None:
        return response
    (*events, done) = response.events
    name, data = events[-1]
    if name.endswith("requires_action"):
        events.append(("thread.run.completed", data))
    return evolve(response, events=[*events, done])


def no_done(_: ApiRequest, response: ApiResponse) -> ApiResponse:
    events = response.events
    return response if events is None else evolve(response, events=events[:-1])


def in_frames(make: Callable[[Event], bytes]) -> Rewrite:
    """Write events down in another way."""
    return lambda request, response: evolve(response, frame=make)


def crlf(event: Event) -> bytes:
    return framed(*event, end="\r\n")


def unnamed(event: Event) -> bytes:
    name, data = event
    if name == "done":
        return b"data: [DONE]\n\n"
    return f"data: {json.dumps({'event': name, 'data': data})}\n\n".encode()


def commented(event: Event) -> bytes:
    name, data = event
    text = data if isinstance(data, str) else json.dumps(data)
    return f": still here\nid: 7\nretry: 10\ndata:{text}\nevent:{name}\n\n".encode()


def misnamed(event: Event) -> bytes:
    name, data = event
    if isinstance(data, dict) and data.get("object") == "thread.run":
        name = "thread.run.completed"
    return framed(name, data)
