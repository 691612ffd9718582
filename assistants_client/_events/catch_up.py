"""Make the events that a stream would have sent, had it not been cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._text import word
from .accumulate import APPENDED, DEEPEST
from .parse import ParsedEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .accumulate import Accumulated
    from .snapshots import Snapshots

_MESSAGE, _STEP = "thread.message", "thread.run.step"
_PARTS = {_MESSAGE: "content", _STEP: "step_details"}


def catch_up(
    snapshots: Snapshots,
    run: Mapping[str, Any] | None,
    steps: Iterable[dict[str, Any]],
    messages: Iterable[dict[str, Any]],
) -> Iterator[ParsedEvent]:
    """Return the events that lead from the snapshots to what is there now.

    Deltas carry what a text lacks, so that the pieces of a text still add up to it.

    Args:
        snapshots: what was received.
        run: the run as it is; None if nobody knows it.
        steps: its steps as they are, the first one first.
        messages: its messages as they are, the first one first.
    """
    by_id = {str(each.get("id")): each for each in messages}
    for step in steps:
        key = str(step.get("id"))
        if key in snapshots.closed_steps:
            continue
        yield from _deltas(_STEP, step, snapshots.steps.get(key))
        details = step.get("step_details")
        creation = (
            details.get("message_creation") if isinstance(details, dict) else None
        )
        written = creation.get("message_id") if isinstance(creation, dict) else None
        message = by_id.pop(str(written), None)
        if message is not None:
            yield from _message(snapshots, message)
        if step.get("status") not in ("in_progress", None):
            yield ParsedEvent(f"{_STEP}.{word(step['status'])}", step)
    for message in by_id.values():
        yield from _message(snapshots, message)
    if run is not None:
        yield ParsedEvent(f"thread.run.{word(run.get('status'))}", dict(run))


def _message(snapshots: Snapshots, message: dict[str, Any]) -> Iterator[ParsedEvent]:
    key = str(message.get("id"))
    if key in snapshots.closed:
        return
    yield from _deltas(_MESSAGE, message, snapshots.messages.get(key))
    status = message.get("status")
    if status != "in_progress":
        # A server without statuses of messages returns complete ones.
        name = status if isinstance(status, str) else "completed"
        yield ParsedEvent(f"{_MESSAGE}.{name}", message)


def _deltas(
    kind: str, now: dict[str, Any], known: Accumulated | None
) -> Iterator[ParsedEvent]:
    """Return the events of an object from its start, or from what is known of it."""
    parts = _PARTS[kind]
    if known is None:
        before: Any = {
            **now,
            "status": "in_progress",
            parts: _emptied(now.get(parts)),
        }
        yield ParsedEvent(f"{kind}.created", before)
    else:
        before = known.by_index()
    delta = remainder(before.get(parts), now.get(parts))
    if delta:
        data = {"id": now.get("id"), "object": f"{kind}.delta", "delta": {parts: delta}}
        yield ParsedEvent(f"{kind}.delta", data)


def _emptied(parts: Any) -> Any:
    """Return the parts of an object as they are at its start."""
    if isinstance(parts, list):
        return []
    if isinstance(parts, dict) and "tool_calls" in parts:
        return {**parts, "tool_calls": []}
    return parts


def remainder(before: Any, now: Any, depth: int = 0) -> Any:
    """Return the delta from one value to another; None where there is none.

    Args:
        before: the value as it is known; a list may be a dict by index.
        now: the value as it is.
        depth: how deeply it is nested; a value that is nested more deeply than deltas
            reach is returned as a whole.
    """
    if depth >= DEEPEST:
        return None if before is not None else now
    if isinstance(before, dict) and isinstance(now, dict):
        return _remainder_of_object(before, now, depth)
    if isinstance(now, list):
        known = before if isinstance(before, dict) else {}
        if isinstance(before, list):
            known = dict(enumerate(before))
        items = []
        for index, item in enumerate(now):
            delta = remainder(known[index], item, depth + 1) if index in known else item
            if delta and isinstance(delta, dict):
                items.append({"index": index, **_with_indexes(delta)})
        # That a list is there is news, even if it is empty.
        return items or (None if isinstance(before, list | dict) else [])
    return None if before == now else now


def _remainder_of_object(
    before: dict[str, Any], now: dict[str, Any], depth: int
) -> Any:
    found = {}
    for name, value in now.items():
        if name in APPENDED and isinstance(value, str):
            start = before.get(name)
            delta: Any = value
            if isinstance(start, str):
                # A delta can't take anything back, so a text that differs is left.
                delta = value[len(start) :] if value.startswith(start) else ""
                delta = delta or None
        elif name in before:
            delta = remainder(before[name], value, depth + 1)
        else:
            delta = _with_indexes(value)
        if delta is not None:
            found[name] = delta
    if found and "type" in now:
        found["type"] = now["type"]
    return found or None


def _with_indexes(value: Any, depth: int = 0) -> Any:
    """Return a value whose lists of objects name the index of each object."""
    if depth >= DEEPEST:
        return value
    if isinstance(value, dict):
        return {name: _with_indexes(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [
            {"index": index, **_with_indexes(item, depth + 1)}
            if isinstance(item, dict)
            else item
            for index, item in enumerate(value)
        ]
    return value
