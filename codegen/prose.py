"""Our own prose in a document: find it, keep it, mark where it is missing.

Facts come from upstream, sentences never do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from codegen.document import (
    Schema,
    component_schemas,
    operations,
    rewrite_schemas,
    subschemas,
)
from codegen.errors import Path, json_path
from codegen.normalise.strip import outside_schemas
from codegen.source import Document

MARKER = "(not described yet)"

# Where schemas have sentences.
_OF_SCHEMAS = {"description", "title", "x-enum-descriptions", "x-enumDescriptions"}

# A place for prose: its key, the object that holds it, and the keyword.
Place = tuple[tuple[str, ...], dict[str, Any], str]


def without_prose(document: Document) -> Document:
    """Copy a document with every sentence taken out."""

    def rule(schema: Schema, at: Path) -> Schema:
        return {k: v for k, v in schema.items() if k not in _OF_SCHEMAS}

    def without(value: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in value.items() if k not in ("description", "summary")}

    result: Document = outside_schemas(rewrite_schemas(document, rule), without)
    result["info"] = {"title": MARKER, "version": document["info"].get("version", "")}
    return result


def with_prose(
    facts: Document, described: Document | None
) -> tuple[Document, list[str]]:
    """Put the words of `described` where `facts` still has the element.

    Returned is also the JSON path of every place without words, which got the marker.
    """
    known: dict[tuple[str, ...], str] = {}
    if described is not None:
        for key, holder, keyword in places(json.loads(json.dumps(described))):
            text = holder.get(keyword)
            if isinstance(text, str) and text != MARKER:
                known[key] = text
    result: Document = json.loads(json.dumps(facts))
    missing = []
    for key, holder, keyword in places(result):
        text = known.get(key)
        if text is None:
            missing.append(json_path(key))
        holder[keyword] = MARKER if text is None else text
    return result, missing


def with_blanks(facts: Document, title: str) -> Document:
    """Return a document without words: a title, and nothing where a text must be."""
    result: Document = json.loads(json.dumps(facts))
    result["info"]["title"] = title
    groups = [op.data.get("responses") for op in operations(result)]
    groups.append((result.get("components") or {}).get("responses"))
    for group in groups:
        for response in (group or {}).values():
            if "$ref" not in response:
                response.setdefault("description", "")
    return result


def places(document: Document) -> Iterator[Place]:
    """Yield the places of a normalised document where prose is due."""
    yield ("info", "title"), document["info"], "title"
    yield ("info", "description"), document["info"], "description"
    for tag in document.get("tags") or []:
        yield ("tags", tag["name"]), tag, "description"
    for operation in operations(document):
        yield from _operation_places(operation.name, operation.data)
    for path, shared in document["paths"].items():
        for parameter in shared.get("parameters") or []:
            yield from _parameter_places(("paths", path), parameter)
    components = document.get("components") or {}
    for section in (
        "responses",
        "parameters",
        "headers",
        "requestBodies",
        "securitySchemes",
    ):
        for name, item in (components.get(section) or {}).items():
            yield from _item_places(("components", section, name), item)
    for name, schema in component_schemas(document).items():
        key = ("components", "schemas", name)
        yield key, schema, "description"
        yield from _property_places(key, schema)


def _operation_places(name: str, data: dict[str, Any]) -> Iterator[Place]:
    key = ("operations", name)
    yield (*key, "summary"), data, "summary"
    yield (*key, "description"), data, "description"
    for parameter in data.get("parameters") or []:
        yield from _parameter_places(key, parameter)
    if "$ref" not in data.get("requestBody", {"$ref": ""}):
        yield (*key, "requestBody"), data["requestBody"], "description"
    for code, response in (data.get("responses") or {}).items():
        yield from _item_places((*key, "responses", code), response)


def _parameter_places(key: tuple[str, ...], item: dict[str, Any]) -> Iterator[Place]:
    if "$ref" not in item:
        yield (*key, "parameters", item["in"], item["name"]), item, "description"


def _item_places(key: tuple[str, ...], item: dict[str, Any]) -> Iterator[Place]:
    if "$ref" in item:
        return
    yield key, item, "description"
    for name, header in (item.get("headers") or {}).items():
        yield from _item_places((*key, "headers", name), header)


def _property_places(key: tuple[str, ...], schema: Any) -> Iterator[Place]:
    for at, child in subschemas(schema, ()):
        if not isinstance(child, dict):
            continue
        place = (*key, *(str(step) for step in at))
        if at[0] == "properties":
            yield place, child, "description"
        yield from _property_places(place, child)
