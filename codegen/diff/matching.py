"""Find what is meant for the same thing in both documents, be it renamed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from difflib import SequenceMatcher

from codegen.diff.forms import form
from codegen.diff.side import Side
from codegen.document import Operation, reference_path, references
from codegen.errors import Path
from codegen.normalise.strip import ORIGINAL_NAME
from codegen.plan.operations import OperationModule

Known = tuple[Operation, OperationModule]

_ARGUMENT = re.compile(r"\{([^{}]*)\}")
# How alike two names must be for one to be taken for a new spelling of the other.
_ALIKE = 0.6
MOST_COMPARED = 10_000
"""How many pairs of names are looked at; of more, none is a new spelling of another."""


def match_models(old: Side, new: Side) -> dict[str, str]:
    """Give the schemas of the new document with what the old one calls them.

    By their names, else by the names of their classes, else by what they say.
    """
    matched = {name: name for name in new.models if name in old.models}
    gone = {name for name in old.models if name not in matched}
    added = [name for name in new.models if name not in matched]
    classes = {old.models[name].names.class_: name for name in sorted(gone)}
    for name in added:
        former = classes.get(new.models[name].names.class_)
        if former in gone:
            matched[name] = former
            gone.discard(former)
    added = [name for name in added if name not in matched]
    matched |= _by_shape(old, new, sorted(gone), added)
    return matched


def _by_shape(
    old: Side, new: Side, gone: list[str], added: list[str]
) -> dict[str, str]:
    """Pair the schemas that say the same, and either sound alike or stand alike."""
    shapes: dict[str, list[str]] = defaultdict(list)
    unknown = set(gone)
    for name in gone:
        shapes[_shape(old, name, unknown)].append(name)
    before, after = _uses(old), _uses(new)
    candidates = []
    unknown = set(added)
    fitting = {n: shapes.get(_shape(new, n, unknown), []) for n in added}
    if sum(map(len, fitting.values())) > MOST_COMPARED:
        fitting = {n: several for n, several in fitting.items() if len(several) == 1}
    for name, several in fitting.items():
        for former in several:
            likeness = SequenceMatcher(None, former, name).ratio()
            if likeness >= _ALIKE or before[former] & after[name]:
                candidates.append((-likeness, former, name))
    result: dict[str, str] = {}
    # The most alike first, so that of several equal ones each finds its own.
    for _, former, name in sorted(candidates):
        if name not in result and former not in result.values():
            result[name] = former
    return result


def _shape(side: Side, name: str, unknown: set[str]) -> str:
    """Write what a schema says, whatever it and those that came or went are called."""
    names = dict.fromkeys(unknown, "?") | {name: "itself"}
    return json.dumps([side.models[name].kind, form(side.schemas[name], names)])


def _uses(side: Side) -> dict[str, set[Path]]:
    """Give the places that refer to each schema, whatever position in a list."""
    result: dict[str, set[Path]] = defaultdict(set)
    for place, reference in references(side.document):
        path = reference_path(reference, place)
        steps = tuple(step for step in place if isinstance(step, str))
        result[str(path[-1])].add(steps)
    return result


def match_operations(old: Side, new: Side) -> list[tuple[Known | None, Known | None]]:
    """Pair the operations of both documents; None stands where there is no other.

    By their names, also by those that they had before a repair, else by method and
    path, whatever the arguments in the path are called.
    """
    left_old, left_new = list(old.operations), list(new.operations)
    pairs: list[tuple[Known | None, Known | None]] = []
    for keys in (_name, _names, _route, _anonymous_route):
        before, after = _unique(left_old, keys), _unique(left_new, keys)
        for key, one in before.items():
            other = after.get(key)
            if other is not None and one in left_old and other in left_new:
                pairs.append((one, other))
                left_old.remove(one)
                left_new.remove(other)
    return [
        *pairs,
        *((one, None) for one in left_old),
        *((None, one) for one in left_new),
    ]


def _unique(
    found: list[Known], keys: Callable[[Operation], Iterable[Hashable]]
) -> dict[Hashable, Known]:
    """Index operations by what identifies them, unless two have it in common."""
    result: dict[Hashable, Known | None] = {}
    for one in found:
        for key in set(keys(one[0])):
            result[key] = None if key in result else one
    return {key: one for key, one in result.items() if one is not None}


def _name(operation: Operation) -> list[str]:
    return [operation.name]


def _names(operation: Operation) -> list[str]:
    original = operation.data.get(ORIGINAL_NAME)
    return [operation.name, *([original] if isinstance(original, str) else [])]


def _route(operation: Operation) -> list[Hashable]:
    return [(operation.method, operation.path)]


def _anonymous_route(operation: Operation) -> list[Hashable]:
    return [(operation.method, anonymous(operation.path))]


def anonymous(path: str) -> str:
    """Give a path without the names of the arguments in it."""
    return _ARGUMENT.sub("{}", path)


def arguments(path: str) -> list[str]:
    """Give the names of the arguments in a path, in their order."""
    return _ARGUMENT.findall(path)
