"""What a schema accepts, sorted by kinds: null, models, values, texts, lists, maps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from codegen.diff.forms import Names
from codegen.diff.side import Side
from codegen.document import Schema, is_null, schema_name, union_key

# Said of the place of a value rather than of the value.
NOTES = ("default", "deprecated", "readOnly", "writeOnly")
_OF_UNIONS = ("anyOf", "oneOf", "discriminator")
BINARY = "binary"


@dataclass
class Scalars:
    """What is accepted of one kind of plain values.

    Attributes:
        constants: single values, which the code takes for all that may come.
        known: values of enums, which the code takes for examples.
        free: schemas that accept any value of the kind, within limits.
    """

    constants: list[Any] = field(default_factory=list)
    known: list[Any] = field(default_factory=list)
    free: list[Schema] = field(default_factory=list)

    @property
    def values(self) -> list[Any]:
        """Give all single values."""
        return [*self.constants, *self.known]


@dataclass
class Accepted:
    """What a schema accepts.

    Attributes:
        any: whether it is anything.
        models: the classes, by the names that the old document has for them.
        open: whether objects that nobody knows are among them.
        scalars: plain values, by kind.
        lists: schemas of arrays.
        maps: schemas of objects without a class.
    """

    any: bool = False
    models: dict[str, str] = field(default_factory=dict)
    open: bool = False
    scalars: dict[str, Scalars] = field(default_factory=dict)
    lists: list[Schema] = field(default_factory=list)
    maps: list[Schema] = field(default_factory=list)


def alternatives(schema: Any) -> tuple[list[Schema], bool]:
    """Give the alternatives that a schema has where it stands, and whether null is one.

    Unions within it are written out, names are not.
    """
    if isinstance(schema, bool) or not schema:
        return [{}], False
    key = union_key(schema)
    if key is None:
        if is_null(schema):
            return [], True
        return [{k: v for k, v in schema.items() if k not in NOTES}], False
    # What is said beside the alternatives is said of each of them.
    outside = {k: v for k, v in schema.items() if k not in (*NOTES, *_OF_UNIONS)}
    found: list[Schema] = []
    null = False
    for member in schema[key]:
        if outside and isinstance(member, dict) and not is_null(member):
            member = {**outside, **member}
        inner, inner_null = alternatives(member)
        found += inner
        null = null or inner_null
    return found, null


def notes(schema: Any) -> dict[str, Any]:
    """Give what a schema says of the place where it stands."""
    if not isinstance(schema, dict):
        return {}
    return {key: schema[key] for key in NOTES if key in schema}


def accepted(side: Side, parts: list[Schema], names: Names) -> Accepted:
    """Sort alternatives by kinds; aliases and unions are looked into.

    Args:
        side: the document that they are of.
        parts: the alternatives.
        names: what its schemas are called in the old document.
    """
    result = Accepted()
    seen: set[str] = set()
    pending = list(reversed(parts))
    while pending:
        part = pending.pop()
        if "$ref" in part:
            name = schema_name(part["$ref"], ())
            if side.models[name].kind == "object":
                old = names.get(name, name)
                result.models[old] = side.models[name].names.class_
            elif name not in seen:
                seen.add(name)
                result.open = result.open or side.models[name].kind == "union"
                pending += reversed(alternatives(side.schemas[name])[0])
        else:
            _sort(result, part)
    _join_booleans(result)
    return result


def _join_booleans(result: Accepted) -> None:
    """Take both values of a boolean for any."""
    booleans = result.scalars.get("boolean")
    if booleans and {*booleans.constants} == {True, False}:
        result.scalars["boolean"] = Scalars(free=[*booleans.free, {"type": "boolean"}])


def _sort(result: Accepted, part: Schema) -> None:
    if "const" in part:
        constant = part["const"]
        result.scalars.setdefault(_kind_of(constant), Scalars()).constants += [constant]
        return
    if isinstance(part.get("enum"), list):
        for value in part["enum"]:
            found = result.scalars.setdefault(_kind_of(value), Scalars())
            # There is no boolean besides those that an enum could leave open.
            closed = isinstance(value, bool)
            (found.constants if closed else found.known).append(value)
        return
    kind: Any = part.get("type")
    if kind == "array" or (kind is None and "items" in part):
        result.lists.append(part)
    elif kind == "object" or (kind is None and "additionalProperties" in part):
        result.maps.append(part)
    elif kind is None:
        result.any = True
    else:
        if kind == "string" and part.get("format") == BINARY:
            kind = BINARY
        result.scalars.setdefault(kind, Scalars()).free.append(part)


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if isinstance(value, int) else "number"
    return "string"
