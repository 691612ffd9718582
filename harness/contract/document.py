"""The pinned document as plain data, and the names that generated code owes it.

Nothing here knows the generator: what a test expects is derived from `openapi.yaml`
and from the naming rules alone. `ASSISTANTS_DOCUMENT` names another document, in the
same normal form, whose package is then the one that `import assistants_api` finds.
Tests derive cases from the operations whose requests and responses are JSON objects;
`OTHER_OPERATIONS` names those that send or return something else.
"""

from __future__ import annotations

import importlib
import json
import keyword
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PREFIX = "#/components/schemas/"
# What modules of the package import: a class, or an attribute, has another name.
TAKEN_CLASSES = {"Any", "File", "Model", "Request", "Response", "Unset"}
TAKEN_NAMES = {"dict", "errors", "list", "models", "self", "types"}
JSON, EVENTS = "application/json", "text/event-stream"

Schema = dict[str, Any]

# The C loader reads the 120 kB in a tenth of the time, where PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
VARIABLE = "ASSISTANTS_DOCUMENT"
# Whether it is another document than the one that these tests were written for.
OTHER = bool(os.environ.get(VARIABLE))
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
    empty: tuple[str, ...]
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
        """Return what errors bring, "" where the document says nothing of them."""
        names = {name for status, name in self.responses.items() if status[0] in "45"}
        return names.pop() if len(names) == 1 else ""

    def placed(self, place: str) -> list[Parameter]:
        return [each for each in self.parameters if each.place == place]

    def __str__(self) -> str:
        return snake(self.id)


@cache
def snake(name: str) -> str:
    """Turn `createThreadAndRun`, `RunObject` or `Run Steps` into snake_case."""
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")


def python_name(wire: str) -> str:
    name = snake(wire)
    return f"{name}_" if keyword.iskeyword(name) or name in TAKEN_NAMES else name


def class_name(name: str) -> str:
    first, *others = re.split("[^A-Za-z0-9]+", name)
    class_ = first + "".join(part[:1].upper() + part[1:] for part in others)
    class_ = class_[:1].upper() + class_[1:]
    return f"{class_}Schema" if class_ in TAKEN_CLASSES else class_


def model(name: str) -> Any:
    found = class_name(name) if name in SCHEMAS else name
    return getattr(importlib.import_module("assistants_api.models"), found)


def reference(schema: Schema) -> str | None:
    target: str | None = schema.get("$ref")
    return None if target is None else target.removeprefix(PREFIX)


def resolve(schema: Schema) -> Schema:
    """Follow references to the schema that says something."""
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].removeprefix(PREFIX)]
    return schema


def variants(schema: Schema) -> list[Schema]:
    """Return the alternatives of a union, nothing of anything else.

    `oneOf` beside `properties` narrows an object and is no union.
    """
    if schema.get("properties"):
        return []
    found: list[Schema] = schema.get("anyOf", []) + schema.get("oneOf", [])
    return found


def classes_in(schema: Schema) -> Iterator[str]:
    """Return the names of all classes that a union leads to, unions in it opened."""
    for each in variants(resolve(schema)):
        name = reference(each)
        if name in CLASSES:
            yield name
        else:
            yield from classes_in(each)


def told_apart(name: str) -> tuple[str, dict[str, str]] | None:
    """Return the property that tells a union's classes apart, and class by value.

    That is a property which is another constant in each of them, or one of several that
    no other class has.
    """
    names = list(classes_in({"$ref": f"{PREFIX}{name}"}))
    for key in SCHEMAS[names[0]]["properties"] if names else ():
        properties = [SCHEMAS[each]["properties"] for each in names]
        values = [_constants(each.get(key, {})) for each in properties]
        found = {v: each for each, of in zip(names, values, strict=True) for v in of}
        is_alone = len(names) == 1 < len(found)
        if all(values) and len(found) == sum(map(len, values)) and not is_alone:
            return key, found
    return None


