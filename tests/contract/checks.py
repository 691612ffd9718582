"""Values that break one rule of a schema each, with the place where they do."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.contract.document import SCHEMAS, Schema, resolve, variants

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES: dict[str, Any] = {
    "array": [],
    "boolean": True,
    "integer": 3,
    "null": None,
    "number": 2.5,
    "object": {},
    "string": "text",
}


@dataclass(frozen=True)
class Broken:
    """A value that deviates in one place, given as JSON path."""

    rule: str
    path: str
    value: Any


def full(schema: Schema, *, last: bool = False) -> Any:
    """Give a valid value with everything in it; of unions the first variant or last."""
    target = resolve(schema)
    if alternatives := variants(target):
        some = [each for each in alternatives if each.get("type") != "null"]
        return full(some[-1 if last else 0], last=last)
    if "const" in target:
        return target["const"]
    if "enum" in target:
        return target["enum"][-1 if last else 0]
    kind = target["type"]
    if kind == "object":
        return _full_object(target, last=last)
    if kind == "array":
        return [full(target["items"], last=last)]
    if kind == "string":
        return "https://example.com/" if target.get("format") == "uri" else "text"
    if kind in ("integer", "number"):
        return target.get("minimum", 1)
    return TYPES[kind]


def _full_object(schema: Schema, *, last: bool) -> dict[str, Any]:
    extra = schema.get("additionalProperties", True)
    if "properties" not in schema:
        return {"key": "text" if extra is True else full(extra, last=last)}
    branches = [branch["required"] for branch in schema.get("oneOf", [])]
    unwanted = {key for branch in branches[1:] for key in branch}
    return {
        key: full(inner, last=last)
        for key, inner in schema["properties"].items()
        if key not in unwanted
    }


def broken(name: str) -> Iterator[Broken]:
    """Break each rule of a named schema, one at a time."""
    schema = SCHEMAS[name]
    value = full(schema)
    yield from _broken(schema, value, "$")
    if isinstance(value, dict) and "properties" in schema:
        for key, inner in schema["properties"].items():
            if key in value:
                yield from _inside(value, key, inner)


def _inside(value: dict[str, Any], key: str, schema: Schema) -> Iterator[Broken]:
    """Break the rules of one property, as far as they stand at the property."""
    for each in _broken(schema, value[key], f"$.{key}"):
        yield Broken(each.rule, each.path, {**deepcopy(value), key: each.value})


def _broken(schema: Schema, value: Any, path: str) -> Iterator[Broken]:
    target = resolve(schema)
    yield from _wrong_types(target, path)
    if alternatives := variants(target):
        some = [each for each in alternatives if each.get("type") != "null"]
        if len(some) == 1:
            yield from _by_rule(resolve(some[0]), value, path)
        return
    yield from _by_rule(target, value, path)


def _wrong_types(schema: Schema, path: str) -> Iterator[Broken]:
    allowed = kinds(schema)
    for kind, value in TYPES.items():
        if kind not in allowed:
            yield Broken(f"{kind}, not {'/'.join(sorted(allowed))}", path, value)


def kinds(schema: Schema) -> set[str]:
    """Give the types that a schema allows, in the words of JSON schema."""
    target = resolve(schema)
    if alternatives := variants(target):
        return set[str]().union(*map(kinds, alternatives))
    kind: str = target["type"]
    return {"number", "integer"} if kind == "number" else {kind}


def _by_rule(schema: Schema, value: Any, path: str) -> Iterator[Broken]:
    if "const" in schema or "enum" in schema:
        yield Broken("not among the values", path, "x_new")
        if "const" in schema:
            yield Broken("not the constant", path, "x" + schema["const"])
    if "minimum" in schema:
        yield Broken("too small", path, schema["minimum"] - 1)
    if "maximum" in schema:
        yield Broken("too large", path, schema["maximum"] + 1)
    if "maxLength" in schema:
        yield Broken("too long", path, "ä" * (schema["maxLength"] + 1))
    # A list of the longest length that the document has would only take time.
    if schema.get("maxItems", 10**6) < 10**6:
        items = [full(schema["items"])] * (schema["maxItems"] + 1)
        yield Broken("too many", path, items)
    if "minItems" in schema:
        yield Broken("too few", path, [])
    if "items" in schema:
        wrong = next(_wrong_types(resolve(schema["items"]), ""))
        good = full(schema["items"])
        most = schema.get("maxItems", 2)
        items = [good, wrong.value][-most:]
        yield Broken("an item", f"{path}[{len(items) - 1}]", items)
    if isinstance(value, dict):
        yield from _of_object(schema, value, path)


def _of_object(schema: Schema, value: dict[str, Any], path: str) -> Iterator[Broken]:
    for key in schema.get("required", []):
        rest = {other: inner for other, inner in value.items() if other != key}
        yield Broken("missing", f"{path}.{key}", rest)
    extra = schema.get("additionalProperties", True)
    if extra is False:
        yield Broken("not known", f"{path}.x_new", {**value, "x_new": None})
        yield Broken("not known", f"{path}['x new']", {**value, "x new": None})
    elif extra is not True:
        wrong = next(_wrong_types(resolve(extra), ""))
        yield Broken("a value", f"{path}.key", {**value, "key": wrong.value})
    for branch in schema.get("oneOf", []) if "properties" in schema else []:
        rest = {k: v for k, v in value.items() if k not in branch["required"]}
        if rest != value:
            yield Broken("no branch", path, rest)
