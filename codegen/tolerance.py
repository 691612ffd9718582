"""Read what is not written as OpenAPI has it, and still can mean one thing only.

Null stands for what is absent, a number for a text, a text for a list of one. What says
nothing, such as an enum without values, is left out, with a note.
"""

from __future__ import annotations

import json
import re
from typing import Any

from codegen.document import (
    METHODS,
    component_schemas,
    mapped_reference,
    schema_name,
)
from codegen.errors import Path, SpecError, json_path, shorten
from codegen.source import Document
from codegen.structure import FLAGS, SHAPES, Shape, is_map_key

_RANGE = re.compile(r"[1-5](xx|Xx|xX)\Z")
_NUMERAL = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,15})?\Z")
_WORDS = {"true": True, "false": False}


def tolerated(document: Document) -> tuple[Document, list[str]]:
    """Return a document in the form that OpenAPI has, and notes about what is not."""
    notes: list[str] = []
    work = _Reading(component_schemas_of(document), notes)
    result: Document = work.read(document, "document", ())
    return result, notes


def component_schemas_of(document: Document) -> dict[str, Any]:
    """Return the named schemas, {} where the document has no such structure."""
    try:
        return component_schemas(document)
    except SpecError:
        return {}


class _Reading:
    """Copy a document along the shapes that its places have."""

    def __init__(self, schemas: dict[str, Any], notes: list[str]) -> None:
        self._schemas = schemas
        self._notes = notes

    def read(self, value: Any, due: Shape, at: Path) -> Any:
        """Return a value as it is due at its place; what can't be is left as it is."""
        name = due if isinstance(due, str) else ""
        shape: Shape = SHAPES[name] if name else due
        if isinstance(shape, tuple):
            return _number(value) if float in shape else value
        if name in FLAGS and isinstance(value, bool):
            return value
        if isinstance(shape, type):
            return _as(shape, value)
        if isinstance(shape, list):
            if isinstance(value, str) and shape == [str]:
                return [value]
            if not isinstance(value, list):
                return value
            return [
                self.read(item, shape[0], (*at, index))
                for index, item in enumerate(value)
                # A text that is not there.
                if item is not None or shape[0] is not str
            ]
        if name == "discriminator" and isinstance(value, str):
            value = {"propertyName": value}
        if not isinstance(value, dict):
            return value
        result = self._members(value, shape, at)
        if name == "document":
            self._settle_paths(result)
        elif name == "schema":
            self._settle_schema(result, at)
        elif name == "operation" and isinstance(result.get("responses"), dict):
            result["responses"] = {
                code.upper() if _RANGE.match(code) else code: response
                for code, response in result["responses"].items()
            }
        elif name == "path item":
            result = self._settled_item(result, value, at)
        elif name == "discriminator":
            self._settle_mapping(result, at)
        return result

    def _members(self, value: dict[str, Any], shape: Shape, at: Path) -> dict[str, Any]:
        result = {}
        for key, child in value.items():
            inner = shape.get(key, shape.get("*"))
            if inner is None or not is_map_key(shape, key):
                result[key] = child
            elif key == "$ref" and inner is str and child is not None:
                # As it is: a number in the place of a reference means nothing.
                result[key] = child
            elif child is not None:
                result[key] = self.read(child, inner, (*at, key))
            elif key not in shape:
                # A name that is there, and of which nothing is said.
                result[key] = {}
        return result

    def _settle_paths(self, document: dict[str, Any]) -> None:
        if "webhooks" in document or "components" in document:
            document.setdefault("paths", {})
        paths = document.get("paths")
        if not isinstance(paths, dict):
            return
        bare = [path for path in paths if not path.startswith(("/", "x-"))]
        slashed = {path: f"/{path}" for path in bare if f"/{path}" not in paths}
        if slashed:
            document["paths"] = {slashed.get(p, p): item for p, item in paths.items()}
        for path, new in slashed.items():
            self._note(("paths", path), f"it begins without a slash: read as {new}")

    def _settled_item(
        self, item: dict[str, Any], given: dict[str, Any], at: Path
    ) -> dict[str, Any]:
        """Return a path item whose methods are in small letters."""
        written = {}
        for key in item:
            small = key.lower() if key.isupper() else key
            if small != key and small in METHODS and small not in item:
                item[key] = self.read(given[key], "operation", (*at, key))
                self._note((*at, key), f"it is read as {small}")
                written[key] = small
        return {written.get(key, key): child for key, child in item.items()}

    def _settle_schema(self, schema: dict[str, Any], at: Path) -> None:
        if isinstance(schema.get("required"), bool):
            del schema["required"]
            self._note(at, "required is no list of names here: it says nothing")
        if isinstance(schema.get("items"), list):
            # As earlier versions of JSON Schema write what each item is.
            schema.setdefault("prefixItems", schema.pop("items"))
            if "additionalItems" in schema:
                schema["items"] = schema.pop("additionalItems")
        if schema.get("type") == []:
            del schema["type"]
        if schema.get("enum") == []:
            del schema["enum"]
            self._note(at, "an enum without values says nothing")

    def _settle_mapping(self, discriminator: dict[str, Any], at: Path) -> None:
        mapping = discriminator.get("mapping")
        if not isinstance(mapping, dict):
            return
        for value, target in [*mapping.items()]:
            try:
                name = schema_name(mapped_reference(str(target)), at)
            except SpecError:
                name = ""
            if name not in self._schemas:
                del mapping[value]
                self._note(at, f"nothing stands at {shorten(target)}: it is left out")

    def _note(self, at: Path, text: str) -> None:
        self._notes.append(f"{json_path(at)}: {text}")


def _as(kind: type, value: Any) -> Any:
    """Return a plain value as the kind that is due, where that is clear."""
    if kind is str and isinstance(value, bool | int | float):
        return json.dumps(value)
    if kind is bool and isinstance(value, str):
        return _WORDS.get(value.lower(), value)
    if kind is int:
        value = _number(value)
        return int(value) if isinstance(value, float) and value.is_integer() else value
    return value


def _number(value: Any) -> Any:
    """Return a text that is a number as one."""
    if isinstance(value, str) and _NUMERAL.match(value):
        return json.loads(value)
    return value
