"""Single values: `const` where the document marks a one-valued enum as constant."""

from __future__ import annotations

from codegen.document import Schema, count_rewrites
from codegen.errors import Path
from codegen.source import Document

_MARK = "x-stainless-const"


def constants(document: Document) -> tuple[Document, int]:
    """Write a marked enum of one value as `const`."""

    def rule(schema: Schema, at: Path) -> Schema:
        values = schema.get("enum")
        if schema.get(_MARK) is True and isinstance(values, list) and len(values) == 1:
            schema["const"] = values[0]
            del schema["enum"], schema[_MARK]
        return schema

    return count_rewrites(document, rule)