def _constants(schema: Schema) -> list[str]:
    target = resolve(schema)
    if "const" in target:
        return [target["const"]]
    return [*target.get("enum", [])]


def is_object(schema: Schema) -> bool:
    """Return whether a schema becomes a class: it names its properties."""
    return schema.get("type") == "object" and bool(schema.get("properties"))


def is_map(schema: Schema) -> bool:
    return schema.get("type") == "object" and not schema.get("properties")


def is_unixtime(schema: Schema) -> bool:
    """Return whether a property holds seconds since 1970, or null."""
    return any(
        each.get("format") == "unixtime"
        for each in map(resolve, variants(schema) or [schema])
    )


CLASSES = sorted(name for name, schema in SCHEMAS.items() if is_object(schema))
UNIONS = sorted(name for name, schema in SCHEMAS.items() if variants(schema))
ENUMS = sorted(name for name, schema in SCHEMAS.items() if "enum" in schema)
MAPS = sorted(name for name, schema in SCHEMAS.items() if is_map(schema))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(PREFIX)
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def reachable(*names: str) -> set[str]:
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += references(SCHEMAS[name])
    return found


def _nodes() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method], item


def _is_plain(node: dict[str, Any], item: dict[str, Any]) -> bool:
    contents = [
        *([_component(node["requestBody"])] if "requestBody" in node else []),
        *map(_component, node["responses"].values()),
    ]
    media = [each.get("content", {}) for each in contents]
    placed = [
        each["in"]
        for each in map(_component, _parameters_of(node, item))
        if "schema" in each
    ]
    successes = {
        json.dumps(_component(response).get("content"))
        for status, response in node["responses"].items()
        if status[0] == "2"
    }
    return (
        all(each.keys() <= {JSON, EVENTS} for each in media)
        and all(_is_class(each[JSON]) for each in media if JSON in each)
        and all("schema" in each for one in media for each in one.values())
        and set(placed) <= {"path", "query"}
        and not any(map(_is_object_like, _parameters_of(node, item)))
        and len(successes) == 1
        and successes != {"null"}
    )


def _is_object_like(parameter: dict[str, Any]) -> bool:
    schema = resolve(_component(parameter).get("schema", {}))
    return any(resolve(s).get("type") == "object" for s in [schema, *variants(schema)])


def _is_class(media: dict[str, Any]) -> bool:
    name = reference(media.get("schema", {}))
    return name is not None and is_object(resolve(SCHEMAS[name]))


def _parameters_of(node: dict[str, Any], item: dict[str, Any]) -> list[Any]:
    return [*item.get("parameters", []), *node.get("parameters", [])]


def _operation(
    path: str, method: str, node: dict[str, Any], item: dict[str, Any]
) -> Operation:
    body = node.get("requestBody", {})
    contents = {
        status: _component(response).get("content", {})
        for status, response in node["responses"].items()
    }
    events = {
        _schema_name(content[EVENTS])
        for content in contents.values()
        if EVENTS in content
    }
    return Operation(
        id=node["operationId"],
        tag=node.get("tags", ["default"])[0],
        method=method.upper(),
        path=path,
        parameters=tuple(
            Parameter(
                name=each["name"],
                place=each["in"],
                required=each.get("required", False),
                schema=each["schema"],
            )
            for each in map(_component, _parameters_of(node, item))
        ),
        body=_schema_name(_component(body)["content"][JSON]) if body else None,
        body_required=body.get("required", False),
        responses={
            status: _schema_name(content[JSON])
            for status, content in contents.items()
            if JSON in content
        },
        empty=tuple(status for status, content in contents.items() if not content),
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


OPERATIONS = sorted(
    (_operation(*each) for each in _nodes() if _is_plain(*each[2:])),
    key=lambda operation: operation.id,
)
OTHER_OPERATIONS = sorted(
    node["operationId"] for _, _, node, item in _nodes() if not _is_plain(node, item)
)
STREAMING = [operation for operation in OPERATIONS if operation.event]
