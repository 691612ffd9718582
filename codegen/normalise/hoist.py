"""Return every inline object, union of objects and enum a name of its own.

The name comes from `x-schema-name` where the overlay gives one, else from the way to
the schema: `RunObject.required_action` becomes `RunObjectRequiredAction`. Equal schemas
that ask for the same name share it; where others have it, the next best name is taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from codegen.document import (
    Schema,
    component_schemas,
    is_null,
    operations,
    put_inside,
    reference_to,
    restricts_only,
    subschemas,
    union_key,
)
from codegen.errors import Path, SpecError, json_path
from codegen.identifiers import pascal_case, snake_case
from codegen.normalise.nullable import NAME, NULL
from codegen.source import Document
from codegen.unions import is_class, needs_choice

# What stays beside the reference when its target moves away.
_STAYS = ("description", "default", "deprecated", "readOnly", "writeOnly")
_SCHEMAS = ("components", "schemas")
_MOST_OF_A_NAME = 100
_PROSE = ("description", "title", "example", "examples", "externalDocs")


def hoist(document: Document) -> tuple[Document, int]:
    """Move inline schemas to `components.schemas`, from the outside to the inside."""
    result, count, _ = hoisted(document)
    return result, count


def hoisted(document: Document) -> tuple[Document, int, dict[str, Path]]:
    """Do the same, and tell where each schema stood that was given a name."""
    work = _Hoisting(document)
    result = work.run()
    return result, work.count, work.origins


class _Hoisting:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0
        self._originals = component_schemas(document)
        self._schemas: dict[str, Any] = {}
        self._shapes: dict[str, str] = {}
        # By what their modules are called: no two may have the same.
        self._taken = {snake_case(name): name for name in self._originals}
        self.origins: dict[str, Path] = {}

    def run(self) -> Document:
        for name, schema in self._originals.items():
            at = ("components", "schemas", name)
            self._schemas[name] = self._inside(schema, pascal_case(name), at)
        result = {**self.document, "components": dict(self.document["components"])}
        result["paths"] = self._paths()
        for section, suffix in (
            ("parameters", ""),
            ("headers", ""),
            ("responses", "Response"),
            ("requestBodies", "Request"),
        ):
            if section in result["components"]:
                result["components"][section] = {
                    name: self._holder(
                        item, pascal_case(name) + suffix, ("components", section, name)
                    )
                    for name, item in result["components"][section].items()
                }
        if self._schemas:
            result["components"]["schemas"] = self._schemas
        return result

    def _paths(self) -> Document:
        paths = {path: dict(item) for path, item in self.document["paths"].items()}
        for operation in operations(self.document):
            base = pascal_case(operation.name)
            data = dict(operation.data)
            at = operation.at
            if "requestBody" in data:
                place = (*at, "requestBody")
                data["requestBody"] = self._holder(
                    data["requestBody"], base + "Request", place
                )
            responses = data.get("responses") or {}
            data["responses"] = {
                code: self._holder(
                    response,
                    base
                    + ("" if code.startswith("2") else pascal_case(code))
                    + "Response",
                    (*at, "responses", code),
                )
                for code, response in responses.items()
            }
            if data.get("parameters"):
                data["parameters"] = [
                    self._parameter(item, base, (*at, "parameters", index))
                    for index, item in enumerate(data["parameters"])
                ]
            item = paths[operation.path]
            item[operation.method] = data
            shared = self.document["paths"][operation.path].get("parameters")
            if shared:
                item["parameters"] = [
                    self._parameter(item, base, (*at[:2], "parameters", index))
                    for index, item in enumerate(shared)
                ]
        return paths

    def _parameter(self, item: Any, base: str, at: Path) -> Any:
        if "$ref" in item:
            return item
        return self._holder(item, base + pascal_case(str(item.get("name"))), at)

    def _holder(self, item: Any, name: str, at: Path) -> Any:
        """Go into a parameter, body, response or header: whatever holds a schema."""
        if not isinstance(item, dict) or "$ref" in item:
            return item
        result = dict(item)
        if "schema" in item:
            result["schema"] = self._value(item["schema"], name, (*at, "schema"))
        if isinstance(item.get("content"), dict):
            result["content"] = {
                kind: self._holder(media, name, (*at, "content", kind))
                for kind, media in item["content"].items()
            }
        if isinstance(item.get("headers"), dict):
            result["headers"] = {
                key: self._holder(
                    header, name + pascal_case(key), (*at, "headers", key)
                )
                for key, header in item["headers"].items()
            }
        return result

    def _value(self, schema: Any, name: str, at: Path, other: str = "") -> Any:
        """Return what stands in the place of a schema that is used somewhere.

        Args:
            schema: what stands there.
            name: the name for it, if it needs one.
            at: where it stands.
            other: the name for it where the first is taken.
        """
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return {k: v for k, v in schema.items() if k != NAME}
        if not self._wants_name(schema, at):
            return self._inside(schema, name, at)
        outside = {k: schema[k] for k in _STAYS if k in schema}
        value = {k: v for k, v in schema.items() if k not in (*_STAYS, NAME)}
        key = union_key(value)
        members = value[key] if key else []
        if any(is_null(member) for member in members):
            # A name stands for the object; null stays where the value is used.
            value[key] = [member for member in members if not is_null(member)]
        names = [schema[NAME]] if NAME in schema else _names(name, other, value)
        chosen = self._register(names, value, at)
        if any(is_null(member) for member in members):
            return {"anyOf": [{"$ref": reference_to(chosen)}, NULL], **outside}
        return {"$ref": reference_to(chosen), **outside}

    def _inside(self, schema: Any, name: str, at: Path) -> Any:
        if not isinstance(schema, dict):
            return schema
        result = {k: v for k, v in schema.items() if k != NAME}
        for place, child in subschemas(schema, at):
            steps = place[len(at) :]
            if steps[0] in ("anyOf", "oneOf") and restricts_only(schema[steps[0]]):
                continue
            inner, other = _inner_names(name, schema, steps, child)
            new = self._value(child, inner, place, other)
            put_inside(result, schema, steps, new)
        return result

    def _wants_name(self, schema: Schema, at: Path) -> bool:
        if is_class(schema):
            return True
        values = schema.get("enum")
        if isinstance(values, list):
            return all(isinstance(value, str) for value in values)
        return needs_choice(schema, self._originals, at)

    def _register(self, names: Iterable[str], value: Schema, at: Path) -> str:
        shape = _shape(value)
        first = ""
        for name in names:
            first = first or name
            known = self._shapes.get(name)
            if known is None and name in self._originals:
                known = _shape(self._originals[name])
            if known == shape:
                self.count += 1
                return name
            if known is None and self._taken.setdefault(snake_case(name), name) == name:
                self._shapes[name] = shape
                self.origins[name] = at
                self.count += 1
                # Taken before its inside is looked at, which may ask for names too.
                self._schemas[name] = {}
                self._schemas[name] = self._inside(value, name, at)
                return name
        holder = self._taken[snake_case(first)]
        taken = self.origins.get(holder, (*_SCHEMAS, holder))
        raise SpecError(
            f"the name {first} is taken by a schema of another shape, that of "
            f"{json_path(taken)}",
            at=at,
            hint=f"Give this one another name with {NAME} in the overlay.",
        )


def _names(name: str, other: str, schema: Schema) -> Iterator[str]:
    """Return names for a schema, the best first."""
    # Say what it is, where its name is taken.
    kind = "Enum" if "enum" in schema else "Union" if union_key(schema) else "Object"
    yield name
    yield name + kind
    if other:
        yield other
        yield other + kind
    yield (other or name) + "Inline"
    for number in range(2, _MOST_OF_A_NAME):
        yield f"{other or name}{kind}{number}"


def _inner_names(name: str, schema: Schema, steps: Path, child: Any) -> tuple[str, str]:
    """Return the name for an inner schema, and perhaps another one."""
    keyword, inner = steps[0], steps[-1]
    if keyword == "items":
        return name + "Item", ""
    if keyword == "additionalProperties":
        return name + "Value", ""
    if keyword in ("anyOf", "oneOf"):
        return _variant_names(name, schema[str(keyword)], child)
    return name + pascal_case(str(inner)), ""


def _variant_names(name: str, members: list[Any], child: Any) -> tuple[str, str]:
    others = [m for m in members if m is not child and not is_null(m)]
    properties = child.get("properties") if isinstance(child, dict) else None
    if not others or not properties:
        return name, ""
    required = child.get("required") or []
    for key, value in properties.items():
        constant = _only_value(value)
        if constant is None or key not in required:
            continue
        from_constant = name + pascal_case(constant)
        if "." in constant:
            # The name of an event says all: ThreadRunCreatedEvent.
            event = pascal_case(constant) + pascal_case(name, last_word=True)
            return event, from_constant
        return from_constant, ""
    return name + "With" + pascal_case(str(next(iter(properties)))), ""


def _only_value(schema: Any) -> str | None:
    if not isinstance(schema, dict):
        return None
    values = [schema["const"]] if "const" in schema else schema.get("enum") or []
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return None


def _shape(schema: Any) -> str:
    """Return what two schemas have in common when only their prose differs."""
    return json.dumps(_without_prose(schema), sort_keys=True)


def _without_prose(schema: Any, *, names: bool = False) -> Any:
    if isinstance(schema, list):
        return [_without_prose(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_prose(value, names=key == "properties" and not names)
        for key, value in schema.items()
        if names or not (key in _PROSE or key.startswith("x-"))
    }
