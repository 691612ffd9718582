"""Drop what no code comes from, and put the rest into one order."""

from __future__ import annotations

from typing import Any

from codegen.document import Schema, rewrite_schemas
from codegen.errors import Path
from codegen.source import Document

# The name that an operation had before a repair; the comparison of documents reads it.
ORIGINAL_NAME = "x-original-operation-id"

_SCHEMA_NOISE = ("title", "example", "examples", "externalDocs", "xml")
_SCHEMA_ORDER = (
    "$ref",
    "description",
    "type",
    "format",
    "const",
    "enum",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "anyOf",
    "oneOf",
    "discriminator",
    "default",
)
_OPERATION_ORDER = (
    "operationId",
    ORIGINAL_NAME,
    "tags",
    "summary",
    "description",
    "deprecated",
    "security",
    "parameters",
    "requestBody",
    "responses",
)
_PARAMETER_ORDER = (
    "name",
    "in",
    "description",
    "required",
    "style",
    "explode",
    "schema",
)
_ROOT_ORDER = ("openapi", "info", "security", "tags", "paths", "components")


def strip(document: Document) -> tuple[Document, int]:
    """Drop vendor extensions, examples, and titles that are no class names."""
    changes = 0

    def rule(schema: Schema, at: Path) -> Schema:
        nonlocal changes
        result = {
            key: value
            for key, value in schema.items()
            if key not in _SCHEMA_NOISE and not key.startswith("x-")
        }
        changes += len(schema) - len(result)
        return result

    document = rewrite_schemas(document, rule)
    count, result = _strip_rest(document, names=False, within_schema=False)
    return result, changes + count


def _strip_rest(value: Any, *, names: bool, within_schema: bool) -> tuple[int, Any]:
    if isinstance(value, list):
        pairs = [
            _strip_rest(item, names=False, within_schema=within_schema)
            for item in value
        ]
        return sum(count for count, _ in pairs), [item for _, item in pairs]
    if not isinstance(value, dict) or within_schema:
        return 0, value
    changes = 0
    result = {}
    for key, child in value.items():
        drop = key.startswith("x-") and key != ORIGINAL_NAME
        drop = drop or key in ("example", "examples", "links", "externalDocs")
        if drop and not names:
            changes += 1
            continue
        inner_names = not names and key in (
            "paths",
            "schemas",
            "parameters",
            "responses",
            "headers",
            "content",
            "requestBodies",
            "securitySchemes",
        )
        schema = not names and key in ("schema", "schemas")
        count, result[key] = _strip_rest(child, names=inner_names, within_schema=schema)
        changes += count
    return changes, result


def order(document: Document) -> tuple[Document, int]:
    """Sort component schemas by name and keywords by one convention.

    Properties keep the order of the document; so do operations and parameters.
    """
    components = document.get("components") or {}
    result = {**document, "components": dict(sorted(components.items()))}
    for section, members in result["components"].items():
        result["components"][section] = dict(sorted(members.items()))
    before = _keys(document)
    result = _ordered_schemas(result)
    result = _ordered(result, _ROOT_ORDER)
    result["paths"] = {
        path: {
            key: _ordered_operation(value) if isinstance(value, dict) else value
            for key, value in item.items()
        }
        for path, item in result["paths"].items()
    }
    return result, int(_keys(result) != before)


def _ordered_schemas(document: Document) -> Document:
    def rule(schema: Schema, at: Path) -> Schema:
        return _ordered(schema, _SCHEMA_ORDER)

    return rewrite_schemas(document, rule)


def _ordered_operation(operation: dict[str, Any]) -> dict[str, Any]:
    result = _ordered(operation, _OPERATION_ORDER)
    if isinstance(result.get("parameters"), list):
        result["parameters"] = [
            _ordered(p, _PARAMETER_ORDER) for p in result["parameters"]
        ]
    return result


def _ordered(value: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    known = {key: value[key] for key in first if key in value}
    return known | {key: value[key] for key in sorted(value) if key not in known}


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _keys(child)) for key, child in value.items()]
    if isinstance(value, list):
        return [_keys(child) for child in value]
    return None
