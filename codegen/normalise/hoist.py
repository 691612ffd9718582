"""Return every inline object, union of objects and enum a name of its own.

The name comes from `x-schema-name` where the overlay gives one, else from the way to
the schema: `RunObject.required_action` becomes `RunObjectRequiredAction`. Equal schemas
that ask for the same name share it; where others have it, the next best name is taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, pairwise
from typing import Any

from codegen.document import (
    Schema,
    component_schemas,
    is_method,
    is_null,
    methods_of,
    reference_to,
    restricts_only,
    rewrite_outer,
    subschemas,
    union_key,
)
from codegen.errors import Path, SpecError, json_path, origin
from codegen.identifiers import pascal_case, snake_case
from codegen.normalise.nullable import NAME, NULL
from codegen.source import Document
from codegen.unions import constants_of, is_class, needs_choice

# What stays beside the reference when its target moves away.
_STAYS = ("description", "default", "deprecated", "readOnly", "writeOnly")
_SCHEMAS = ("components", "schemas")
_SUFFIXES = {"responses": "Response", "requestBodies": "Request"}
_SETS = ("required", "enum")
_PROSE = ("description", "title", "example", "examples", "externalDocs")


def hoist(document: Document, origins: dict[Path, Path]) -> tuple[Document, int]:
    """Move inline schemas to `components.schemas`, from the outside to the inside.

    `origins` is filled with the places where they stood.
    """
    work = _Hoisting(document, origins)
    return work.run(), work.count


class _Hoisting:
    def __init__(self, document: Document, origins: dict[Path, Path]) -> None:
        self.document = document
        self.count = 0
        self._originals = component_schemas(document)
        self._schemas: dict[str, Any] = {}
        self._shapes: dict[str, str] = {}
        # By what their modules are called: no two may have the same.
        self._taken = {snake_case(name): name for name in self._originals}
        self.origins = origins

    def run(self) -> Document:
        for name, schema in self._originals.items():
            at = (*_SCHEMAS, name)
            self._schemas[name] = self._inside(schema, pascal_case(name), at)
        result = dict(self.document)
        result["paths"] = rewrite_outer(result["paths"], ("paths",), self._outer)
        components = dict(result["components"])
        for section in [each for each in components if each != "schemas"]:
            members, place = components[section], ("components", section)
            components[section] = rewrite_outer(members, place, self._outer, names=True)
        if self._schemas:
            components["schemas"] = self._schemas
        return {**result, "components": components}

    def _outer(self, schema: Any, at: Path) -> Any:
        return self._value(schema, _outer_name(self.document, at), at)

    def _value(self, schema: Any, name: str, at: Path, other: str = "") -> Any:
        """Return what stands in the place of a schema that is used somewhere.

        If it needs a name, it gets the first one, or the other where that is taken.
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
            _put_inside(result, schema, steps, new)
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
                self.origins[(*_SCHEMAS, name)] = at
                self.count += 1
                # Taken before its inside is looked at, which may ask for names too.
                self._schemas[name] = {}
                self._schemas[name] = self._inside(value, name, at)
                return name
        holder = self._taken[snake_case(first)]
        taken = origin((*_SCHEMAS, holder), self.origins)
        raise SpecError(
            f"the name {first} is taken by a schema of another shape, that of "
            f"{json_path(taken)}",
            at=at,
            hint=f"Give this one another name with {NAME} in the overlay.",
            keyword=NAME,
        )


def _put_inside(result: Schema, schema: Schema, steps: Path, new: Any) -> None:
    """Replace a schema one or two steps inside of `schema`, in a shallow copy of it."""
    outer = str(steps[0])
    if len(steps) == 1:
        result[outer] = new
        return
    if result[outer] is schema[outer]:
        result[outer] = schema[outer].copy()
    result[outer][steps[1]] = new


def _outer_name(document: Document, at: Path) -> str:
    """Return the name for a schema that stands in no other one, by the way to it."""
    if at[0] == "components":
        name = pascal_case(str(at[2])) + _SUFFIXES.get(str(at[1]), "")
        rest: Sequence[str | int] = at[3:]
    else:
        item = document["paths"][at[1]]
        # What all operations of a path share is named by the first of them.
        shared = not is_method(at[2])
        method = methods_of(item)[0] if shared else at[2]
        name = pascal_case(item[method]["operationId"])
        part, *rest = at[2:] if shared else at[3:]
        if part == "requestBody":
            name += "Request"
        elif part == "responses":
            code = str(rest[0])
            name += ("" if code.startswith("2") else pascal_case(code)) + "Response"
        elif part == "parameters":
            holder = item if shared else item[method]
            name += pascal_case(str(holder["parameters"][rest[0]].get("name")))
        else:
            name += pascal_case(str(part))
    headers = (str(step) for before, step in pairwise(rest) if before == "headers")
    return name + "".join(map(pascal_case, headers))


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
    for number in count(2):
        yield f"{other or name}{kind}{number}"


def _inner_names(name: str, schema: Schema, steps: Path, child: Any) -> tuple[str, str]:
    """Return the name for an inner schema, and perhaps another one."""
    keyword = str(steps[0])
    if keyword in ("anyOf", "oneOf"):
        return _variant_names(name, schema[keyword], child)
    parts = {"items": "Item", "additionalProperties": "Value"}
    return name + (parts.get(keyword) or pascal_case(str(steps[-1]))), ""


def _variant_names(name: str, members: list[Any], child: Any) -> tuple[str, str]:
    properties = child.get("properties") if isinstance(child, dict) else None
    if not properties or all(m is child or is_null(m) for m in members):
        return name, ""
    required = child.get("required") or []
    for key, value in properties.items():
        constants = [] if "$ref" in value else constants_of(value, {}, ())
        if len(constants) != 1 or key not in required:
            continue
        (constant,) = constants
        if not isinstance(constant, str):
            continue
        from_constant = name + pascal_case(constant)
        if "." in constant:
            # The name of an event says all: ThreadRunCreatedEvent.
            event = pascal_case(constant) + pascal_case(name, last_word=True)
            return event, from_constant
        return from_constant, ""
    return name + "With" + pascal_case(str(next(iter(properties)))), ""


def _shape(schema: Any) -> str:
    """Return what two schemas have in common when only their prose differs."""
    return json.dumps(_without_prose(schema), sort_keys=True)


def _without_prose(schema: Any, *, names: bool = False) -> Any:
    if isinstance(schema, list):
        return [_without_prose(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: sorted(value, key=json.dumps)
        if not names and key in _SETS and isinstance(value, list)
        else _without_prose(value, names=key == "properties" and not names)
        for key, value in schema.items()
        if names or not (key in _PROSE or key.startswith("x-"))
    }
