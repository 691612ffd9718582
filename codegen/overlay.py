"""Apply repairs written in the OpenAPI Overlay 1.0 format.

An action either removes what its JSONPath target finds or merges an update into it, as
https://spec.openapis.org/overlay/v1.0.0.html has it: objects are merged, lists are
appended to, everything else is replaced.

An overlay may say in `x-applies-to`, by another JSONPath, which documents it is for: it
leaves those alone in which that finds nothing.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import jsonpath_rfc9535 as jsonpath

from codegen import source
from codegen.document import mapping
from codegen.errors import Path, SpecError, shorten
from codegen.source import Document

DEFAULT_OVERLAY = FilePath(__file__).with_name("overlay.yaml")
NOTHING: Document = {"overlay": "1.0.0"}


@dataclass(frozen=True)
class Applied:
    """A repaired document and the actions that found nothing to repair."""

    document: Document
    unused: list[str]


def apply(document: Document, overlay: Document) -> Applied:
    """Apply the actions of an overlay in turn; the document itself stays as it is."""
    if not str(overlay.get("overlay", "")).startswith("1."):
        raise SpecError("this is no OpenAPI Overlay 1 document", at=("overlay",))
    meant_for = overlay.get("x-applies-to")
    if meant_for is not None and not _find(meant_for, document, ("x-applies-to",)):
        return Applied(document, [])
    actions = overlay.get("actions", [])
    if not isinstance(actions, list):
        raise SpecError("a list of actions is due here", at=("actions",))
    result: Any = deepcopy(document) if actions else document
    unused = []
    for index, action in enumerate(actions):
        action = mapping(action, ("actions", index))
        target = action.get("target", "")
        # Each place once, and the last items of a list first, so that removing one
        # moves no other.
        found = _find(target, result, ("actions", index))
        locations = sorted(found, key=_order, reverse=True)
        if not locations:
            unused.append(str(target))
        remove = action.get("remove") is True
        if not remove and "update" not in action:
            raise SpecError("an action must update or remove", at=("actions", index))
        for location in locations:
            result = _replace(result, location, action.get("update"), remove=remove)
    return Applied(result, unused)


def load(path: FilePath = DEFAULT_OVERLAY) -> Document:
    """Read an overlay from a file."""
    return source.load(path).document


def _find(query: Any, value: Any, at: Path) -> set[Path]:
    """Return the places that a JSONPath finds."""
    try:
        return {node.location for node in jsonpath.find(str(query), value)}
    except jsonpath.JSONPathError as error:
        raise SpecError(f"{shorten(query)} is no JSONPath: {error}", at=at) from error


def _order(location: Path) -> list[tuple[bool, int, str]]:
    """Compare places: names with names, indexes with indexes."""
    return [
        (isinstance(step, str), step if isinstance(step, int) else 0, str(step))
        for step in location
    ]


def _replace(root: Any, location: Path, update: Any, *, remove: bool) -> Any:
    if not location:
        return None if remove else _merge(root, update)
    holder = root
    for step in location[:-1]:
        holder = holder[step]
    last = location[-1]
    if remove:
        del holder[last]
    else:
        holder[last] = _merge(holder[last], update)
    return root


def _merge(value: Any, update: Any) -> Any:
    if isinstance(value, dict) and isinstance(update, dict):
        for key, new in update.items():
            value[key] = _merge(value[key], new) if key in value else deepcopy(new)
        return value
    if isinstance(value, list):
        new_items = update if isinstance(update, list) else [update]
        return [*value, *deepcopy(new_items)]
    return deepcopy(update)
