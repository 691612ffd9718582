"""Null, written in one way: as a member of `anyOf`, where a value is used; notes."""

from __future__ import annotations

from typing import Any

from codegen.document import (
    Schema,
    component_schemas,
    count_rewrites,
    is_null,
    rewrite_schemas,
    schema_name,
    union_key,
)
from codegen.errors import Path
from codegen.source import Document

NULL = {"type": "null"}

# What describes the place of a value rather than the value: it stays outside.
_OF_THE_PLACE = (
    *("description", "title", "default", "deprecated", "readOnly", "writeOnly"),
    *("example", "examples"),
)
NAME = "x-schema-name"


def null_types(document: Document) -> tuple[Document, int]:
    """Replace `nullable`, lists of types and null among enum values by `anyOf`."""
    return count_rewrites(document, lambda schema, at: _in_one_form(schema))


def _in_one_form(schema: Schema) -> Schema:
    if _only_nullable(schema):
        # A member of allOf that says it of its neighbour, which is looked at later.
        return schema
    nullable = schema.pop("nullable", False) is True
    members = schema.get("allOf")
    if isinstance(members, list) and any(_only_nullable(m) for m in members):
        schema["allOf"] = [m for m in members if not _only_nullable(m)]
        for member in filter(_only_nullable, members):
            schema = {**_split(member)[0], **schema}
        nullable = True
    if "const" in schema and schema["const"] is None:
        return {**_split(schema)[0], **NULL}
    values = schema.get("enum")
    if isinstance(values, list) and None in values:
        if all(value is None for value in values):
            return {**_split(schema)[0], **NULL}
        schema["enum"] = [value for value in values if value is not None]
        nullable = True
    types = schema.get("type")
    if isinstance(types, list):
        nullable = nullable or "null" in types
        types = [t for t in types if t != "null"]
        if len(types) == 1:
            schema["type"] = types[0]
        elif types:
            place, value = _split(schema)
            value.pop("type")
            schema = {**place, "anyOf": [{**value, "type": t} for t in types]}
        else:
            schema["type"] = "null"
            return schema
    if nullable and not is_null(schema):
        schema = with_null(schema)
    return tidy(schema)


def _only_nullable(schema: Schema) -> bool:
    """Return whether a schema says nothing of values but that they may be null."""
    said = without_notes(schema).keys()
    return schema.get("nullable") is True and said == {"nullable"}


def with_null(schema: Schema) -> Schema:
    """Return a schema that accepts what `schema` accepts, and null."""
    key = union_key(schema)
    if key is not None:
        if not any(is_null(member) for member in schema[key]):
            schema = {**schema, key: [*schema[key], NULL]}
        return schema
    place, value = _split(schema)
    return {**place, "anyOf": [value, NULL]}


def tidy(schema: Schema) -> Schema:
    """Move what describes the place out of an optional value, and a name into it."""
    key = union_key(schema)
    if key is None or len(schema[key]) != 2 or not is_null(schema[key][1]):
        return schema
    value = schema[key][0]
    if not isinstance(value, dict):
        return schema
    moved = {k: v for k, v in value.items() if k in _OF_THE_PLACE and k not in schema}
    value = {k: v for k, v in value.items() if k not in moved}
    schema = {**moved, **schema}
    if NAME in schema and "$ref" not in value:
        value = {**value, NAME: schema.pop(NAME)}
    schema[key] = [value, schema[key][1]]
    return schema


def _split(schema: Schema) -> tuple[Schema, Schema]:
    place = {k: v for k, v in schema.items() if k in _OF_THE_PLACE}
    value = {k: v for k, v in schema.items() if k not in _OF_THE_PLACE}
    return place, value


def null_where_used(document: Document) -> tuple[Document, int]:
    """Move null out of named schemas, to the places that refer to them.

    So that a name stands for the object: `usage: RunCompletionUsage | None`.
    """
    nullable = _nullable_names(component_schemas(document))
    if not nullable:
        return document, 0

    def rule(schema: Schema, at: Path) -> Schema:
        if len(at) == 3 and at[:2] == ("components", "schemas") and at[2] in nullable:
            return _without_null(schema)
        if "$ref" in schema and schema_name(schema["$ref"], at) in nullable:
            return with_null(schema)
        return schema

    return rewrite_schemas(document, rule), len(nullable)


def _nullable_names(schemas: dict[str, Any]) -> set[str]:
    """Find the names that may be null, by what they say or by what they refer to."""
    used_by: dict[str, list[str]] = {}
    for name, schema in schemas.items():
        for member in [schema, *_members(schema)]:
            if "$ref" in member:
                target = schema_name(member["$ref"], ("components", "schemas", name))
                used_by.setdefault(target, []).append(name)
    pending = [n for n, s in schemas.items() if any(map(is_null, _members(s)))]
    found = set(pending)
    while pending:
        for name in used_by.get(pending.pop(), ()):
            if name not in found:
                found.add(name)
                pending.append(name)
    return found


def _members(schema: Schema) -> list[Any]:
    key = union_key(schema)
    return schema[key] if key is not None else []


def _without_null(schema: Schema) -> Schema:
    key = union_key(schema)
    if key is None:
        return schema
    members = []
    for member in schema[key]:
        inner = _members(member)
        if len(inner) == 2 and is_null(inner[1]) and "$ref" in inner[0]:
            # A reference that has just got its own null.
            members.append(inner[0])
        elif not is_null(member):
            members.append(member)
    if len(members) != 1:
        return {**schema, key: members}
    outside = {k: v for k, v in schema.items() if k != key}
    return {**members[0], **outside}


_NOTES = {
    *("description", "title", "default", "deprecated", "readOnly", "writeOnly"),
    *("example", "examples", "externalDocs", "xml", "discriminator", NAME),
    *("$schema", "$id", "$anchor", "$comment"),
}


def is_note(key: str) -> bool:
    """Return whether a keyword says nothing about which values are accepted."""
    return key in _NOTES or key.startswith("x-")


def without_notes(schema: Any) -> Schema:
    """Return what a schema says about values."""
    return {k: v for k, v in schema.items() if not is_note(k)}
