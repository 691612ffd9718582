"""Values that break one rule of a schema each, with the place where they do."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import find
from hypothesis import strategies as st

from harness.contract.document import SCHEMAS, Schema, reference, resolve, variants

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


class _EndlessError(Exception):
    """A schema that holds itself has no value with everything in it."""


def full(schema: Schema, *, last: bool = False) -> Any:
    """Return a full valid value; of unions, the first variant or the last."""
    return _full(schema, last, frozenset())


def _full(schema: Schema, last: bool, within: frozenset[str]) -> Any:
    if name := reference(schema):
        if name in within:
            raise _EndlessError
        within |= {name}
    target = resolve(schema)
    if alternatives := variants(target):
        some = [each for each in alternatives if each.get("type") != "null"]
        return _first_of(some[::-1] if last else some, last, within)
    if "const" in target:
        return target["const"]
    if "enum" in target:
        return target["enum"][-1 if last else 0]
    kind = target.get("type", "string")
    if kind == "object":
        return _full_object(target, last, within)
    if kind == "array":
        return _full_array(target, last, within)
    if kind == "string":
        return _full_text(target)
    if kind in ("integer", "number"):
        return target.get("minimum", 1)
    return TYPES[kind]


def _first_of(schemas: list[Schema], last: bool, within: frozenset[str]) -> Any:
    for each in schemas:
        try:
            return _full(each, last, within)
        except _EndlessError:
            continue
    raise _EndlessError


def _full_array(schema: Schema, last: bool, within: frozenset[str]) -> list[Any]:
    try:
        return [_full(schema["items"], last, within)] * max(
            schema.get("minItems", 1), 1
        )
    except _EndlessError:
        return []


def _full_text(schema: Schema) -> str:
    if "pattern" in schema:
        return find(st.from_regex(str(schema["pattern"])), lambda _: True)
    text = "https://example.com/" if schema.get("format") == "uri" else "text"
    return text.ljust(schema.get("minLength", 0), "x")


def _full_object(schema: Schema, last: bool, within: frozenset[str]) -> dict[str, Any]:
    extra = schema.get("additionalProperties", True)
    if not schema.get("properties"):
        if isinstance(extra, bool):
            return {"key": "text"} if extra else {}
        return {"key": _full(extra, last, within)}
    branches = [branch["required"] for branch in _branches(schema)]
    unwanted = {key for branch in branches[1:] for key in branch}
    found = {}
    for key, inner in schema["properties"].items():
        if key in unwanted:
            continue
        try:
            found[key] = _full(inner, last, within)
        except _EndlessError:
            if key in schema.get("required", []):
                raise
    return found


def _branches(schema: Schema) -> list[Schema]:
    """Return what narrows an object by naming what must be there."""
    return [*schema.get("oneOf", []), *schema.get("anyOf", [])]


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
    """Return the types that a schema allows, in the words of JSON schema."""
    target = resolve(schema)
    if alternatives := variants(target):
        return set[str]().union(*map(kinds, alternatives))
    kind: str = target.get("type", "")
    if not kind:
        return set(TYPES)
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
        wrong = next(_wrong_types(resolve(schema["items"]), ""), None)
        good = full(schema["items"])
        most = schema.get("maxItems", 2)
        if wrong:
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
        wrong = next(_wrong_types(resolve(extra), ""), None)
        if wrong:
            yield Broken("a value", f"{path}.key", {**value, "key": wrong.value})
    for branch in _branches(schema) if "properties" in schema else []:
        rest = {k: v for k, v in value.items() if k not in branch["required"]}
        if rest != value:
            yield Broken("no branch", path, rest)
