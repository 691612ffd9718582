"""`anyOf` and `oneOf`: unwrapped, flattened, each member once."""

from __future__ import annotations

import json
from typing import Any

from codegen.document import Schema, count_rewrites, is_null, union_key
from codegen.errors import Path
from codegen.normalise.nullable import NAME, NULL, is_note
from codegen.source import Document


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
        if inner and all(is_note(k) for k in others) and NAME not in others:
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
