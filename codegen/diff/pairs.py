"""Two documents side by side: what means the same, and what belongs together."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from codegen.diff.sides import Known, Side
from codegen.document import Operation, reference_path, reference_to, references
from codegen.errors import Path
from codegen.identifiers import identifier
from codegen.normalise.strip import ORIGINAL_NAME

Names = Mapping[str, str]
"""What the old document calls schemas of the new one, where that differs."""

MOST_COMPARED = 10_000
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


def similar(old: str, new: str) -> bool:
    """Return whether a name looks like a new spelling of another one."""
    old, new = identifier(old), identifier(new)
    return old == new or SequenceMatcher(None, old, new).ratio() >= _SIMILAR


# --- Models -------------------------------------------------------------------------


def match_models(old: Side, new: Side) -> dict[str, str]:
    """Return the schemas of the new document with what the old one calls them.

    They are matched by their names, else by the names of their classes, else by what
    they say.
    """
    matched = {name: name for name in new.models if name in old.models}
    gone = {name for name in old.models if name not in matched}
    classes = {old.models[name].names.class_: name for name in sorted(gone)}
    for name, module in new.models.items():
        former = classes.get(module.names.class_)
        if name not in matched and former in gone:
            matched[name] = former
            gone.discard(former)
    added = [name for name in new.models if name not in matched]
    return matched | _match_by_shape(old, new, sorted(gone), added)


def _match_by_shape(
    old: Side, new: Side, gone: list[str], added: list[str]
) -> dict[str, str]:
    """Match schemas that say the same and have a similar name or a use in common."""
    shapes: dict[str, list[str]] = defaultdict(list)
    for name in gone:
        shapes[_shape(old, name, gone)].append(name)
    fitting = {n: shapes.get(_shape(new, n, added), []) for n in added}
    if sum(map(len, fitting.values())) > MOST_COMPARED:
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


# --- Operations ---------------------------------------------------------------------


def match_operations(old: Side, new: Side) -> list[tuple[Known | None, Known | None]]:
    """Pair the operations of both documents; None stands where there is no other.

    They are matched by their names, also by those that they had before a repair, else
    by method and path, whatever the arguments in the path are called.
    """
    left_old, left_new = list(old.operations), list(new.operations)
    pairs: list[tuple[Known | None, Known | None]] = []
    for key_of in _KEYS:
        before, after = _unique(left_old, key_of), _unique(left_new, key_of)
        for key, one in before.items():
            other = after.get(key)
            if other is not None and one in left_old and other in left_new:
                pairs.append((one, other))
                left_old.remove(one)
                left_new.remove(other)
    pairs += [(one, None) for one in left_old]
    return pairs + [(None, one) for one in left_new]


_KEYS: tuple[Callable[[Operation], list[Hashable]], ...] = (
    lambda op: [op.name],
    lambda op: [op.name, str(op.data.get(ORIGINAL_NAME, op.name))],
    lambda op: [(op.method, op.path)],
    lambda op: [(op.method, without_names(op.path))],
)


def _unique(
    found: list[Known], keys: Callable[[Operation], list[Hashable]]
) -> dict[Hashable, Known]:
    """Index operations by what identifies them, unless two have it in common."""
    result: dict[Hashable, Known | None] = {}
    for one in found:
        for key in set(keys(one.operation)):
            result[key] = None if key in result else one
    return {key: one for key, one in result.items() if one is not None}


def without_names(path: str) -> str:
    """Return a path without the names of the arguments in it."""
    return _PATH_ARGUMENT.sub("{}", path)


def names_in(path: str) -> list[str]:
    """Return the names of the arguments in a path, in their order."""
    return _PATH_ARGUMENT.findall(path)
