"""Plan how the fields of a multipart form are written."""

from __future__ import annotations

from typing import Any

from codegen.document import Schema, is_null, resolve, union_key
from codegen.errors import Path
from codegen.normalise.strip import FIELD_STYLE
from codegen.plan.literal import string
from codegen.source import Document
from codegen.unions import is_array

# Unions of one may refer to each other in a circle.
_MOST = 100


def form_fields(
    document: Document, media: dict[str, Any], at: Path
) -> dict[str, list[str]]:
    """Name the fields that are not written as plain text, by how they are written.

    Args:
        document: the document.
        media: the form as the body of an operation.
        at: its place.

    Returns:
        `files`, which are files; `file_lists`, which are arrays of them; and
        `deep_fields`, objects that are written as fields `name[property]`.
    """
    schema, place = _resolved(document, media.get("schema"), (*at, "schema"))
    found: dict[str, list[str]] = {"files": [], "file_lists": [], "deep_fields": []}
    for name, each in (schema.get("properties") or {}).items():
        inside, where = _resolved(document, each, (*place, "properties", name))
        if _is_file(inside):
            # One that may be null is none where it is null.
            if not _may_be_null(each):
                found["files"].append(string(name))
        elif is_array(inside):
            item, _ = _resolved(document, inside.get("items"), (*where, "items"))
            if _is_file(item):
                found["file_lists"].append(string(name))
    for name, encoding in (media.get("encoding") or {}).items():
        if "deepObject" in (encoding.get("style"), encoding.get(FIELD_STYLE)):
            found["deep_fields"].append(string(name))
    return found


def _resolved(document: Document, schema: Any, at: Path) -> tuple[Schema, Path]:
    """Return what a schema refers to; of one that may be null as well, the other."""
    for _ in range(_MOST):
        if not isinstance(schema, dict):
            break
        key = union_key(schema)
        others = [] if key is None else [e for e in schema[key] if not is_null(e)]
        if "$ref" in schema:
            schema, at = resolve(document, schema, at, "schemas")
        elif len(others) == 1:
            schema = others[0]
        else:
            return schema, at
    return {}, at


def _may_be_null(schema: Any) -> bool:
    key = union_key(schema) if isinstance(schema, dict) else None
    return key is not None and any(is_null(each) for each in schema[key])


def _is_file(schema: Schema) -> bool:
    return schema.get("type") == "string" and schema.get("format") == "binary"
