"""References of JSON Schema to the schema that they stand in, as plain references."""

from __future__ import annotations

from typing import Any

from codegen.document import Schema, component_schemas, count_rewrites, reference_to
from codegen.errors import Path, SpecError, shorten
from codegen.source import Document

_ANCHORS = ("$recursiveAnchor", "$dynamicAnchor")


def recursive_references(document: Document) -> tuple[Document, int]:
    """Replace `$recursiveRef` and `$dynamicRef` by a reference to the named schema.

    Both lead to the outermost schema around them that has the anchor, and no schema is
    built from others here, so that this is the named one in which they stand.
    """
    schemas = component_schemas(document)

    def rule(schema: Schema, at: Path) -> Schema:
        for key in ("$recursiveRef", "$dynamicRef"):
            if key in schema:
                target = _target(key, schema.pop(key), schemas, at)
                schema = {"$ref": reference_to(target), **schema}
        return {k: v for k, v in schema.items() if k not in _ANCHORS}

    return count_rewrites(document, rule)


def _target(key: str, reference: Any, schemas: dict[str, Any], at: Path) -> str:
    name = str(at[2]) if at[:2] == ("components", "schemas") else ""
    outer = schemas.get(name)
    if isinstance(outer, dict):
        if key == "$recursiveRef":
            found = reference == "#"
        else:
            found = reference == f"#{outer.get('$dynamicAnchor')}"
        if found:
            return name
    raise SpecError(
        f"{key} {shorten(reference)} leads to no anchor of the schema around it",
        at=at,
        hint="Write a $ref in its place, in the overlay.",
    )
