"""Schemas for tests of samples: made up, nested, and judged by jsonschema itself."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

from assistants_server.samples import NoSampleError, sample
from harness.contract.instances import same

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy


Schema = Any


def fits(value: Any, schema: Schema) -> bool:
    """Tell whether a value fits, by the library alone."""
    return Draft202012Validator(schema, registry=Registry()).is_valid(value)


def attempt(schema: Schema) -> tuple[Any, str]:
    """Give a sample, or why there is none."""
    try:
        return sample(schema), ""
    except NoSampleError as error:
        return None, str(error) or "no reason"


def assert_plain(value: Any) -> None:
    assert same(json.loads(json.dumps(value, allow_nan=False)), value)
    json.dumps(value, ensure_ascii=False).encode()


def nested(times: int, around: Callable[[Schema], Schema], schema: Schema) -> Schema:
    for _ in range(times):
        schema = around(schema)
    return schema


NAMES = ("a", "b", "city", "x-1", "kind")


PATTERNS = ("^[a-z]+$", "^x-", r"\d", "^.{0,12}$", "^[A-Z][a-z]*", "^(foo|ba[rz])$")


def scalars() -> SearchStrategy[Any]:
    numbers = st.integers(-50, 200) | st.sampled_from([0.5, 1.25, -2.5, 1e10])
    texts = st.sampled_from(["", "a", "foo", "x-1", "Paris", "hello world", "42"])
    return st.none() | st.booleans() | numbers | texts


def values() -> SearchStrategy[Any]:
    return st.recursive(
        scalars(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
        ),
        max_leaves=6,
    )


@st.composite
def plain_schemas(draw: st.DrawFn, value: Any) -> Schema:
    """Draw a schema that the value fits, without alternatives or exclusions."""

    def some() -> bool:
        return draw(st.integers(0, 2)) == 0

    def around(size: int, schema: Schema, what: str) -> None:
        if some():
            schema[f"min{what}"] = max(0, size - draw(st.integers(0, 2)))
        if some():
            schema[f"max{what}"] = size + draw(st.integers(0, 2))

    schema: Schema = {}
    match value:
        case None:
            schema["type"] = "null"
        case bool():
            schema["type"] = "boolean"
        case int() | float():
            whole = isinstance(value, int) and draw(st.booleans())
            schema["type"] = "integer" if whole else "number"
            if some():
                schema["minimum"] = value - draw(st.sampled_from([0, 1, 10]))
            if some():
                schema["exclusiveMaximum"] = value + draw(st.sampled_from([0.5, 1, 10]))
            factors = [each for each in (2, 3, 5, 0.5) if value % each == 0]
            if some() and factors:
                schema["multipleOf"] = draw(st.sampled_from(factors))
        case str():
            schema["type"] = ["string", "null"] if some() else "string"
            around(len(value), schema, "Length")
            fitting = [each for each in PATTERNS if re.search(each, value)]
            if some() and fitting:
                schema["pattern"] = draw(st.sampled_from(fitting))
        case list():
            schema["type"] = "array"
            around(len(value), schema, "Items")
            first = draw(st.integers(0, len(value)))
            inner = [draw(plain_schemas(each)) for each in value]
            if first:
                schema["prefixItems"] = inner[:first]
            if len(inner) == first + 1:
                schema["items"] = inner[-1]
        case dict():
            schema["type"] = "object"
            around(len(value), schema, "Properties")
            extra = {name: draw(scalars()) for name in NAMES if some()}
            schema["properties"] = {
                name: draw(plain_schemas(each))
                for name, each in (extra | value).items()
            }
            schema["required"] = [name for name in value if some()]
            if some():
                schema["additionalProperties"] = draw(st.sampled_from([False, {}]))
    if draw(st.integers(0, 9)) == 0:
        schema["enum"] = draw(st.permutations([value, draw(scalars())]))
    if draw(st.integers(0, 9)) == 0:
        schema["default"] = draw(scalars())
    return schema


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Draw schemas of all kinds, with references; nothing may fit them."""

    def inner(depth: int) -> Schema:
        schema = draw(values().flatmap(plain_schemas)) if draw(st.booleans()) else {}
        if depth:
            extra = draw(st.lists(st.sampled_from(sorted(makers)), max_size=2))
            schema |= {key: makers[key](depth - 1) for key in extra}
        return schema

    def list_of(depth: int) -> list[Schema]:
        return [inner(depth) for _ in range(draw(st.integers(1, 3)))]

    def named(depth: int) -> dict[str, Schema]:
        return {draw(st.sampled_from(NAMES)): inner(depth)}

    makers: dict[str, Callable[[int], Any]] = {
        "$ref": lambda _: draw(st.sampled_from(["#", "#/$defs/a", "#/$defs/b"])),
        "additionalProperties": lambda depth: draw(st.booleans()) or inner(depth),
        "allOf": list_of,
        "anyOf": list_of,
        "contains": inner,
        "dependentRequired": lambda _: {"a": ["b"], "kind": ["city"]},
        "dependentSchemas": named,
        "else": inner,
        "if": inner,
        "items": inner,
        "maxContains": lambda _: draw(st.integers(1, 2)),
        "minContains": lambda _: draw(st.integers(0, 2)),
        "minItems": lambda _: draw(st.integers(0, 3)),
        "minProperties": lambda _: draw(st.integers(0, 3)),
        "not": inner,
        "oneOf": list_of,
        "patternProperties": lambda depth: {
            draw(st.sampled_from(PATTERNS)): inner(depth)
        },
        "properties": named,
        "propertyNames": lambda _: {"pattern": draw(st.sampled_from(PATTERNS))},
        "required": lambda _: [draw(st.sampled_from(NAMES))],
        "then": inner,
        "unevaluatedItems": lambda _: False,
        "unevaluatedProperties": lambda _: False,
        "uniqueItems": lambda _: True,
    }
    return inner(3) | {"$defs": {"a": inner(1), "b": inner(0)}}


# Two ways at each of forty places, and no number near zero fits.
WAYS = [{"anyOf": [{"minimum": each}, {"maximum": -each}]} for each in range(1, 40)]
