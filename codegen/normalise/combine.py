"""`allOf`, `anyOf` and `oneOf`: merged, unwrapped and flattened."""

from __future__ import annotations

import json
from typing import Any

from codegen.document import (
    Schema,
    is_null,
    resolve,
    rewrite_schemas,
    union_key,
)
from codegen.errors import Path, SpecError
from codegen.normalise.nullable import NAME, NULL
from codegen.source import Document

# Keywords that say nothing about which values are accepted.
NOTES = {
    "description",
    "title",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "example",
    "examples",
    "externalDocs",
    "discriminator",
    NAME,
}
_JOINED = {"type", "properties", "required", "additionalProperties"}


def merge_all_of(document: Document) -> tuple[Document, int]:
    """Replace `allOf` by the one schema that it means."""
    changes = 0

    def rule(schema: Schema, at: Path) -> Schema:
        nonlocal changes
        if not isinstance(schema.get("allOf"), list):
            return schema
        changes += 1
        return _merge(document, schema, at, frozenset({at}))

    return rewrite_schemas(document, rule), changes


def _merge(
    document: Document, schema: Schema, at: Path, within: frozenset[Path]
) -> Schema:
    notes = {k: v for k, v in schema.items() if _is_note(k)}
    members: list[Schema] = []
    for member in schema["allOf"]:
        if all(_is_note(key) for key in member):
            notes = {**member, **notes}
        else:
            members.append(member)
    own = {k: v for k, v in schema.items() if not _is_note(k) and k != "allOf"}
    if own:
        members.append(own)
    if len(members) == 1:
        return {**members[0], **notes}
    objects = [_object(document, member, at, within) for member in members]
    return {**notes, **_join(objects)} if members else notes


def _object(
    document: Document, member: Schema, at: Path, within: frozenset[Path]
) -> Schema:
    """Give a member of `allOf` as an object written out."""
    if "$ref" in member:
        member, at = resolve(document, member, at, "schemas")
        if at in within:
            raise SpecError("this allOf contains itself", at=at)
    if isinstance(member.get("allOf"), list):
        member = _merge(document, member, at, within | {at})
    is_object = member.get("type", "object") == "object"
    if not is_object or not {k for k in member if not _is_note(k)} <= _JOINED:
        raise SpecError(
            "this allOf joins more than plain objects",
            at=at,
            hint="Write the joined object out in the overlay.",
        )
    return member


def _join(objects: list[Schema]) -> Schema:
    result: Schema = {"type": "object"}
    properties: dict[str, Any] = {}
    required: list[str] = []
    for value in objects:
        for name, child in (value.get("properties") or {}).items():
            known = properties.get(name)
            properties[name] = child if known is None else _refine(known, child)
        required += [n for n in value.get("required") or [] if n not in required]
        if "additionalProperties" in value:
            result["additionalProperties"] = value["additionalProperties"]
    if properties:
        result["properties"] = properties
    if required:
        result["required"] = required
    return result


def _refine(first: Schema, second: Schema) -> Schema:
    """Join two descriptions of one property; the later one wins where they differ."""
    if "$ref" in second or "$ref" in first:
        return second
    return {**first, **second}


def _is_note(key: str) -> bool:
    return key in NOTES or key.startswith("x-")


def simplify_unions(document: Document) -> tuple[Document, int]:
    """Unwrap unions of one, flatten unions in unions, drop members said twice."""
    changes = 0

    def rule(schema: Schema, at: Path) -> Schema:
        nonlocal changes
        before = schema
        schema = _simplify(schema, is_named=len(at) == 3 and at[0] == "components")
        changes += schema != before
        return schema

    return rewrite_schemas(document, rule), changes


def _simplify(schema: Schema, *, is_named: bool) -> Schema:
    schema = {
        k: v for k, v in schema.items() if not (k in ("anyOf", "oneOf") and v == [])
    }
    key = union_key(schema)
    if key is None:
        return schema
    flat = _flat(schema[key])
    members = _distinct([member for member in flat if not is_null(member)])
    members += [NULL] if any(is_null(member) for member in flat) else []
    rest = {k: v for k, v in schema.items() if k != key}
    if not rest.get("properties") and rest.get("type") == "object":
        # Said of a union of objects; its members say so themselves.
        rest = {k: v for k, v in rest.items() if k not in ("type", "properties")}
    if len(members) == 1 and not (is_named and _has_name(members[0])):
        return {**members[0], **rest}
    # Null is none of the alternatives, it is beside them, and comes last.
    new_key = "anyOf" if is_null(members[-1]) else key
    return {
        new_key if k == key else k: members if k == key else v
        for k, v in schema.items()
        if k == key or k in rest
    }


def _has_name(schema: Schema) -> bool:
    return "$ref" in schema or NAME in schema


def _flat(members: list[Any]) -> list[Any]:
    result: list[Any] = []
    for member in members:
        inner = union_key(member) if isinstance(member, dict) else None
        others = set(member) - {inner} if isinstance(member, dict) else set()
        if inner and all(_is_note(k) for k in others) and NAME not in others:
            result += _flat(member[inner])
        else:
            result.append(member)
    return result


def _distinct(members: list[Any]) -> list[Any]:
    seen = set()
    result = []
    for member in members:
        key = json.dumps(member, sort_keys=True)
        if key not in seen:
            seen.add(key)
            result.append(member)
    return result
