"""Check that a document has the structure of OpenAPI before anything relies on it.

Only what the generator reads is checked, and only its kind: whether names, references
and values make sense is found out where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codegen.document import METHODS
from codegen.errors import Path, Problems, SpecError, not_a_reference, shorten
from codegen.source import Document

# How a place is described: a Python type, several types, a list of one description, a
# map from names ("*" for any other), or the name of a description below.
Shape = Any

# Limits that make no sense below 0.
_COUNTS = (
    *("minLength", "maxLength", "minItems", "maxItems"),
    *("minProperties", "maxProperties"),
)
_NUMBER = (int, float)


def _each(names: str, shape: Shape) -> dict[str, Shape]:
    return dict.fromkeys(names.split(), shape)


_REFERENCE = _each("$ref description", str)
SHAPES: dict[str, Shape] = {
    "document": {
        "openapi": str,
        "info": _each("title version description", str),
        "paths": {"*": "path item"},
        "components": {
            "schemas": {"*": "schema"},
            "parameters": {"*": "parameter"},
            "responses": {"*": "response"},
            "requestBodies": {"*": "request body"},
            "headers": {"*": "header"},
            "securitySchemes": {"*": {"description": str}},
        },
        "tags": [_each("name description", str)],
        "servers": ["server"],
        "security": [{"*": [str]}],
    },
    "server": {
        **_each("url name description", str),
        "variables": {"*": {**_each("default description", str), "enum": [str]}},
    },
    "path item": {
        **_REFERENCE,
        "summary": str,
        "servers": ["server"],
        "parameters": ["parameter"],
        **dict.fromkeys(METHODS, "operation"),
        "additionalOperations": {"*": "operation"},
    },
    "operation": {
        **_each("operationId summary description", str),
        "tags": [str],
        "servers": ["server"],
        "deprecated": bool,
        "parameters": ["parameter"],
        "requestBody": "request body",
        "responses": {"*": "response"},
        "security": [{"*": [str]}],
    },
    "parameter": {
        **_REFERENCE,
        **_each("name in style", str),
        **_each("required explode deprecated allowEmptyValue allowReserved", bool),
        "schema": "schema",
        "content": {"*": "media type"},
    },
    "header": {**_REFERENCE, "required": bool, "schema": "schema"},
    "request body": {**_REFERENCE, "required": bool, "content": {"*": "media type"}},
    "response": {
        **_REFERENCE,
        "headers": {"*": "header"},
        "content": {"*": "media type"},
        "links": {"*": _REFERENCE},
    },
    "media type": {
        **_each("schema itemSchema", "schema"),
        "encoding": {"*": "encoding"},
    },
    "encoding": {
        **_each("contentType style", str),
        **_each("explode allowReserved", bool),
        "headers": {"*": "header"},
    },
    "schema": {
        **_REFERENCE,
        **_each("title format pattern x-schema-name", str),
        "type": (str, [str]),
        "enum": list,
        "required": [str],
        **_each("properties patternProperties", {"*": "schema"}),
        **_each("items additionalProperties propertyNames not", "schema"),
        **_each("allOf anyOf oneOf", ["schema"]),
        "discriminator": "discriminator",
        **_each("nullable deprecated readOnly writeOnly uniqueItems", bool),
        **_each("minimum maximum multipleOf", _NUMBER),
        **_each("exclusiveMinimum exclusiveMaximum", (int, float, bool)),
        **dict.fromkeys(_COUNTS, int),
    },
    "discriminator": {"propertyName": str, "mapping": {"*": str}},
}
_TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")
# Where true and false stand for a schema.
FLAGS = {"schema"}
REQUIRED: dict[str, tuple[str, ...]] = {
    "document": ("openapi", "info", "paths"),
    "parameter": ("name", "in"),
    "discriminator": ("propertyName",),
}
_WORDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


def check_structure(document: Document) -> None:
    """Refuse a document of another shape."""
    problems = Problems()
    pending: list[tuple[Any, Shape, Path]] = [(document, "document", ())]
    while pending:
        with problems:
            pending += _checked(*pending.pop())
    problems.raise_any()


def _checked(value: Any, due: Shape, at: Path) -> list[tuple[Any, Shape, Path]]:
    """Check one value; return those inside of it, with what is due there."""
    name = due if isinstance(due, str) else ""
    if name in FLAGS and isinstance(value, bool):
        return []
    shape: Shape = SHAPES[name] if name else due
    if isinstance(shape, tuple):
        shape = _chosen(value, shape, at)
    if isinstance(shape, type):
        if not _is(value, shape):
            raise _wrong(value, _WORDS[shape], at)
        return []
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise _wrong(value, "a list", at)
        return [(x, shape[0], (*at, i)) for i, x in enumerate(value)]
    if not isinstance(value, dict):
        raise _wrong(value, "an object", at)
    for key in REQUIRED.get(name, ()):
        if key not in value and "$ref" not in value:
            raise SpecError(f"{key} is missing here", at=at)
    if name == "schema":
        _check_values(value, at)
    return _children(value, shape, at)


def _children(
    value: dict[str, Any], shape: Mapping[str, Shape], at: Path
) -> list[tuple[Any, Shape, Path]]:
    result = []
    for key, child in value.items():
        inner = shape.get(key, shape.get("*"))
        if isinstance(inner, type) and _is(child, inner):
            # Most are: there is nothing inside of it.
            continue
        if inner is not None and is_map_key(shape, key):
            result.append((child, inner, (*at, key)))
    return result


def is_map_key(shape: Mapping[str, Shape], key: str) -> bool:
    """Return whether a key is described: in a map of names, extensions are not."""
    return key in shape or ("*" in shape and not key.startswith("x-"))


def _check_values(schema: dict[str, Any], at: Path) -> None:
    kind = schema.get("type")
    for each in kind if isinstance(kind, list) else [kind]:
        if isinstance(each, str) and each not in _TYPES:
            raise SpecError(f"{shorten(each)} is no type of JSON", at=(*at, "type"))
    for key in _COUNTS:
        limit = schema.get(key)
        if isinstance(limit, int) and limit < 0:
            raise SpecError(f"this can't be {limit}", at=(*at, key))
    step = schema.get("multipleOf")
    if isinstance(step, _NUMBER) and step <= 0:
        raise SpecError(f"this can't be {step}", at=(*at, "multipleOf"))
    if schema.get("enum") == []:
        raise SpecError("an enum needs at least one value", at=at)


def _chosen(value: Any, shapes: tuple[Shape, ...], at: Path) -> Shape:
    for shape in shapes:
        kind = list if isinstance(shape, list) else shape
        if _is(value, kind):
            return shape
    words = [_WORDS[list if isinstance(s, list) else s] for s in shapes]
    raise _wrong(value, " or ".join(words), at)


def _is(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, kind)


def _wrong(value: Any, due: str, at: Path) -> SpecError:
    if due == "text" and at[-1] == "$ref":
        return not_a_reference(value, at[:-1])
    return SpecError(f"{due} is due here, not {shorten(value)}", at=at)
