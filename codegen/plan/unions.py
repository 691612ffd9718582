"""Plan a union of objects: its classes, and what tells them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codegen.document import Schema, is_null, schema_name, union_key
from codegen.errors import Path
from codegen.normalise.discriminate import discriminator_of
from codegen.plan.literal import string
from codegen.plan.types import Reader, Types


@dataclass(frozen=True)
class Variant:
    """One class of a union, with what tells it apart.

    Attributes:
        class_: the name of the class.
        values: the values of the discriminator that stand for it, as literals.
        required: the properties that it must have, as literals.
        constants: properties with the one value that they have, as literals.
    """

    class_: str
    values: list[str]
    required: list[str]
    constants: list[tuple[str, str]]


@dataclass(frozen=True)
class Union:
    """A union of objects, and perhaps of other values beside them."""

    annotation: str
    written: str
    models: frozenset[str]
    dicts: frozenset[str]
    discriminator: str
    variants: list[Variant]
    leaves: list[str]
    keeps_dicts: bool
    lists: Reader | None


def plan_union(types: Types, schema: Schema, at: Path) -> Union:
    """Plan a union that has a name."""
    key = union_key(schema)
    assert key is not None
    found = discriminator_of(schema, types.schemas, at) or {}
    discriminator = found.get("propertyName", "")
    mapped: dict[str, list[str]] = {}
    for value, reference in found.get("mapping", {}).items():
        mapped.setdefault(schema_name(reference, at), []).append(value)
    direct = [schema_name(m["$ref"], at) for m in schema[key] if types.is_object(m)]
    # The discriminator may name variants that are no members.
    direct += [
        name
        for name in sorted(mapped.keys() - set(direct))
        if types.kind(name) in ("object", "union")
    ]
    leaves = list(
        dict.fromkeys(leaf for name in direct for leaf in _leaves(types, name, set()))
    )
    others = [m for m in schema[key] if not types.is_object(m) and not is_null(m)]
    rest = types.written_out({"anyOf": others}, at) if others else None
    none = ["None"] if any(is_null(member) for member in schema[key]) else []
    parts = [types.names[name].class_ for name in direct]
    written = [types.names[name].dict_ for name in direct]
    if rest is not None:
        parts.append(rest.annotation)
        written.append(rest.written)
    lists = rest.reader if rest is not None else None
    return Union(
        annotation=" | ".join(dict.fromkeys([*parts, "UnknownObject", *none])),
        written=" | ".join(dict.fromkeys([*written, *none])),
        models=frozenset(direct) | (rest.models if rest else frozenset()),
        dicts=frozenset(direct) | (rest.dicts if rest else frozenset()),
        discriminator=discriminator,
        variants=[
            _variant(types, leaf, discriminator, mapped.get(leaf, []), at)
            for leaf in leaves
        ],
        leaves=leaves,
        keeps_dicts=any(_is_map(types, member) for member in others),
        lists=lists if lists is not None and lists.reads == {"array"} else None,
    )


def _leaves(types: Types, name: str, seen: set[str]) -> list[str]:
    """Give the classes that a named schema stands for, through unions of unions."""
    if name in seen:
        return []
    seen.add(name)
    schema = types.schemas[name]
    if schema.get("properties"):
        return [name]
    key = union_key(schema)
    members = schema[key] if key else [schema]
    return [
        leaf
        for member in members
        if types.is_object(member)
        for leaf in _leaves(types, schema_name(member["$ref"], ()), seen)
    ]


def _variant(
    types: Types, name: str, discriminator: str, mapped: list[str], at: Path
) -> Variant:
    schema = types.schemas[name]
    required = sorted(set(schema.get("required") or []))
    constants = {
        wire: values
        for wire, child in schema["properties"].items()
        if (values := _constants(types, child, at)) and wire in required
    }
    values = [*constants.get(discriminator, []), *mapped]
    return Variant(
        types.names[name].class_,
        [string(value) for value in dict.fromkeys(values)],
        [string(wire) for wire in required],
        [
            (string(wire), string(values[0]))
            for wire, values in sorted(constants.items())
            if len(values) == 1
        ],
    )


def _constants(types: Types, schema: Any, at: Path) -> list[str]:
    if isinstance(schema, dict) and "$ref" in schema:
        schema = types.schemas[schema_name(schema["$ref"], at)]
    if not isinstance(schema, dict):
        return []
    values = [schema["const"]] if "const" in schema else schema.get("enum") or []
    return values if all(isinstance(value, str) for value in values) else []


def _is_map(types: Types, schema: Any) -> bool:
    if isinstance(schema, dict) and "$ref" in schema:
        schema = types.schemas[schema_name(schema["$ref"], ())]
    return isinstance(schema, dict) and schema.get("type") == "object"
