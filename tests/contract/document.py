"""The pinned document as plain data, and the names that generated code owes it.

Nothing here knows the generator: what a test expects is derived from `openapi.yaml`
and from the naming rules alone. `ASSISTANTS_DOCUMENT` names another document, in the
same normal form, whose package is then the one that `import assistants_api` finds.
"""

from __future__ import annotations

import importlib
import json
import keyword
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PREFIX = "#/components/schemas/"

Schema = dict[str, Any]

# The C loader reads the 120 kB in a tenth of the time, where PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
VARIABLE = "ASSISTANTS_DOCUMENT"
_TEXT = Path(os.environ.get(VARIABLE) or ROOT / "openapi.yaml").read_text("utf-8")
DOCUMENT: dict[str, Any] = (
    # What YAML makes of line breaks and control characters in JSON is another text.
    json.loads(_TEXT) if _TEXT.startswith("{") else yaml.load(_TEXT, Loader=_LOADER)
)
SCHEMAS: dict[str, Schema] = DOCUMENT["components"]["schemas"]


@dataclass(frozen=True)
class Parameter:
    """One path or query parameter, with its name on the wire and in Python."""

    name: str
    place: str
    required: bool
    schema: Schema

    @property
    def argument(self) -> str:
        return python_name(self.name)


@dataclass(frozen=True)
class Operation:
    """What the document says of one operation, as far as a caller sees it."""

    id: str
    tag: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: str | None
    body_required: bool
    responses: dict[str, str]
    event: str | None

    @property
    def module_name(self) -> str:
        return f"assistants_api.api.{snake(self.tag)}.{snake(self.id)}"

    @property
    def module(self) -> ModuleType:
        return importlib.import_module(self.module_name)

    @property
    def success(self) -> str:
        (name,) = {name for status, name in self.responses.items() if status[0] == "2"}
        return name

    @property
    def failure(self) -> str:
        (name,) = {name for status, name in self.responses.items() if status[0] in "45"}
        return name

    def placed(self, place: str) -> list[Parameter]:
        return [each for each in self.parameters if each.place == place]

    def __str__(self) -> str:
        return snake(self.id)


def snake(name: str) -> str:
    """Turn `createThreadAndRun`, `RunObject` or `Run Steps` into snake_case."""
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")


def python_name(wire: str) -> str:
    """Give the Python name of a property or parameter."""
    name = snake(wire)
    return f"{name}_" if keyword.iskeyword(name) else name


def model(name: str) -> Any:
    """Give what `assistants_api.models` has under a schema's name."""
    return getattr(importlib.import_module("assistants_api.models"), name)


def reference(schema: Schema) -> str | None:
    """Give the name of the schema that a schema refers to, if it does."""
    target: str | None = schema.get("$ref")
    return None if target is None else target.removeprefix(PREFIX)


def resolve(schema: Schema) -> Schema:
    """Follow references to the schema that says something."""
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].removeprefix(PREFIX)]
    return schema


def variants(schema: Schema) -> list[Schema]:
    """Give the alternatives of a union; none if it isn't one.

    `oneOf` beside `properties` narrows an object and is no union.
    """
    if "properties" in schema:
        return []
    found: list[Schema] = schema.get("anyOf", []) + schema.get("oneOf", [])
    return found


def classes_in(schema: Schema) -> Iterator[str]:
    """Give the names of all classes that a union leads to, unions in it opened."""
    for each in variants(resolve(schema)):
        name = reference(each)
        if name in CLASSES:
            yield name
        else:
            yield from classes_in(each)


def told_apart(name: str) -> tuple[str, dict[str, str]] | None:
    """Give the property that tells a union's classes apart, and class by value.

    That is a property which is another constant in each of them.
    """
    names = list(classes_in({"$ref": f"{PREFIX}{name}"}))
    for key in SCHEMAS[names[0]]["properties"] if names else ():
        inner = [SCHEMAS[each]["properties"].get(key, {}) for each in names]
        constants = [each["const"] for each in inner if "const" in each]
        if len(set(constants)) == len(names):
            return key, dict(zip(constants, names, strict=True))
    return None


def is_object(schema: Schema) -> bool:
    """Tell whether a schema becomes a class: it names its properties."""
    return schema.get("type") == "object" and "properties" in schema


def is_map(schema: Schema) -> bool:
    return schema.get("type") == "object" and "properties" not in schema


def is_unixtime(schema: Schema) -> bool:
    """Tell whether a property holds seconds since 1970, or null."""
    return any(
        each.get("format") == "unixtime"
        for each in map(resolve, variants(schema) or [schema])
    )


CLASSES = sorted(name for name, schema in SCHEMAS.items() if is_object(schema))
UNIONS = sorted(name for name, schema in SCHEMAS.items() if variants(schema))
ENUMS = sorted(name for name, schema in SCHEMAS.items() if "enum" in schema)
MAPS = sorted(name for name, schema in SCHEMAS.items() if is_map(schema))


def references(node: Any) -> Iterator[str]:
    """Give the names of all schemas that a part of the document refers to."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(PREFIX)
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def reachable(*names: str) -> set[str]:
    """Give the named schemas and all that they lead to."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += references(SCHEMAS[name])
    return found


def _operations() -> Iterator[Operation]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(path, method, item[method], item)


def _operation(
    path: str, method: str, node: dict[str, Any], item: dict[str, Any]
) -> Operation:
    parameters = [*item.get("parameters", []), *node.get("parameters", [])]
    body = node.get("requestBody", {})
    contents = {
        status: _component(response).get("content", {})
        for status, response in node["responses"].items()
    }
    events = {
        _schema_name(content["text/event-stream"])
        for content in contents.values()
        if "text/event-stream" in content
    }
    return Operation(
        id=node["operationId"],
        tag=node["tags"][0],
        method=method.upper(),
        path=path,
        parameters=tuple(
            Parameter(
                name=each["name"],
                place=each["in"],
                required=each.get("required", False),
                schema=each["schema"],
            )
            for each in map(_component, parameters)
        ),
        body=_schema_name(body["content"]["application/json"]) if body else None,
        body_required=body.get("required", False),
        responses={
            status: _schema_name(content["application/json"])
            for status, content in contents.items()
        },
        event=events.pop() if events else None,
    )


def _component(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to a shared response or parameter."""
    if "$ref" not in node:
        return node
    _, _, kind, name = node["$ref"].split("/")
    found: dict[str, Any] = DOCUMENT["components"][kind][name]
    return found


def _schema_name(media: dict[str, Any]) -> str:
    name = reference(media["schema"])
    assert name is not None, f"no named schema: {json.dumps(media)}"
    return name


OPERATIONS = sorted(_operations(), key=lambda operation: operation.id)
STREAMING = [operation for operation in OPERATIONS if operation.event]
