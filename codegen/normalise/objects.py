"""What has one other form: names, tags, constants, types, recursive references."""

from __future__ import annotations

import json
import re
from typing import Any

from codegen.document import (
    Schema,
    component_schemas,
    count_rewrites,
    operations,
    reference_to,
)
from codegen.errors import Path, SpecError, shorten
from codegen.source import Document

VERSION = "3.1.0"
_OF_OBJECTS = ("properties", "required", "additionalProperties")
_HAS_KIND = {"type", "$ref", "anyOf", "oneOf"}
_WORD = re.compile(r"[A-Za-z0-9]+")


def name_operations(document: Document) -> tuple[Document, int]:
    """Return OpenAPI 3.1 as version, and an operationId to operations without one."""
    changes = int(document["openapi"] != VERSION)
    result = {**document, "openapi": VERSION}
    paths = {path: dict(item) for path, item in document["paths"].items()}
    for operation in operations(document):
        if not operation.data.get("operationId"):
            changes += 1
            words = [operation.method, *_WORD.findall(operation.path)]
            name = words[0] + "".join(word[:1].upper() + word[1:] for word in words[1:])
            data = {**operation.data, "operationId": name}
            paths[operation.path][operation.method] = data
    result["paths"] = paths
    return result, changes


def list_tags(document: Document) -> tuple[Document, int]:
    """List the tags that operations have, in their order; described ones stay so."""
    known = {tag.get("name"): tag for tag in document.get("tags") or []}
    used: dict[str, dict[str, str]] = {}
    for operation in operations(document):
        for tag in operation.data.get("tags") or []:
            used.setdefault(tag, known.get(tag, {"name": tag}))
    tags = list(used.values())
    if tags == (document.get("tags") or []):
        return document, 0
    return {**document, "tags": tags}, 1


def object_types(document: Document) -> tuple[Document, int]:
    """Add the type of what has properties, items or values; write bounds as numbers."""

    def rule(schema: Schema, at: Path) -> Schema:
        if schema.get("type", "object") != "object" and "properties" in schema:
            # Of a value that is no object, they say nothing.
            schema = {k: v for k, v in schema.items() if k not in _OF_OBJECTS}
        if "type" not in schema and isinstance(schema.get("properties"), dict):
            schema = {"type": "object", **schema}
        elif "type" not in schema and isinstance(schema.get("items"), dict):
            schema = {"type": "array", **schema}
        elif _HAS_KIND.isdisjoint(schema) and schema.get("additionalProperties", False):
            schema = {"type": "object", **schema}
        elif _HAS_KIND.isdisjoint(schema) and (kind := kind_of(values_of(schema))):
            schema = {"type": kind, **schema}
        for bound, exclusive in (
            ("minimum", "exclusiveMinimum"),
            ("maximum", "exclusiveMaximum"),
        ):
            # OpenAPI 3.0 has a flag beside the bound.
            is_flag = isinstance(schema.get(exclusive), bool)
            if is_flag and schema.pop(exclusive) and bound in schema:
                schema[exclusive] = schema.pop(bound)
        return schema

    return count_rewrites(document, rule)


_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number"}


def values_of(schema: Schema) -> list[Any]:
    """Return the values that a schema lists, nothing where it lists none."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return values if isinstance(values, list) else []


def kind_of(values: list[Any]) -> str:
    """Return the one type that values have; "" where they have several, or none."""
    kinds = {_KINDS.get(type(value), "") for value in values}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else ""


def distinct(values: list[Any]) -> list[Any]:
    """Return values each once, in the order in which they come first."""
    found: dict[str, Any] = {}
    for value in values:
        found.setdefault(json.dumps(value, sort_keys=True), value)
    return [*found.values()]


def required_properties(document: Document) -> tuple[Document, int]:
    """List properties that must be there, but are described nowhere, as any value."""

    def rule(schema: Schema, at: Path) -> Schema:
        properties = schema.get("properties")
        if properties:
            missing = [n for n in schema.get("required") or [] if n not in properties]
            if missing:
                more: Schema = {name: {} for name in missing}
                schema["properties"] = {**properties, **more}
        return schema

    return count_rewrites(document, rule)


_MARK = "x-stainless-const"


def constants(document: Document) -> tuple[Document, int]:
    """Write a marked enum of one value as `const`, and each value once.

    Lists and objects are dropped. They can't be written as types: the value may be any
    of the type that it has.
    """

    def rule(schema: Schema, at: Path) -> Schema:
        values = schema.get("enum")
        if isinstance(values, list):
            values = schema["enum"] = distinct(values)
            if schema.get(_MARK) is True and len(values) == 1:
                schema["const"] = values[0]
                del schema["enum"], schema[_MARK]
            elif schema.get("const", values) in values:
                # Some say it in both ways.
                del schema["enum"]
        told = {"const": [schema.get("const")], "enum": schema.get("enum")}
        for key, given in told.items():
            if any(isinstance(value, list | dict) for value in given or ()):
                del schema[key]
        return schema

    return count_rewrites(document, rule)


# What a schema says of values besides what it refers to; the rest says it of a place.
_SAYING = frozenset(
    {
        *("properties", "required", "additionalProperties", "enum", "const"),
        *("allOf", "anyOf", "oneOf"),
    }
)


def said_beside(document: Document) -> tuple[Document, int]:
    """Join what stands beside a reference to it by `allOf`: both hold."""

    def rule(schema: Schema, at: Path) -> Schema:
        said = {key: schema[key] for key in schema if key in _SAYING}
        if "$ref" not in schema or not said:
            return schema
        members = [{"$ref": schema["$ref"]}, *said.pop("allOf", [])]
        members += [said] if said else []
        rest = {k: v for k, v in schema.items() if k != "$ref" and k not in _SAYING}
        return {**rest, "allOf": members}

    return count_rewrites(document, rule)


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
        anchor = "" if key == "$recursiveRef" else outer.get("$dynamicAnchor")
        if reference == f"#{anchor}":
            return name
    raise SpecError(
        f"{key} {shorten(reference)} leads to no anchor of the schema around it",
        at=at,
        hint="Write a $ref in its place, in the overlay.",
        keyword=key,
    )
