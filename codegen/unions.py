"""The members of a union, and whether reading it means choosing between them.

A reader of one kind of JSON values lets all other kinds pass. So there is something to
choose only where several members are objects, or several are arrays of objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.document import Schema, is_null, schema_name, union_key
from codegen.errors import Path

Schemas = dict[str, Any]


def leaves(
    schema: Any,
    schemas: Schemas,
    at: Path = (),
    *,
    name: str = "",
    seen: set[str] | None = None,
) -> Iterator[tuple[str, Any]]:
    """Return what a schema stands for, through references and unions of unions.

    Yields:
        A name where that has one, else "", and the schema; each name once.
    """
    seen = set() if seen is None else seen
    if isinstance(schema, dict) and "$ref" in schema:
        target = schema_name(schema["$ref"], at)
        if target not in seen:
            seen.add(target)
            place = ("components", "schemas", target)
            inner = schemas.get(target)
            yield from leaves(inner, schemas, place, name=target, seen=seen)
        return
    key = union_key(schema) if is_union(schema) else None
    if key is None:
        yield name, schema
        return
    for index, member in enumerate(schema[key]):
        yield from leaves(member, schemas, (*at, key, index), seen=seen)


def is_union(schema: Any) -> bool:
    """Return whether a schema is nothing but a union."""
    is_object = isinstance(schema, dict) and not schema.get("properties")
    return is_object and union_key(schema) is not None


def is_class(schema: Any) -> bool:
    """Return whether a schema becomes a class: it names its properties."""
    return isinstance(schema, dict) and bool(schema.get("properties"))


def is_map(schema: Any) -> bool:
    """Return whether a schema is an object whose properties have no names."""
    return _is_kind(schema, "object", "additionalProperties")


def is_array(schema: Any) -> bool:
    """Return whether a schema is an array."""
    return _is_kind(schema, "array", "items")


def _is_kind(schema: Any, kind: str, keyword: str) -> bool:
    if not isinstance(schema, dict) or is_class(schema) or "enum" in schema:
        return False
    found = schema.get("type")
    return found == kind or (found is None and keyword in schema)


def constants_of(schema: Any, schemas: Schemas, at: Path) -> list[Any]:
    """Return the values that a property may be, nothing where it may be others too."""
    values: dict[str, Any] = {}
    for _, leaf in leaves(schema, schemas, at):
        if not isinstance(leaf, dict):
            return []
        found = [leaf["const"]] if "const" in leaf else leaf.get("enum")
        if is_null(leaf):
            found = [None]
        if not found or any(isinstance(value, dict | list) for value in found):
            return []
        values |= {repr(value): value for value in found}
    return [*values.values()]


def kinds_read(schema: Any, schemas: Schemas, at: Path = ()) -> frozenset[str]:
    """Return which kinds of JSON values reading changes: "object", "array"."""
    found = set()
    for _, leaf in leaves(schema, schemas, at):
        if is_class(leaf) or (
            is_map(leaf) and _holds_class(leaf.get("additionalProperties"), schemas, at)
        ):
            found.add("object")
        elif is_array(leaf) and _holds_class(leaf.get("items"), schemas, at):
            found.add("array")
    return frozenset(found)


def _holds_class(schema: Any, schemas: Schemas, at: Path) -> bool:
    """Return whether a schema is a class, or leads to one through arrays and maps."""
    seen: set[str] = set()
    pending = [schema]
    while pending:
        schema = pending.pop()
        if not isinstance(schema, dict):
            continue
        if "$ref" in schema:
            name = schema_name(schema["$ref"], at)
            if name not in seen:
                seen.add(name)
                pending.append(schemas.get(name))
        elif is_class(schema):
            return True
        elif is_union(schema):
            pending += schema[union_key(schema) or ""]
        elif is_map(schema):
            pending.append(schema.get("additionalProperties"))
        elif is_array(schema):
            pending.append(schema.get("items"))
    return False


def needs_choice(schema: Schema, schemas: Schemas, at: Path = ()) -> bool:
    """Return whether more than one member of a union would read the same values.

    Such a union gets a name, and a function that chooses.
    """
    key = union_key(schema)
    if key is None or not is_union(schema):
        return False
    members = [(m, kinds_read(m, schemas, at)) for m in schema[key]]
    kinds = [kind for _, found in members for kind in found]
    if len(set(kinds)) < len(kinds):
        return True
    # A dict that stays as it is would be taken for the class beside it.
    return "object" in kinds and any(
        is_map(leaf)
        for member, found in members
        if "object" not in found
        for _, leaf in leaves(member, schemas, at)
    )
