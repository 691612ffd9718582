"""Read parts of a document as somebody wants them: names, tags, formats, media types.

A name that something gets stands beside its own: what goes over the wire stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from codegen.document import (
    Operation,
    Schema,
    component_schemas,
    operations,
    parameters,
    rewrite_schemas,
)
from codegen.errors import Path, Problems, SpecError, meant, shorten
from codegen.identifiers import Label
from codegen.source import Document

Renames = Mapping[str, str]


@dataclass(frozen=True)
class Adjustments:
    """What is read as what.

    Attributes:
        schemas: the names of classes, by the names of schemas.
        properties: the names of attributes, by `Schema.property`.
        operations: the names of functions, by operationId or by `GET /path`.
        parameters: the names of arguments, by `operation.parameter`, as the document
            calls them.
        tags: the names of packages of operations.
        formats: the formats as which others are read; "" stands for none.
        media_types: the media types as which others are read.
    """

    schemas: Renames = field(default_factory=dict[str, str])
    properties: Renames = field(default_factory=dict[str, str])
    operations: Renames = field(default_factory=dict[str, str])
    parameters: Renames = field(default_factory=dict[str, str])
    tags: Renames = field(default_factory=dict[str, str])
    formats: Renames = field(default_factory=dict[str, str])
    media_types: Renames = field(default_factory=dict[str, str])


UNADJUSTED = Adjustments()


def adjusted(document: Document, wanted: Adjustments) -> Document:
    """Return a document with other operationIds, tags and formats."""
    result = document
    if wanted.operations or wanted.tags:
        paths = {path: dict(item) for path, item in document["paths"].items()}
        used = _Used("operations", wanted.operations), _Used("tags", wanted.tags)
        for operation in operations(document):
            data = dict(operation.data)
            for name in _called(operation):
                data["operationId"] = used[0].get(name, data.get("operationId"))
            data = {k: v for k, v in data.items() if v is not None}
            if "tags" in data:
                data["tags"] = [used[1].get(tag, tag) for tag in data["tags"]]
            paths[operation.path][operation.method] = data
        tags = [
            {**tag, "name": used[1].get(tag.get("name", ""), tag.get("name", ""))}
            for tag in document.get("tags") or []
        ]
        result = {**result, "paths": paths, **({"tags": tags} if tags else {})}
        _check(*used)
    if wanted.formats:
        formats = _Used("formats", wanted.formats)

        def rule(schema: Schema, at: Path) -> Schema:
            if isinstance(name := schema.get("format"), str):
                schema["format"] = formats.get(name, name)
                if not schema["format"]:
                    del schema["format"]
            return schema

        result = rewrite_schemas(result, rule)
        _check(formats)
    return result


def labelled(document: Document, wanted: Adjustments, *, whole: bool) -> Document:
    """Return a normalised document with names beside those that it has.

    Where it is not the whole of a document, names may be missing.
    """
    schemas, media_types = (
        _Used("schemas", wanted.schemas),
        _Used("media-types", wanted.media_types),
    )
    properties = _Used("properties", wanted.properties)
    arguments = _Used("parameters", wanted.parameters)
    result = document
    if wanted.schemas or wanted.properties:
        named = {
            schemas.label(name): _with_labels(name, schema, properties)
            for name, schema in component_schemas(document).items()
        }
        components = {**document.get("components", {}), "schemas": named}
        result = {**result, "components": components}
    if wanted.parameters:
        paths = {path: dict(item) for path, item in result["paths"].items()}
        for operation in operations(result):
            own = [
                {**data, "name": arguments.label(data["name"], operation.name + ".")}
                for data, _ in parameters(result, operation)
            ]
            data = {**operation.data, **({"parameters": own} if own else {})}
            paths[operation.path][operation.method] = data
        result = {**result, "paths": paths}
    if wanted.media_types:
        result = _with_media_types(result, media_types)
    if whole:
        _check(schemas, properties, arguments, media_types)
    return result


def _with_labels(name: str, schema: Any, properties: _Used) -> Any:
    if not isinstance(schema, dict) or "properties" not in schema:
        return schema
    prefix = f"{name}."
    named = {properties.label(k, prefix): v for k, v in schema["properties"].items()}
    return {**schema, "properties": named}


def _with_media_types(value: Any, known: _Used) -> Any:
    if isinstance(value, list):
        return [_with_media_types(item, known) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {
            Label(name, other) if (other := known.get(name, "")) else name: media
            for name, media in child.items()
        }
        if key == "content" and isinstance(child, dict)
        else child
        if key == "schemas"
        else _with_media_types(child, known)
        for key, child in value.items()
    }


def _called(operation: Operation) -> Iterable[str]:
    """Return the names by which somebody may know an operation."""
    return operation.name, f"{operation.method.upper()} {operation.path}"


class _Used:
    """Look names up, and remember which there were."""

    def __init__(self, table: str, wanted: Renames) -> None:
        self.table = table
        self.wanted = wanted
        self.met: set[str] = set()

    def get(self, name: str, otherwise: Any) -> Any:
        self.met.add(name)
        return self.wanted.get(name, otherwise)

    def label(self, name: str, prefix: str = "") -> str:
        self.met.add(prefix + name)
        label = self.wanted.get(prefix + name)
        return name if label is None else Label(name, label)


def _check(*tables: _Used) -> None:
    """Refuse names that the document doesn't have."""
    problems = Problems()
    for table in tables:
        for name in table.wanted:
            if name not in table.met:
                problems.add(
                    SpecError(
                        f"the configuration names {shorten(name)} in its table "
                        f"{table.table}, and the document has no such name"
                        f"{meant(name, table.met)}"
                    )
                )
    problems.raise_any()
