"""What schemas mean, however they are written, so that two documents compare.

References are expanded; `nullable`, a null among the alternatives and a list of types
are the same; unions in unions are one set; names given to parts don't matter.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from harness.contract.upstream_facts import CONST, PROSE

# Said of the place where a value stands, not of the value.
NOTES = {"default", "deprecated", "readOnly", "writeOnly"}
# A discriminator follows from the constants, which are compared; it has its own test.
_SILENT = {*PROSE, "nullable", "discriminator", "$recursiveAnchor"}
_CHILDREN = {"items", "additionalProperties", "not", "contains", "propertyNames"}
_UNIONS = ("anyOf", "oneOf")


@dataclass(frozen=True)
class Shape:
    """One alternative: what it demands, and the values inside of it."""

    at: str
    facts: dict[str, Any]
    children: dict[str, Value]
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        inner = {name: child.hash for name, child in self.children.items()}
        object.__setattr__(self, "hash", _hash([self.facts, inner]))

    @property
    def label(self) -> tuple[str, ...]:
        """Return what most likely is the same in the other document's alternative."""
        constants = [
            f"{name}={shape.facts['const']}"
            for name, child in self.children.items()
            for shape in child.shapes
            if "const" in shape.facts
        ]
        return (str(self.facts.get("type")), *sorted(constants))


@dataclass(frozen=True)
class Value:
    """A schema: a set of alternatives, null or not, and notes about the place."""

    at: str
    shapes: tuple[Shape, ...] = ()
    null: bool = False
    notes: dict[str, Any] = field(default_factory=dict)
    # How many levels up the value itself begins, where it contains itself.
    levels_up: int | None = None
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        shapes = sorted({shape.hash for shape in self.shapes})
        parts = [shapes, self.null, self.notes, self.levels_up]
        object.__setattr__(self, "hash", _hash(parts))


class Reader:
    """Read the schemas of one document as values.

    Args:
        document: the document to read.
        implied: take what has properties for an object, though it doesn't say so.
    """

    def __init__(self, document: dict[str, Any], *, implied: bool = False) -> None:
        self.document = document
        self._implied = implied
        self._known: dict[str, Value] = {}
        # The references being followed, with the level at which each began.
        self._open: dict[str, int] = {}
        self._level = 0
        # The outermost of them that something inside refers back to, by its number.
        self._reached = _NOWHERE

    def named(self, name: str) -> Value:
        return self._reference("#/components/schemas/" + name)

    def value(self, schema: Any, at: str) -> Value:
        """Return the meaning of a schema that stands at a JSON path."""
        if isinstance(schema, bool):
            return Value(at, (Shape(at, {"any": schema}, {}),))
        notes = {key: _plain(schema[key]) for key in NOTES if key in schema}
        null = schema.get("nullable") is True
        rest = {
            key: item
            for key, item in schema.items()
            if key not in NOTES | _SILENT and not (key[:2] == "x-" and key != CONST)
        }
        if rest == {"$recursiveRef": "#"}:
            # It stands in the schema that it refers to.
            rest = {"$ref": next(reversed(self._open))}
        if set(rest) == {"$ref"}:
            return _noted(self._reference(rest["$ref"]), at, notes, null=null)
        if set(rest) == {"allOf"}:
            members = [m for m in rest["allOf"] if m != {"nullable": True}]
            null = null or len(members) < len(rest["allOf"])
            (member,) = members  # joined objects are not compared; there are none
            return _noted(self.value(member, at), at, notes, null=null)
        if set(rest) - {"type"} in ({"anyOf"}, {"oneOf"}):
            return self._union(rest, at, notes, null=null)
        return self._single(rest, at, notes, null=null)

    def _reference(self, reference: str) -> Value:
        if reference in self._known:
            return self._known[reference]
        at = "$" + "".join(step(part) for part in reference.split("/")[1:])
        if reference in self._open:
            self._reached = min(self._reached, list(self._open).index(reference))
            return Value(at, levels_up=self._level - self._open[reference])
        target: Any = self.document
        for part in reference.split("/")[1:]:
            target = target.get(part, {"$ref to nothing": reference})
        outside, self._reached = self._reached, _NOWHERE
        number = len(self._open)
        self._open[reference] = self._level
        found = self.value(target, at)
        del self._open[reference]
        if self._reached >= number:
            # It means the same wherever it stands.
            self._known[reference] = found
            self._reached = _NOWHERE
        self._reached = min(self._reached, outside)
        return found

    def _union(
        self, rest: dict[str, Any], at: str, notes: dict[str, Any], *, null: bool
    ) -> Value:
        key = "anyOf" if "anyOf" in rest else "oneOf"
        values = [self.value(m, f"{at}.{key}[{i}]") for i, m in enumerate(rest[key])]
        shapes = [shape for value in values for shape in value.shapes]
        if "type" in rest:
            # A type beside the alternatives says nothing where they all have it.
            types = {shape.facts.get("type") for shape in shapes}
            assert types == {rest["type"]}, f"{at}: {rest['type']} beside {types}"
        # A note inside the only real alternative says it of the place.
        inner = [value.notes for value in values if value.shapes]
        lifted = inner[0] if len(inner) == 1 else {}
        assert lifted or not any(inner), f"{at}: a note on one of several alternatives"
        null = null or any(value.null for value in values)
        back = [value.levels_up for value in values if value.levels_up is not None]
        return Value(at, tuple(shapes), null, lifted | notes, max(back, default=None))

    def _single(
        self, rest: dict[str, Any], at: str, notes: dict[str, Any], *, null: bool
    ) -> Value:
        facts: dict[str, Any] = {}
        children: dict[str, Value] = {}
        self._level += 1
        for key, item in rest.items():
            if key == "properties":
                for name, child in item.items():
                    place = f"{at}.properties{step(name)}"
                    children[f"properties{step(name)}"] = self.value(child, place)
            elif key in _CHILDREN and isinstance(item, dict):
                children[key] = self.value(item, f"{at}.{key}")
            elif key in _UNIONS:
                # Demands on an object, such as one of two properties.
                each = [self.value(m, f"{at}.{key}[{i}]") for i, m in enumerate(item)]
                facts[key] = sorted(member.hash for member in each)
            else:
                facts[key] = _plain(item)
        self._level -= 1
        if self._implied and "properties" in rest:
            facts.setdefault("type", "object")
        if facts.pop(CONST, False) and len(facts["enum"]) == 1:
            (facts["const"],) = facts.pop("enum")
        if None in facts.get("enum", []):
            null = True
            facts["enum"] = [each for each in facts["enum"] if each is not None]
        for key in ("enum", "required"):
            if key in facts:
                facts[key] = sorted(facts[key], key=json.dumps)
        types = facts.get("type", [None])
        types = types if isinstance(types, list) else [types]
        shapes = [
            Shape(at, facts | ({"type": each} if each else {}), children)
            for each in types
            if each != "null"
        ]
        return Value(at, tuple(shapes), null or "null" in types, notes)


_NOWHERE = 1_000_000


def _noted(value: Value, at: str, notes: dict[str, Any], *, null: bool) -> Value:
    if not notes and (value.null or not null):
        return value
    return replace(value, at=at, notes=value.notes | notes, null=value.null or null)


def _plain(value: Any) -> Any:
    """Write 1.0 as 1, as JSON Schema takes them for the same."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def step(name: str) -> str:
    """Write one name of a JSON path."""
    return f".{name}" if name.isidentifier() else f"['{name}']"
