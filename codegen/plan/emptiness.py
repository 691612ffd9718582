"""Request bodies that may be left out, and what is sent then."""

from __future__ import annotations

from typing import Any

from codegen.document import resolve
from codegen.errors import Path
from codegen.source import Document

_METHODS = ("post", "put", "patch")
_DEEPEST = 20


def sends_empty_object(
    document: Document, method: str, media_type: str, schema: Any, at: Path
) -> bool:
    """Return whether `{}` is sent where nobody passes an optional body.

    Many servers parse the body of a POST whether there is one or not, and refuse none
    at all. That holds for JSON alone, and where an object without properties is valid.
    """
    is_plain = media_type.partition(";")[0].strip().lower() == "application/json"
    return method.lower() in _METHODS and is_plain and _fits(document, schema, at)


def _fits(document: Document, schema: Any, at: Path, depth: int = 0) -> bool:
    """Return whether a schema is one of objects, and an empty one fits it."""
    if depth > _DEEPEST or not isinstance(schema, dict):
        return False
    if "$ref" in schema:
        found, place = resolve(document, schema, at, "schemas")
        return _fits(document, found, place, depth + 1)
    types = schema.get("type")
    types = types if isinstance(types, list) else [types]
    parts = schema.get("allOf")
    parts = parts if isinstance(parts, list) else []
    is_object = "object" in types or (types == [None] and "properties" in schema)
    refuses = (
        schema.get("required")
        or schema.get("minProperties")
        or any(name in schema for name in ("oneOf", "anyOf", "not", "enum", "const"))
    )
    if refuses or not (is_object or (types == [None] and parts)):
        return False
    return all(_fits(document, each, at, depth + 1) for each in parts)
