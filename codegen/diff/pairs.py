"""Two documents side by side: what means the same, and what belongs together."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeVar

from codegen.diff.sides import Known, Side
from codegen.document import reference_path, reference_to, references
from codegen.errors import Path
from codegen.identifiers import identifier
from codegen.normalise.strip import ORIGINAL_NAME

T = TypeVar("T")
Names = Mapping[str, str]
"""What the old document calls schemas of the new one, where that differs."""

_MOST_COMPARED = 10_000
"""How many pairs of names are compared; of more, none counts as renamed."""
# How similar two names must be for one to be taken for a new spelling of the other.
_SIMILAR = 0.6
_PATH_ARGUMENT = re.compile(r"\{([^{}]*)\}")
_REFERENCE = reference_to("")

# Lists in which the order says nothing that code depends on.
_UNORDERED = {"anyOf", "oneOf", "enum", "required", "security", "tags"}
# Data of the API, in which names of keywords are nothing special.
_DATA = {"default", "const", "enum", "example", "examples"}
# Values of these keys are maps whose keys are names, not keywords.
_NAME_MAPS = {"properties", "patternProperties", "content", "headers", "responses"}


@dataclass(frozen=True)
class Pair:
    """The two documents, and what the old one calls schemas that were renamed."""

    old: Side
    new: Side
    names: Names

    def same(self, old: Any, new: Any) -> bool:
        """Return whether two pieces of the documents mean the same."""
        return form(old, {}) == form(new, self.names)


def form(value: Any, names: Names) -> str:
    """Write a piece of a document so that what means the same reads the same."""
    return json.dumps(_plain(value, names), sort_keys=True)


def _plain(value: Any, names: Names, *, are_names: bool = False) -> Any:
    if isinstance(value, list):
        return [_plain(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if are_names:
        return {key: _plain(child, names) for key, child in value.items()}
    result: dict[str, Any] = {}
    for key, child in value.items():
        if key == "$ref":
            child = _old_reference(child, names)
        elif key == "mapping" and isinstance(child, dict):
            child = {k: _old_reference(v, names) for k, v in child.items()}
        elif key not in _DATA:
            child = _plain(child, names, are_names=key in _NAME_MAPS)
        if key in _UNORDERED and isinstance(child, list):
            child = sorted(json.dumps(item, sort_keys=True) for item in child)
        result[key] = child
    return result


def _old_reference(reference: Any, names: Names) -> Any:
    if names and isinstance(reference, str) and reference.startswith(_REFERENCE):
        name = reference.removeprefix(_REFERENCE)
        return _REFERENCE + names.get(name, name)
    return reference


# --- Matching -------------------------------------------------------------------------


def match(
    old: list[T], new: list[T], *keys: Callable[[T], Hashable]
) -> Iterator[tuple[T, T]]:
    """Take what belongs together out of two lists, and yield it in pairs.

    The keys identify a thing, the best one first; None identifies nothing, nor does
    what two things of one document have in common.
    """
    for key in keys:
        before, after = _unique(old, key), _unique(new, key)
        for common in before:
            if common in after:
                one, other = before[common], after[common]
                old[:] = [thing for thing in old if thing is not one]
                new[:] = [thing for thing in new if thing is not other]
                yield one, other


def _unique(things: list[T], key: Callable[[T], Hashable]) -> dict[Hashable, T]:
    found = [(key(thing), thing) for thing in things]
    counts = Counter(one for one, _ in found)
    return {one: thing for one, thing in found if one is not None and counts[one] == 1}


def match_names(old: Mapping[str, Hashable], new: Mapping[str, Hashable]) -> Names:
    """Return the old names of what has a similar name now, and else is the same."""
    groups: dict[Hashable, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for index, things in enumerate((old, new)):
        for name, thing in things.items():
            groups[thing][index].append(name)
    result: dict[str, str] = {}
    for olds, news in groups.values():
        if len(olds) * len(news) <= _MOST_COMPARED:
            for name in news:
                left = [former for former in olds if former not in result.values()]
                fitting = [former for former in left if similar(former, name)]
                if len(fitting) == 1:
                    result[name] = fitting[0]
    return result


def similar(old: str, new: str) -> bool:
    """Return whether a name looks like a new spelling of another one."""
    old, new = identifier(old), identifier(new)
    return old == new or SequenceMatcher(None, old, new).ratio() >= _SIMILAR


def match_operations(
    old: list[Known], new: list[Known]
) -> Iterator[tuple[Known, Known]]:
    """Take operations that belong together out of two lists, and yield them in pairs.

    They are matched by their names, also by those that they had before a repair, else
    by method and path, whatever the arguments in the path are called.
    """
    return match(
        old,
        new,
        lambda known: known.operation.name,
        lambda known: known.operation.data.get(ORIGINAL_NAME, known.operation.name),
        lambda known: (known.operation.method, known.operation.path),
        lambda known: (known.operation.method, without_names(known.operation.path)),
    )


def match_models(old: Side, new: Side) -> dict[str, str]:
    """Return the schemas of the new document with what the old one calls them.

    They are matched by their names, else by the names of their classes, else by what
    they say.
    """
    gone, added = list(old.models.values()), list(new.models.values())
    keys = (lambda module: module.names.schema, lambda module: module.names.class_)
    pairs = match(gone, added, *keys)
    matched = {now.names.schema: was.names.schema for was, now in pairs}
    left = [[module.names.schema for module in modules] for modules in (gone, added)]
    return matched | _match_by_shape(old, new, *left)


def _match_by_shape(
    old: Side, new: Side, gone: list[str], added: list[str]
) -> dict[str, str]:
    """Match schemas that say the same and have a similar name or a use in common."""
    shapes: dict[str, list[str]] = defaultdict(list)
    for name in gone:
        shapes[_shape(old, name, gone)].append(name)
    fitting = {n: shapes.get(_shape(new, n, added), []) for n in added}
    if sum(map(len, fitting.values())) > _MOST_COMPARED:
        fitting = {n: several for n, several in fitting.items() if len(several) == 1}
    before, after = _uses(old), _uses(new)
    candidates = []
    for name, several in fitting.items():
        for former in several:
            likeness = SequenceMatcher(None, former, name).ratio()
            if likeness >= _SIMILAR or before[former] & after[name]:
                candidates.append((-likeness, former, name))
    result: dict[str, str] = {}
    # The most similar first, so that of several equal ones each finds its own.
    for _, former, name in sorted(candidates):
        if name not in result and former not in result.values():
            result[name] = former
    return result


def _shape(side: Side, name: str, unmatched: Iterable[str]) -> str:
    """Write what a schema says, whatever it and the unmatched ones are called."""
    names = dict.fromkeys(unmatched, "?") | {name: "itself"}
    return json.dumps([side.models[name].kind, form(side.schemas[name], names)])


def _uses(side: Side) -> dict[str, set[Path]]:
    """Return the places that refer to each schema, whatever position in a list."""
    result: dict[str, set[Path]] = defaultdict(set)
    for place, reference in references(side.document):
        path = reference_path(reference, place)
        steps = tuple(step for step in place if isinstance(step, str))
        result[str(path[-1])].add(steps)
    return result


def without_names(path: str) -> str:
    """Return a path without the names of the arguments in it."""
    return _PATH_ARGUMENT.sub("{}", path)


def names_in(path: str) -> list[str]:
    """Return the names of the arguments in a path, in their order."""
    return _PATH_ARGUMENT.findall(path)
