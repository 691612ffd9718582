"""Drop what no code comes from, and put the rest into one order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import starmap
from typing import Any

from codegen.document import METHODS, Schema, rewrite_schemas
from codegen.errors import Path
from codegen.source import Document

# The name that an operation had before a repair; the comparison of documents reads it.
ORIGINAL_NAME = "x-original-operation-id"
# A `style` of a form's field that mock servers had better not read; overlay.yaml
# says why.
FIELD_STYLE = "x-style"
# Names and words for the values of enums.
_OF_ENUMS = (
    *("x-enum-varnames", "x-enumNames", "x-enum-descriptions", "x-enumDescriptions"),
)
_MEANT = (ORIGINAL_NAME, FIELD_STYLE)

_SCHEMA_NOISE = ("title", "example", "examples", "externalDocs", "xml")
_SCHEMA_ORDER = (
    *("$ref", "description", "type", "format", "const", "enum", "properties"),
    *("required", "additionalProperties", "items", "anyOf", "oneOf", "discriminator"),
    "default",
)
# Of everything else: the document, operations, parameters, bodies, responses.
_ORDER = (
    *METHODS,
    *("openapi", "info", "title", "operationId", ORIGINAL_NAME, "name", "in", "tags"),
    *("summary", "description", "deprecated", "security", "required", "style"),
    *("explode", "parameters", "requestBody", "responses", "headers", "content"),
    *("schema", "paths", "components"),
)
# Maps whose keys are names: they keep the order that they have.
_NAMES = {
    *("paths", "schemas", "parameters", "responses", "headers", "content"),
    *("requestBodies", "securitySchemes"),
}
_UNUSED = ("example", "examples", "links", "externalDocs")


def strip(document: Document) -> tuple[Document, int]:
    """Drop vendor extensions, examples, and titles that are no class names."""
    changes = 0

    def rule(schema: Schema, at: Path) -> Schema:
        nonlocal changes
        result = {
            key: value
            for key, value in schema.items()
            if key not in _SCHEMA_NOISE
            and (not key.startswith("x-") or (key in _OF_ENUMS and "enum" in schema))
        }
        changes += len(schema) - len(result)
        return result

    def kept(value: dict[str, Any]) -> dict[str, Any]:
        nonlocal changes
        result = {
            key: child
            for key, child in value.items()
            if key in _MEANT or not (key.startswith("x-") or key in _UNUSED)
        }
        changes += len(value) - len(result)
        return result

    result: Document = outside_schemas(rewrite_schemas(document, rule), kept)
    return result, changes


def order(document: Document) -> tuple[Document, int]:
    """Sort components by name, and keywords by one convention.

    Properties keep the order of the document; so do operations and parameters.
    """
    components = {
        section: dict(sorted(members.items()))
        for section, members in sorted((document.get("components") or {}).items())
    }
    result = rewrite_schemas(
        {**document, "components": components},
        lambda schema, at: _ordered(schema, _SCHEMA_ORDER),
    )
    result = outside_schemas(result, lambda value: _ordered(value, _ORDER))
    return result, int(not _is_alike(result, document))


def outside_schemas(
    value: Any, rule: Callable[[dict[str, Any]], dict[str, Any]], *, names: bool = False
) -> Any:
    """Copy a document with every object replaced that is no schema and no map."""
    if isinstance(value, list):
        return [outside_schemas(item, rule) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: child
        if not names and key in ("schema", "schemas")
        else outside_schemas(child, rule, names=not names and key in _NAMES)
        for key, child in (value if names else rule(value)).items()
    }


def _is_alike(one: Any, other: Any) -> bool:
    """Return whether two values are equal, to the order of their keys."""
    if isinstance(one, dict) and isinstance(other, dict):
        members = zip(one.values(), other.values(), strict=False)
        return [*one] == [*other] and all(starmap(_is_alike, members))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_alike, one, other))
    return bool(one == other)


def _ordered(value: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    known = {key: value[key] for key in first if key in value}
    return known | {key: value[key] for key in sorted(value) if key not in known}
