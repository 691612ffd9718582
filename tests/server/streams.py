"""What a stream says: the names of events, and the objects that they add up to."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from tests.server.api import JSON, path_of

if TYPE_CHECKING:
    from tests.server.api import Api
    from tests.server.conformance import Event

# The names of events, in the order in which they come.
BEGINNING = ["thread.run.created", "thread.run.queued", "thread.run.in_progress"]
STEP = ["thread.run.step.created", "thread.run.step.in_progress"]
CALLING = [*STEP, "thread.run.step.delta"]
WRITING = [
    *STEP,
    *("thread.message.created", "thread.message.in_progress"),
    "thread.message.delta",
]
WRITTEN = [*WRITING, "thread.message.completed", "thread.run.step.completed"]
END = ["thread.run.completed", "done"]


def names(events: list[Event]) -> list[str]:
    """Return the names of events, those that follow the same name once."""
    found = [name for name, _ in events]
    return [name for i, name in enumerate(found) if i == 0 or found[i - 1] != name]


def run_in(events: list[Event]) -> JSON:
    """Return the run as the last event that tells of it has it."""
    told = [data for name, data in events if re.fullmatch(r"thread\.run\.\w+", name)]
    run: JSON = told[-1]
    return run


def same_as_kept(api: Api, events: list[Event], *, include: str | None = None) -> None:
    """Assert that a stream's last events and its deltas agree with what is kept."""
    kept = objects(events)
    run = run_in(events)
    query: JSON = {"include": include} if include else {}
    for each, made in kept.items():
        match made["object"]:
            case "thread.run":
                assert api.again(run) == made
            case "thread.run.step":
                assert api.get(f"{path_of(run)}/steps/{each}", **query) == made
            case "thread.message":
                path = f"/threads/{run['thread_id']}/messages/{each}"
                assert api.get(path) == made
    for each, built in accumulated(events).items():  # vacuous: nothing came
        parts = (
            "content" if kept[each]["object"] == "thread.message" else "step_details"
        )
        assert built == kept[each][parts]


def objects(events: list[Event]) -> dict[str, JSON]:
    """Return each object as the last event that has all of it tells, by its id."""
    return {
        data["id"]: data
        for name, data in events
        if name != "done" and not name.endswith(".delta")
    }


def accumulated(events: list[Event]) -> dict[str, Any]:
    """Add deltas up, with nothing known but that lists in them go by `index`.

    Returns:
        By the id of a message its content, and by that of a step its details.
    """
    built: dict[str, Any] = {}
    for name, data in events:
        if name == "thread.message.delta":
            parts = built.setdefault(data["id"], [])
            _add_items(parts, data["delta"]["content"])
        elif name == "thread.run.step.delta":
            details = built.setdefault(data["id"], {})
            _add(details, data["delta"]["step_details"])
    return built


def _add(whole: JSON, piece: JSON) -> None:
    for name, value in piece.items():
        if name in ("index", "type", "id"):
            if name != "index":
                assert whole.setdefault(name, value) == value
        elif isinstance(value, str) and isinstance(whole.get(name), str):
            whole[name] += value
        elif isinstance(value, dict):
            _add(whole.setdefault(name, {}), value)
        elif isinstance(value, list) and _is_numbered(value):
            _add_items(whole.setdefault(name, []), value)
        else:
            assert name not in whole or not whole[name]
            whole[name] = copy.deepcopy(value)


def _is_numbered(items: list[Any]) -> bool:
    return all(isinstance(each, dict) and "index" in each for each in items)


def _add_items(whole: list[JSON], pieces: list[JSON]) -> None:
    for piece in pieces:
        index = piece["index"]
        assert index <= len(whole), "an item was left out"
        if index == len(whole):
            whole.append({})
        _add(whole[index], piece)
