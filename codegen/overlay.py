"""Apply repairs written in the OpenAPI Overlay 1.0 format.

An action either removes what its JSONPath target finds or merges an update into it, as
https://spec.openapis.org/overlay/v1.0.0.html has it: objects are merged, lists are
appended to, everything else is replaced.

An overlay may say in `x-applies-to`, by another JSONPath, which documents it is for: it
leaves those alone in which that finds nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path as FilePath
from typing import Any

import jsonpath_rfc9535 as jsonpath

from codegen import source
from codegen.document import mapping
from codegen.errors import (
    Path,
    Problems,
    SpecError,
    closest,
    json_path,
    meant,
    shorten,
)
from codegen.source import Document

DEFAULT_OVERLAY = FilePath(__file__).with_name("overlay.yaml")
NOTHING: Document = {"overlay": "1.0.0"}
Action = Mapping[str, Any]

_KEYS = ("target", "description", "update", "remove")
# A name or an index in the form that says each path in one way.
_STEP = re.compile(r"\[(?:'((?:[^'\\]|\\.)*)'|(-?\d+))\]")
_QUOTES = re.compile(r'\\.|"', re.DOTALL)
_REQUOTED = {"\\'": "'", '"': '\\"'}


@dataclass(frozen=True)
class Applied:
    """A repaired document and the actions that found nothing to repair.

    Attributes:
        unmet: the targets that found nothing, by the indexes of their actions.
    """

    document: Document
    unmet: dict[int, str]

    @property
    def unused(self) -> list[str]:
        """Return the targets that found nothing."""
        return [*self.unmet.values()]


@dataclass(frozen=True)
class Overlay:
    """An overlay that somebody named: each of its actions has to find something."""

    name: str
    document: Document


def apply(document: Document, overlay: Document) -> Applied:
    """Apply the actions of an overlay in turn; the document itself stays as it is."""
    if not str(overlay.get("overlay", "")).startswith("1."):
        raise SpecError("this is no OpenAPI Overlay 1 document", at=("overlay",))
    meant_for = overlay.get("x-applies-to")
    if meant_for is not None and not find(meant_for, document, ("x-applies-to",)):
        return Applied(document, {})
    actions = overlay.get("actions", [])
    if not isinstance(actions, list):
        raise SpecError("a list of actions is due here", at=("actions",))
    return _applied(document, actions)


def apply_strictly(document: Document, overlay: Overlay) -> Document:
    """Apply an overlay, and refuse actions that find nothing."""
    try:
        applied = apply(document, overlay.document)
        problems = Problems()
        for index, target in applied.unmet.items():
            message = f"{shorten(target)} finds nothing{_nearest(document, target)}"
            problems.add(SpecError(message, at=("actions", index, "target")))
        problems.raise_any()
    except SpecError as error:
        said = "\n".join(map(str, error.all))
        raise SpecError(f"{overlay.name}: {said}") from error
    return applied.document


def apply_actions(document: Document, actions: Iterable[Action]) -> Document:
    """Apply actions that are known to be well-formed."""
    return _applied(document, [*actions]).document


@cache
def load() -> Document:
    """Return the generator's overlay, read once in a process: nobody may change it."""
    return source.load(DEFAULT_OVERLAY).document


def named(path: FilePath) -> Overlay:
    """Read an overlay from a file, which may hold nothing but its actions."""
    document = source.load(path, listed="actions").document
    if document.keys() == {"actions"}:
        document = NOTHING | document
    return Overlay(path.name, document)


def find(query: Any, value: Any, at: Path = ()) -> set[Path]:
    """Return the places that a JSONPath finds.

    Raises:
        SpecError: it is no JSONPath; `at` is where it stands.
    """
    try:
        return {node.location for node in _compiled(str(query)).find(value)}
    except jsonpath.JSONPathError as error:
        # Some releases fail to put into words where it is, or take six lines for it.
        said = error.args[0]
        raise SpecError(f"{shorten(query)} is no JSONPath: {said}", at=at) from error


# A process that builds several times has the same paths each time.
_compiled = lru_cache(maxsize=1024)(jsonpath.compile)


def find_some(query: str, value: Any) -> list[Path]:
    """Return the places that a JSONPath finds, and refuse one that finds nothing."""
    found = find(query, value)
    if not found:
        raise SpecError(f"{shorten(query)} finds nothing{_nearest(value, query)}")
    return sorted(found, key=order)


def order(location: Path) -> list[tuple[bool, int, str]]:
    """Compare places: names with names, indexes with indexes."""
    return [
        (isinstance(step, str), step if isinstance(step, int) else 0, str(step))
        for step in location
    ]


def _nearest(document: Any, target: str) -> str:
    """Say how far a plain path leads, and what may have been meant there."""
    at: Path = ()
    for step in _plain_steps(target):
        node = find(json_path((*at, step), longest=0), document)
        if not node:
            known = [str(key) for key in _at(document, at)]
            close = closest(str(step), known)
            return f"; is {json_path((*at, close))} meant?" if close else ""
        at = next(iter(node))
    return ""


def _plain_steps(target: str) -> Iterator[str | int]:
    """Yield the names and indexes that a path begins with."""
    normal, end = str(_compiled(target)), 1
    while step := _STEP.match(normal, end):
        name, index = step.groups()
        yield int(index) if name is None else json.loads(f'"{_quotes(name)}"')
        end = step.end()


def _quotes(name: str) -> str:
    """Return a name as it stands in single quotes, as it would in double ones."""
    return _QUOTES.sub(lambda found: _REQUOTED.get(found[0], found[0]), name)


def _at(value: Any, at: Path) -> Any:
    for step in at:
        value = value[step]
    return value if isinstance(value, dict) else ()


def _applied(document: Document, actions: list[Any]) -> Applied:
    if not actions:
        # Nothing to copy it for: no step changes what it is given.
        return Applied(document, {})
    unmet = {}
    for index, target, is_met, changed in stepwise(document, actions):
        document = changed
        if not is_met:
            unmet[index] = target
    return Applied(document, unmet)


def stepwise(
    document: Document, actions: list[Any]
) -> Iterator[tuple[int, str, bool, Any]]:
    """Apply actions in turn to one copy of a document.

    After each of them its index, its target, whether that found something, and the copy
    are yielded.
    """
    result: Any = deepcopy(document)
    for index, action in enumerate(actions):
        at: Path = ("actions", index)
        action = mapping(action, at)
        for key in action:
            if key not in _KEYS and not key.startswith("x-"):
                raise SpecError(f"there is no {key} here{meant(key, _KEYS)}", at=at)
        target = action.get("target", "")
        # Each place once, and the last items of a list first, so that removing one
        # moves no other.
        locations = sorted(find(target, result, at), key=order, reverse=True)
        remove = action.get("remove") is True
        if not remove and "update" not in action:
            raise SpecError("an action must update or remove", at=at)
        for location in locations:
            result = _replace(result, location, action.get("update"), remove=remove)
        yield index, str(target), bool(locations), result


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
