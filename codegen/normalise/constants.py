"""Single values: `const` where the document marks a one-valued enum as constant."""

from __future__ import annotations

from codegen.document import Schema, rewrite_schemas
from codegen.errors import Path
from codegen.source import Document

_MARK = "x-stainless-const"


def constants(document: Document) -> tuple[Document, int]:
    """Write a marked enum of one value as `const`."""
    changes = 0

    def rule(schema: Schema, at: Path) -> Schema:
        nonlocal changes
        values = schema.get("enum")
        if schema.get(_MARK) is True and isinstance(values, list) and len(values) == 1:
            changes += 1
            schema["const"] = values[0]
            del schema["enum"], schema[_MARK]
        return schema

    return rewrite_schemas(document, rule), changes
