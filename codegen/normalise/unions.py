"""`anyOf` and `oneOf`: unwrapped, flattened, each member once, and told apart."""

from __future__ import annotations

from typing import Any

from codegen.document import (
    Schema,
    component_schemas,
    count_rewrites,
    is_null,
    mapped_reference,
    reference_to,
    schema_name,
    union_key,
)
from codegen.errors import Path
from codegen.identifiers import snake_case
from codegen.normalise.nullable import NAME, NULL, is_note, tidy
from codegen.normalise.objects import distinct, kind_of, values_of
from codegen.source import Document
from codegen.unions import Schemas, constants_of, is_class, leaves


def simplify_unions(document: Document) -> tuple[Document, int]:
    """Unwrap unions of one, flatten unions in unions, drop members said twice."""

    def rule(schema: Schema, at: Path) -> Schema:
        return _simplify(schema, is_named=len(at) == 3 and at[0] == "components")

    return count_rewrites(document, rule)


def _simplify(schema: Schema, *, is_named: bool) -> Schema:
    schema = {
        k: v for k, v in schema.items() if not (k in ("anyOf", "oneOf") and v == [])
    }
    key = union_key(schema)
    if key is None:
        return schema
    flat = _flat(schema[key])
    members = distinct([member for member in flat if not is_null(member)])
    members = _with_enum(members)
    members += [NULL] if any(is_null(member) for member in flat) else []
    rest = _notes_of_one(schema[key]) | {k: v for k, v in schema.items() if k != key}
    if not rest.get("properties") and rest.get("type") == "object":
        # Said of a union of objects; its members say so themselves.
        rest = {k: v for k, v in rest.items() if k not in ("type", "properties")}
    if len(members) == 1 and not (is_named and {"$ref", NAME} & members[0].keys()):
        return {**members[0], **rest}
    # Null is none of the alternatives, it is beside them, and comes last.
    new_key = "anyOf" if is_null(members[-1]) else key
    inside = {
        new_key if k == key else k: members if k == key else v
        for k, v in schema.items()
        if k == key or k in rest
    }
    return tidy(inside | rest)


def _notes_of_one(members: list[Any]) -> Schema:
    """Return what a union within says of itself where that is all of a union."""
    said = [member for member in members if not is_null(member)]
    if len(said) != 1 or union_key(said[0]) is None or NAME in said[0]:
        return {}
    return {k: v for k, v in said[0].items() if is_note(k)}


def _with_enum(members: list[Any]) -> list[Any]:
    """Write the constants among alternatives as one enum, with the words for each."""
    listed = [member for member in members if _only_lists(member)]
    if len(listed) < 2:
        return members
    values = [value for each in listed for value in values_of(each)]
    found: Schema = {"enum": distinct(values)}
    if kind := kind_of(values):
        found["type"] = kind
    titles, words = (
        [each[word] for each in listed if word in each]
        for word in ("title", "description")
    )
    if len({*titles}) == len(listed) == len(found["enum"]):
        # A title is the name of one value.
        found["x-enum-varnames"] = titles
        found |= {"x-enum-descriptions": words} if len(words) == len(listed) else {}
    at = members.index(listed[0])
    rest = [member for member in members if member not in listed]
    return [*rest[:at], found, *rest[at:]]


def _only_lists(schema: Schema) -> bool:
    """Return whether a schema does nothing but list values."""
    values = values_of(schema)
    more = schema.keys() - {"const", "enum", "type"}
    if not values or not all(is_note(key) and _is_lost(key) for key in more):
        return False
    kind = kind_of(values)
    return not kind or schema.get("type", kind) == kind


def _is_lost(key: str) -> bool:
    return key not in (NAME, "default") and not key.startswith("x-enum")


def _flat(members: list[Any]) -> list[Any]:
    result: list[Any] = []
    for member in members:
        inner = union_key(member) if isinstance(member, dict) else None
        others = set(member) - {inner} if isinstance(member, dict) else set()
        if inner and all(is_note(k) for k in others) and NAME not in others:
            result += _flat(member[inner])
        else:
            result.append(member)
    return result


# --- Discriminators -------------------------------------------------------------------

_USUAL = ("type", "object", "event")
OTHERWISE = "x-otherwise"
"""What a discriminator says of objects of other kinds: they are this schema."""


def discriminators(document: Document) -> tuple[Document, int]:
    """Write the discriminator of unions whose variants share a constant property."""
    schemas = component_schemas(document)

    def rule(schema: Schema, at: Path) -> Schema:
        key = union_key(schema)
        found = discriminator_of(schema, schemas, at) if key else None
        if found and not all(isinstance(value, str) for value in found["mapping"]):
            # A document can map texts only; the plan finds the others again.
            found = None
        if found and all("$ref" in m or is_null(m) for m in schema[key or ""]):
            schema["discriminator"] = found
        else:
            # An array or an object has no variants, and inline ones have no names.
            schema.pop("discriminator", None)
        return schema

    return count_rewrites(document, rule)


