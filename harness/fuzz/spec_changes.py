"""Mutations after which a document makes as much sense as before: new facts.

What tells the variants of a union apart stays, and nothing that must be there leads to
itself: no value would fit such a schema, and the contract tests make values.
"""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Any

from harness.fuzz.spec_bases import targets
from harness.fuzz.spec_edits import owner
from harness.fuzz.spec_mutant import Mutant
from harness.fuzz.spec_places import closure, graph
from tests.codegen.specs import ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.codegen.specs import Steps

WORDS = ["colour", "height", "kind_of", "class", "from", "seen_at", "import", "x1"]
SCALARS: list[dict[str, Any]] = [
    *({"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}),
    *(
        {"type": "integer", "minimum": 1, "maximum": 9},
        {"type": "string", "maxLength": 9},
    ),
    *(
        {"type": "integer", "format": "unixtime"},
        {"type": "string", "enum": ["a", "b"]},
    ),
    *(
        {"type": "string", "const": "it's"},
        {"type": "string", "enum": ['"', "'", "\\"]},
    ),
]


def added(it: Mutant) -> None:
    """Add a property."""
    place, schema = _class(it)
    name = it.random.choice(WORDS)
    it.put((*place, "properties", name), _schema(it, place))
    if it.random.random() < 0.4 and not keyword.iskeyword(name):
        it.put((*place, "required"), _distinct([*schema.get("required", []), name]))


def left_out(it: Mutant) -> None:
    """Leave out a property."""
    place, name = _property(it)
    if len(it.at((*place, "properties"))) < 2:
        raise LookupError
    it.drop((*place, "properties", name))
    required = it.at(place).get("required", [])
    if name in required:
        it.put((*place, "required"), [each for each in required if each != name])


def other_type(it: Mutant) -> None:
    place, name = _property(it)
    it.put((*place, "properties", name), _schema(it, place))


def null_allowed(it: Mutant) -> None:
    """Allow null for a property, or no longer."""
    place, name = _property(it)
    schema = it.at((*place, "properties", name))
    kind = schema.get("type")
    ways = [
        {"anyOf": [schema, {"type": "null"}]},
        {"allOf": [schema], "nullable": True},
    ]
    if isinstance(kind, str) and "enum" not in schema and "const" not in schema:
        ways.append({**schema, "type": [kind, "null"]})
    if "anyOf" in schema:
        ways = [schema["anyOf"][0]]
    it.put((*place, "properties", name), it.random.choice(ways))


def required(it: Mutant) -> None:
    """Require other properties."""
    place, schema = _class(it)
    names = [*schema["properties"]]
    some = it.random.sample(names, it.random.randint(0, len(names)))
    fixed = [name for name in names if "const" in schema["properties"][name]]
    if "oneOf" in schema or _circles(it, place, schema, some):
        raise LookupError
    it.put((*place, "required"), _distinct([*fixed, *some]))


def order(it: Mutant) -> None:
    """Name properties in another order."""
    place, schema = _class(it)
    names = [*schema["properties"]]
    it.random.shuffle(names)
    it.put((*place, "properties"), {name: schema["properties"][name] for name in names})


def values(it: Mutant) -> None:
    """Change the values of an enum, or a constant to an enum of several."""
    place, schema = it.schema("enum")
    if place[-2:] == ("properties", "type"):
        raise LookupError
    new = it.random.choice(["a", "B", "it's", 'say "x"', "back\\slash", "ü", "\u2028"])
    it.put((*place, "enum"), it.random.choice([[new], [*schema["enum"], new]]))


def merged(it: Mutant) -> None:
    place, schema = _class(it)
    if "oneOf" in schema or place[:2] != ("components", "schemas") or len(place) != 3:
        raise LookupError
    new = {it.random.choice(WORDS): _schema(it, place)}
    more = {"type": "object", "properties": new}
    it.put(place, {"allOf": [schema, more]})


KINDS: list[Callable[[Mutant], None]] = [
    *(added, left_out, other_type, null_allowed, required, order, values, merged)
]


def _schema(it: Mutant, place: Steps) -> dict[str, Any]:
    name = it.schema_name()
    schema = it.random.choice(SCALARS)
    kinds: list[dict[str, Any]] = [
        *(schema, schema, {"type": "array", "items": schema}),
        {"anyOf": [schema, {"type": "null"}]},
        {"type": "object", "additionalProperties": schema},
        {"type": "object", "properties": {"size": schema}, "required": ["size"]},
    ]
    if not _reaches(it, {("components", "schemas", name)}, place):
        new = ref(name)
        kinds += [new, {"type": "array", "items": new}]
        kinds += [{"anyOf": [new, {"type": "null"}]}]
    return it.random.choice(kinds)


def _circles(
    it: Mutant, place: Steps, schema: dict[str, Any], names: list[str]
) -> bool:
    inner = [schema["properties"][name] for name in names]
    return _reaches(it, {*targets(inner)}, place)


def _reaches(it: Mutant, start: set[Steps], place: Steps) -> bool:
    return owner(place) in closure(graph(it.document), start)


def _class(it: Mutant) -> tuple[Steps, dict[str, Any]]:
    place, schema = it.object()
    if not schema["properties"] or "oneOf" in schema:
        raise LookupError
    return place, schema


def _property(it: Mutant) -> tuple[Steps, str]:
    place, schema = _class(it)
    inner = schema["properties"]
    fixed = ("type", "object", "event", "role")
    names = [n for n in inner if n not in fixed and "const" not in inner[n]]
    return place, it.random.choice(names)


def _distinct(names: list[str]) -> list[str]:
    return [*dict.fromkeys(names)]
