"""Give every inline object, union of objects and enum a name of its own.

The name comes from `x-schema-name` where the overlay gives one, else from the way to
the schema: `RunObject.required_action` becomes `RunObjectRequiredAction`. Equal schemas
that ask for the same name share it.
"""

from __future__ import annotations

import json
from typing import Any

from codegen.document import (
    Schema,
    component_schemas,
    is_null,
    operations,
    put_inside,
    reference_to,
    restricts_only,
    schema_name,
    subschemas,
    union_key,
)
from codegen.errors import Path, SpecError, json_path
from codegen.names import pascal_case
from codegen.normalise.nullable import NAME, NULL
from codegen.source import Document

# What stays beside the reference when its target moves away.
_STAYS = ("description", "default", "deprecated", "readOnly", "writeOnly")
_SCHEMAS = ("components", "schemas")
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

    def _value(self, schema: Any, name: str, at: Path) -> Any:
        """Give what stands in the place of a schema that is used somewhere."""
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
        chosen = self._register(schema.get(NAME), name, value, at)
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
            new = self._value(child, _inner_name(name, schema, steps, child), place)
            put_inside(result, schema, steps, new)
        return result

    def _wants_name(self, schema: Schema, at: Path) -> bool:
        if schema.get("properties"):
            return True
        values = schema.get("enum")
        if isinstance(values, list):
            return all(isinstance(value, str) for value in values)
        key = union_key(schema)
        if key is None:
            return False
        return sum(self._is_object(member, at) for member in schema[key]) > 1

    def _is_object(self, schema: Any, at: Path, depth: int = 0) -> bool:
        if not isinstance(schema, dict) or depth > 50:
            return False
        if "$ref" in schema:
            target = self._originals.get(schema_name(schema["$ref"], at))
            return self._is_object(target, at, depth + 1)
        if schema.get("properties"):
            return True
        key = union_key(schema)
        return key is not None and any(
            self._is_object(member, at, depth + 1) for member in schema[key]
        )

    def _register(self, wanted: str | None, name: str, value: Schema, at: Path) -> str:
        shape = _shape(value)
        candidates = (
            [wanted] if wanted else [name, name + _kind(value), f"{name}Inline"]
        )
        for candidate in candidates:
            known = self._shapes.get(candidate)
            if known is None and candidate in self._originals:
                known = _shape(self._originals[candidate])
            if known is None:
                self._shapes[candidate] = shape
                self.origins[candidate] = at
                self.count += 1
                # Taken before its inside is looked at, which may ask for names too.
                self._schemas[candidate] = {}
                self._schemas[candidate] = self._inside(value, candidate, at)
                return candidate
            if known == shape:
                self.count += 1
                return candidate
        taken = self.origins.get(candidates[0], (*_SCHEMAS, candidates[0]))
        raise SpecError(
            f"the name {candidates[0]} is taken by a schema of another shape, that of "
            f"{json_path(taken)}",
            at=at,
            hint=f"Give this one another name with {NAME} in the overlay.",
        )


def _kind(schema: Schema) -> str:
    """Say what a schema is, for one whose name is taken."""
    return "Enum" if "enum" in schema else "Union" if union_key(schema) else "Object"


def _inner_name(name: str, schema: Schema, steps: Path, child: Any) -> str:
    keyword, inner = steps[0], steps[-1]
    if keyword == "properties":
        return name + pascal_case(str(inner))
    if keyword == "items":
        return name + "Item"
    if keyword == "additionalProperties":
        return name + "Value"
    if keyword in ("anyOf", "oneOf"):
        return _variant_name(name, schema[str(keyword)], child)
    return name + pascal_case(str(inner))


def _variant_name(name: str, members: list[Any], child: Any) -> str:
    others = [m for m in members if m is not child and not is_null(m)]
    properties = child.get("properties") if isinstance(child, dict) else None
    if not others or not properties:
        return name
    required = child.get("required") or []
    for key, value in properties.items():
        constant = _only_value(value)
        if constant is None or key not in required:
            continue
        if "." in constant:
            # The name of an event says all: ThreadRunCreatedEvent.
            return pascal_case(constant) + pascal_case(name, last_word=True)
        return name + pascal_case(constant)
    return name + "With" + pascal_case(str(next(iter(properties))))


def _only_value(schema: Any) -> str | None:
    if not isinstance(schema, dict):
        return None
    values = [schema["const"]] if "const" in schema else schema.get("enum") or []
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return None


def _shape(schema: Any) -> str:
    """Give what two schemas have in common when only their prose differs."""
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