def discriminator_of(
    schema: Schema, schemas: Schemas, at: Path
) -> dict[str, Any] | None:
    """Find the discriminator of a union, None where nothing tells its objects apart."""
    key = union_key(schema)
    members = schema[key] if key else []
    names = [schema_name(m["$ref"], at) for m in members if "$ref" in m]
    given = schema.get("discriminator")
    if isinstance(given, dict) and OTHERWISE in given:
        return _of_children(given, names, schemas, at)
    found = _infer(names, schemas, given, at) or _implied(given, names, schemas, at)
    if found is not None and isinstance(given, dict):
        # The document may name variants that are no members of the union.
        for value, name in (given.get("mapping") or {}).items():
            found["mapping"].setdefault(value, mapped_reference(name))
        _add_implicit(found, names, schemas, at)
    if found is not None and len({*found["mapping"].values()}) < 2:
        # A schema that may be null, for instance, is no choice.
        return None
    return found


def _of_children(
    given: dict[str, Any], names: list[str], schemas: Schemas, at: Path
) -> dict[str, Any]:
    """Find the values that stand for the children of a base.

    They are those of the mapping, else the constants that a child has and its base has
    not, else the child's name, or the base's constant that is spelled like it.
    """
    key, base = given["propertyName"], schema_name(given[OTHERWISE], at)
    mapping: dict[Any, str] = dict(given.get("mapping") or {})
    common = _kinds(key, base, schemas, at)
    spelled = {snake_case(v): v for v in common if isinstance(v, str) and v}
    for name in names:
        own = [v for v in _kinds(key, name, schemas, at) if v not in common]
        target = reference_to(name)
        if name == base or (target in mapping.values() and not own):
            continue
        for value in own or [spelled.get(snake_case(name), name)]:
            mapping.setdefault(value, target)
    return {"propertyName": key, "mapping": mapping, OTHERWISE: given[OTHERWISE]}


def _kinds(key: str, name: str, schemas: Schemas, at: Path) -> list[Any]:
    """Return the constants of a property in all objects of a named schema."""
    return [
        value
        for leaf in _objects(name, schemas, at)
        for value in constants_of(leaf["properties"].get(key), schemas, at)
    ]


def _add_implicit(
    found: dict[str, Any], names: list[str], schemas: Schemas, at: Path
) -> None:
    """Let the name of a variant stand for it where nothing else does."""
    mapping = found["mapping"]
    for name in names:
        kinds = _kinds(found["propertyName"], name, schemas, at)
        # A variant that is no object has no property to be told apart by.
        is_object = bool(_objects(name, schemas, at))
        if is_object and reference_to(name) not in mapping.values() and not kinds:
            mapping.setdefault(name, reference_to(name))


def _infer(
    names: list[str], schemas: Schemas, given: Any, at: Path
) -> dict[str, Any] | None:
    variants = [(name, _objects(name, schemas, at)) for name in names]
    variants = [(name, objects) for name, objects in variants if objects]
    if len(variants) < 2:
        return None
    first = variants[0][1][0]["properties"]
    candidates = [key for key in _USUAL if key in first]
    candidates += [key for key in first if key not in candidates]
    if isinstance(given, dict) and given.get("propertyName") in first:
        candidates.insert(0, given["propertyName"])
    for key in candidates:
        mapping = _mapping(key, variants, schemas, at)
        if mapping is not None:
            return {"propertyName": key, "mapping": mapping}
    return None


def _mapping(
    key: str, variants: list[tuple[str, list[Schema]]], schemas: Schemas, at: Path
) -> dict[Any, str] | None:
    result: dict[Any, str] = {}
    for name, objects in variants:
        for leaf in objects:
            values = constants_of(leaf["properties"].get(key), schemas, at)
            if not values or key not in (leaf.get("required") or []):
                return None
            for value in values:
                if value in result:
                    return None
                result[value] = reference_to(name)
    return result


def _objects(name: str, schemas: Schemas, at: Path) -> list[Schema]:
    """Return the objects that a named schema stands for."""
    schema = {"$ref": reference_to(name)}
    return [leaf for _, leaf in leaves(schema, schemas, at) if is_class(leaf)]


def _implied(
    given: Any, names: list[str], schemas: Schemas, at: Path
) -> dict[str, Any] | None:
    """Keep a discriminator of the document that nothing in the schemas confirms.

    Where it has no mapping, the names of the schemas stand for them; but not where the
    schemas themselves name other values.
    """
    if not isinstance(given, dict) or not isinstance(given.get("propertyName"), str):
        return None
    key = given["propertyName"]
    if given.get("mapping"):
        return {"propertyName": key, "mapping": {}}
    objects = {name: _objects(name, schemas, at) for name in names}
    known = [leaf for each in objects.values() for leaf in each]
    if any(constants_of(leaf["properties"].get(key), schemas, at) for leaf in known):
        return None
    mapping = {name: reference_to(name) for name in names if objects[name]}
    return {"propertyName": key, "mapping": mapping}
