"""Drop what holds where nothing is said, so that saying it makes no difference."""

from __future__ import annotations

from typing import Any

from codegen.document import Schema, rewrite_schemas
from codegen.errors import Path
from codegen.normalise.objects import distinct
from codegen.normalise.strip import outside_schemas
from codegen.source import Document

_FLAGS = ("deprecated", "readOnly", "writeOnly", "uniqueItems")
_LEAST = ("minLength", "minItems", "minProperties")
_OPEN = ("unevaluatedProperties", "unevaluatedItems")
# What has been read before, such as definitions, which have names of their own, and
# what is for other readers: by it, no two schemas differ.
_LEFT = (
    *("$defs", "definitions", "nullable", "xml"),
    *("$schema", "$id", "$anchor", "$comment"),
)
_NUMBERS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("const", "default"),
)
# Where others describe an object, that it may have more properties says nothing.
_DESCRIBED = {"properties", "anyOf", "oneOf"}
# What is evaluated by these is not known here.
_OTHERS = {"$ref", "anyOf", "oneOf", "if", "dependentSchemas"}
# Beyond this, numbers with and without a point are not the same any more.
_EXACT = 2**53

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_OF_PARAMETERS = ("allowEmptyValue", "allowReserved")


def implied(document: Document) -> tuple[Document, int]:
    """Drop what holds where nothing is said; write whole numbers without a point."""
    changes = 0

    def rule(schema: Schema, at: Path) -> Schema:
        nonlocal changes
        result = {k: v for k, v in _closed(schema).items() if not says_nothing(k, v)}
        if result.get("additionalProperties") == {}:
            result["additionalProperties"] = True
        is_open = result.get("additionalProperties") is True
        if is_open and not _DESCRIBED.isdisjoint(result):
            del result["additionalProperties"]
        for key in _NUMBERS:
            if key in result:
                result[key] = _number(result[key])
        if "enum" in result:
            result["enum"] = [*map(_number, result["enum"])]
        if "required" in result:
            result["required"] = distinct(result["required"])
        changes += result != schema
        return result

    def outside(value: dict[str, Any]) -> dict[str, Any]:
        nonlocal changes
        result = _parameter(value) if value.get("in") in _STYLES else value
        result = {
            key: child
            for key, child in result.items()
            if not (key in ("deprecated", "required") and child is False)
        }
        changes += len(result) != len(value)
        return result

    result: Document = outside_schemas(rewrite_schemas(document, rule), outside)
    return result, changes


def _closed(schema: Schema) -> Schema:
    """Return a schema that says of all other properties what it says of those left.

    Where nothing else describes properties, these are the same.
    """
    key = "unevaluatedProperties"
    if key not in schema or not _OTHERS.isdisjoint(schema):
        return schema
    given = {k: v for k, v in schema.items() if k != key}
    return {"additionalProperties": schema[key], **given}


def says_nothing(key: str, value: Any) -> bool:
    """Return whether a keyword of a schema says what holds without it, too."""
    if key in _FLAGS:
        return value is False
    if key in _LEAST:
        return bool(value == 0)
    if key in _OPEN:
        return value is True or value == {}
    return key in _LEFT or (key in ("required", "properties") and not value)


def _number(value: Any) -> Any:
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
    return int(value) if is_whole else value


def _parameter(value: dict[str, Any]) -> dict[str, Any]:
    usual = _STYLES[value["in"]]
    style = value.get("style", usual)
    nothing = {**dict.fromkeys(_OF_PARAMETERS, False), "explode": style == "form"}
    nothing["style"] = usual
    return {
        key: child
        for key, child in value.items()
        if key not in nothing or child != nothing[key]
    }
