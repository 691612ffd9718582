"""The events that a stream would have told, had it not broken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._text import word
from .accumulate import DEEPEST, GROWING
from .parse import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .accumulate import Grown
    from .snapshots import Snapshots

_MESSAGE, _STEP = "thread.message", "thread.run.step"
_PARTS = {_MESSAGE: "content", _STEP: "step_details"}


def missed(
    snapshots: Snapshots,
    run: Mapping[str, Any],
    steps: Iterable[dict[str, Any]],
    messages: Iterable[dict[str, Any]],
) -> Iterator[Told]:
    """Give events that lead from what was told to what is.

    Texts are told by what they lack, so that pieces of a text still add up to it.

    Args:
        snapshots: what was told.
        run: the run as it is.
        steps: its steps as they are, the first one first.
        messages: its messages likewise.
    """
    by_id = {str(each.get("id")): each for each in messages}
    for step in steps:
        key = str(step.get("id"))
        if key in snapshots.closed_steps:
            continue
        yield from _grown(_STEP, step, snapshots.steps.get(key))
        details = step.get("step_details")
        creation = (
            details.get("message_creation") if isinstance(details, dict) else None
        )
        written = creation.get("message_id") if isinstance(creation, dict) else None
        message = by_id.pop(str(written), None)
        if message is not None:
            yield from _message(snapshots, message)
        if step.get("status") not in ("in_progress", None):
            yield Told(f"{_STEP}.{word(step['status'])}", step)
    for message in by_id.values():
        yield from _message(snapshots, message)
    yield Told(f"thread.run.{word(run.get('status'))}", dict(run))


def _message(snapshots: Snapshots, message: dict[str, Any]) -> Iterator[Told]:
    key = str(message.get("id"))
    if key in snapshots.closed:
        return
    yield from _grown(_MESSAGE, message, snapshots.messages.get(key))
    status = message.get("status")
    if status != "in_progress":
        # A server that has no statuses for messages gives whole ones.
        name = status if isinstance(status, str) else "completed"
        yield Told(f"{_MESSAGE}.{name}", message)


def _grown(kind: str, now: dict[str, Any], known: Grown | None) -> Iterator[Told]:
    """Give the events of an object from its beginning or from what is known of it."""
    parts = _PARTS[kind]
    if known is None:
        begun = {**now, "status": "in_progress", parts: _emptied(now.get(parts))}
        yield Told(f"{kind}.created", begun)
        before: Any = begun
    else:
        before = known.known()
    piece = rest(before.get(parts), now.get(parts))
    if piece:
        yield Told(
            f"{kind}.delta",
            {
                "id": now.get("id"),
                "object": f"{kind}.delta",
                "delta": {parts: piece},
            },
        )


def _emptied(parts: Any) -> Any:
    """Give parts of an object as they are at its beginning."""
    if isinstance(parts, list):
        return []
    if isinstance(parts, dict) and "tool_calls" in parts:
        return {**parts, "tool_calls": []}
    return parts


def rest(before: Any, now: Any, depth: int = 0) -> Any:
    """Give what has to be added to a value; none where nothing has, or nothing can.

    Args:
        before: the value as it is known; a list may be a dict by indexes.
        now: the value as it is.
        depth: how deep it stands; what is deeper than anything that grows is whole.
    """
    if depth >= DEEPEST:
        return None if before is not None else now
    if isinstance(before, dict) and isinstance(now, dict):
        return _rest_of_object(before, now, depth)
    if isinstance(now, list):
        known = before if isinstance(before, dict) else {}
        if isinstance(before, list):
            known = dict(enumerate(before))
        pieces = []
        for index, item in enumerate(now):
            piece = rest(known[index], item, depth + 1) if index in known else item
            if piece and isinstance(piece, dict):
                kind = {"type": item["type"]} if "type" in item else {}
                pieces.append({"index": index, **kind, **_with_indexes(piece)})
        # Of a list that wasn't there, that it is empty is news.
        return pieces or (None if isinstance(before, list | dict) else [])
    return None if before == now else now


def _rest_of_object(before: dict[str, Any], now: dict[str, Any], depth: int) -> Any:
    found = {}
    for name, value in now.items():
        if name in GROWING and isinstance(value, str):
            begun = before.get(name)
            piece: Any = value
            if isinstance(begun, str):
                # Nothing can be taken back of a text, so one that differs is left.
                piece = value[len(begun) :] if value.startswith(begun) else ""
                piece = piece or None
        elif name in before:
            piece = rest(before[name], value, depth + 1)
        else:
            piece = _with_indexes(value)
        if piece is not None:
            found[name] = piece
    if found and "type" in now:
        found["type"] = now["type"]
    return found or None


def _with_indexes(value: Any, depth: int = 0) -> Any:
    """Give a value in which all objects of lists say where they stand."""
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
