"""Plan what a default of the document means for arguments and properties."""

from __future__ import annotations

import json
import math
from typing import Any

from codegen.document import schema_name
from codegen.errors import Path
from codegen.plan.literal import literal
from codegen.plan.types import Types

# References to references are followed so far.
_MOST = 20
# Longer defaults are described by nothing shorter than themselves.
_LONGEST = 60


def default_of(types: Types, schema: Any, at: Path) -> tuple[str, str]:
    """Return a default as code and as text for people; "" where there is none.

    As code it is there for plain values alone.
    """
    found = _default(types, schema, at)
    if found is None:
        return "", ""
    (value,) = found
    text = json.dumps(value, ensure_ascii=False)
    shown = text if len(text) <= _LONGEST else ""
    return (literal(value, at) if _fits(value, types.target(schema)) else ""), shown


def _fits(value: Any, schema: Any) -> bool:
    """Return whether a plain value is of the one type that is due."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    if isinstance(value, bool) or kind == "boolean":
        return isinstance(value, bool) and kind == "boolean"
    if isinstance(value, str):
        return kind == "string" and schema.get("format") != "binary"
    if isinstance(value, float):
        return kind == "number" and math.isfinite(value)
    return isinstance(value, int) and kind in ("integer", "number")


def _default(types: Types, schema: Any, at: Path) -> tuple[Any] | None:
    for _ in range(_MOST):
        if not isinstance(schema, dict):
            return None
        if "default" in schema:
            return (schema["default"],)
        if "$ref" not in schema:
            return None
        schema = types.schemas.get(schema_name(schema["$ref"], at))
    return None
