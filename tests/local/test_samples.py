"""Samples: values for JSON schemas, judged by jsonschema itself."""

from __future__ import annotations

import copy
import ipaddress
import json
import re
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, SchemaError
from referencing import Registry

from assistants_client.local import _patterns, _searching
from assistants_client.local.samples import NoSampleError, flaw, sample
from tests.contract.instances import any_json, same

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


# --- What people write, and what they get --------------------------------------------

TYPICAL: dict[str, tuple[Schema, Any]] = {
    "anything": ({}, "value"),
    "true": (True, "value"),
    "no parameters": ({"type": "object", "properties": {}}, {}),
    "weather": (
        {
            "type": "object",
            "properties": {
                "location": {"type": "string", "description": "City and country"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer", "minimum": 1, "maximum": 16},
                "hourly": {"type": "boolean"},
            },
            "required": ["location"],
            "additionalProperties": False,
        },
        {"location": "location", "unit": "celsius", "days": 1, "hourly": True},
    ),
    "proposals": (
        {
            "type": "object",
            "properties": {
                "const": {"const": "yes", "default": "no"},
                "default": {"type": "integer", "default": 7, "enum": [1, 7]},
                "unfit default": {"type": "integer", "default": "seven"},
                "examples": {"type": "string", "examples": ["Oslo", "Rome"]},
                "example": {"type": "string", "example": "Lima"},
                "enum": {"enum": ["b", "a"]},
                "unfit enum": {"enum": [1, "long"], "type": "string"},
            },
        },
        {
            "const": "yes",
            "default": 7,
            "unfit default": 1,
            "examples": "Oslo",
            "example": "Lima",
            "enum": "b",
            "unfit enum": "long",
        },
    ),
    "numbers": (
        {
            "type": "object",
            "properties": {
                "any": {"type": "number"},
                "adult": {"type": "integer", "minimum": 18},
                "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
                "price": {"type": "number", "multipleOf": 0.01, "minimum": 9.5},
                "five": {"type": "integer", "multipleOf": 5},
                "below": {"type": "integer", "exclusiveMaximum": -3},
                "none": {"type": "integer", "maximum": 0},
            },
        },
        {
            "any": 1,
            "adult": 18,
            "share": 0.25,
            "price": 9.5,
            "five": 5,
            "below": -4,
            "none": 0,
        },
    ),
    "texts": (
        {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "name": {"type": "string", "minLength": 12},
                "language": {"type": "string", "minLength": 2, "maxLength": 2},
                "zip": {"type": "string", "pattern": r"^\d{5}(-\d{4})?$"},
                "sku": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
                "slug": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
                "when": {"type": "string", "format": "date-time"},
                "mail": {"type": "string", "format": "email"},
                "unknown": {"type": "string", "format": "colour"},
                "": {"type": "string"},
            },
        },
        {
            "city": "city",
            "name": "name name name",
            "language": "la",
            "zip": "12345",
            "sku": "ABC-1234",
            "slug": "slug",
            "when": "2026-01-01T09:30:00Z",
            "mail": "user1@example.com",
            "unknown": "unknown",
            "": "value",
        },
    ),
    "arrays": (
        {
            "type": "object",
            "properties": {
                "tags": {"type": "array", "items": {"type": "string"}},
                "ids": {"type": "array", "minItems": 2, "items": {"type": "integer"}},
                "set": {
                    "type": "array",
                    "items": {"type": "string"},
                    "minItems": 3,
                    "uniqueItems": True,
                },
                "pair": {
                    "type": "array",
                    "prefixItems": [{"type": "number"}, {"type": "boolean"}],
                    "items": False,
                },
                "none": {"type": "array", "maxItems": 0},
                "with": {"type": "array", "contains": {"const": 7}, "minItems": 2},
            },
        },
        {
            "tags": ["tags"],
            "ids": [1, 1],
            "set": ["set", "set 2", "set 3"],
            "pair": [1, True],
            "none": [],
            "with": ["with", 7],
        },
    ),
    "maps": (
        {
            "type": "object",
            "properties": {
                "free": {"type": "object"},
                "counts": {
                    "type": "object",
                    "additionalProperties": {"type": "integer"},
                },
                "headers": {
                    "type": "object",
                    "patternProperties": {"^x-[a-z]+$": {"type": "string"}},
                    "additionalProperties": False,
                },
                "two": {"type": "object", "minProperties": 2},
            },
        },
        {
            "free": {},
            "counts": {"key": 1},
            "headers": {"x-a": "x-a"},
            "two": {"key": "key", "key 2": "key 2"},
        },
    ),
    "nullable": (
        {
            "type": "object",
            "properties": {
                "list": {"type": ["null", "string"]},
                "any": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                "null": {"type": "null"},
            },
        },
        {"list": "list", "any": 1, "null": None},
    ),
    "pydantic": (
        {
            "$defs": {
                "Address": {
                    "properties": {
                        "street": {"title": "Street", "type": "string"},
                        "zip": {
                            "anyOf": [
                                {"pattern": "^[0-9]{5}$", "type": "string"},
                                {"type": "null"},
                            ],
                            "title": "Zip",
                        },
                    },
                    "required": ["street", "zip"],
                    "title": "Address",
                    "type": "object",
                },
                "Colour": {
                    "enum": ["red", "green"],
                    "title": "Colour",
                    "type": "string",
                },
            },
            "properties": {
                "address": {"$ref": "#/$defs/Address"},
                "colour": {"$ref": "#/$defs/Colour", "default": "green"},
                "others": {
                    "items": {"$ref": "#/$defs/Address"},
                    "title": "Others",
                    "type": "array",
                },
                "scores": {
                    "additionalProperties": {"type": "number"},
                    "title": "Scores",
                    "type": "object",
                },
                "note": {
                    "anyOf": [{"type": "string"}, {"type": "null"}],
                    "default": None,
                    "title": "Note",
                },
                "kind": {"const": "order", "title": "Kind", "type": "string"},
            },
            "required": ["address", "others", "scores", "kind"],
            "title": "Order",
            "type": "object",
        },
        {
            "address": {"street": "street", "zip": "12345"},
            "colour": "green",
            "others": [{"street": "street", "zip": "12345"}],
            "scores": {"key": 1},
            "note": None,
            "kind": "order",
        },
    ),
    "pydantic, recursive": (
        {
            "$defs": {
                "Node": {
                    "properties": {
                        "value": {"type": "integer"},
                        "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                        "kids": {"items": {"$ref": "#/$defs/Node"}, "type": "array"},
                        "twin": {"$ref": "#/$defs/Node"},
                    },
                    "required": ["value", "next", "kids"],
                    "type": "object",
                }
            },
            "$ref": "#/$defs/Node",
        },
        {"value": 1, "next": None, "kids": []},
    ),
    "draft-07 of a generator": (
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": "https://example.com/args",
            "type": "object",
            "properties": {"a": {"$ref": "#/definitions/a"}},
            "definitions": {"a": {"type": "string", "minLength": 1}},
        },
        {"a": "a"},
    ),
    "union by a tag": (
        {
            "oneOf": [
                {
                    "type": "object",
                    "properties": {"kind": {"const": kind}, kind: {"type": "integer"}},
                    "required": ["kind", kind],
                    "additionalProperties": False,
                }
                for kind in ("cat", "dog")
            ]
        },
        {"kind": "cat", "cat": 1},
    ),
    "all of several": (
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "string"}}},
                {"properties": {"a": {"maxLength": 3}, "bcde": {"maxLength": 2}}},
            ],
            "properties": {"bcde": {"type": "string"}},
        },
        {"bcde": "bc", "a": "a"},
    ),
    "one of two is required": (
        {
            "type": "object",
            "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
            "oneOf": [{"required": ["id"]}, {"required": ["name"]}],
        },
        {"id": 1},
    ),
    "conditions": (
        {
            "type": "object",
            "properties": {"kind": {"enum": ["b", "a"]}},
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"required": ["x"]},
            "else": {"required": ["y"]},
            "dependentRequired": {"x": ["z"]},
        },
        {"kind": "a", "x": "x", "z": "z"},
    ),
    "strict names": (
        {
            "minProperties": 1,
            "propertyNames": {"pattern": "^[A-Z]+$"},
            "type": "object",
        },
        {"A": "A"},
    ),
}


@pytest.mark.parametrize("title", TYPICAL)
def test_a_typical_schema_has_a_readable_sample(title: str) -> None:
    schema, expected = TYPICAL[title]
    found = sample(schema)
    assert same(found, expected)
    assert list(found) == list(expected) or not isinstance(found, dict)
    assert fits(found, schema)
    assert flaw(schema) is None


def test_the_name_is_for_a_text_outside_of_any_property() -> None:
    assert sample({"type": "string"}, name="city") == "city"
    assert sample({"items": {"type": "string"}}, name="city") == ["city"]
    assert sample({"properties": {"a": {}}}, name="city") == {"a": "a"}


def test_a_sample_is_a_copy_and_leaves_the_schema_alone() -> None:
    schema = {"default": {"list": [1]}, "$id": "a", "properties": {"b": {"$id": "b"}}}
    before = copy.deepcopy(schema)
    sample(schema)["list"].append(2)
    assert schema == before
    assert sample(schema) == {"list": [1]}


READERS: dict[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
    "duration": re.compile(r"P(\d+[YMWD])*(T(\d+[HMS])+)?").fullmatch,
    "email": re.compile(r"\w+@\w+\.com").fullmatch,
    "hostname": re.compile(r"\w+(\.\w+)+").fullmatch,
    "ipv4": ipaddress.IPv4Address,
    "ipv6": ipaddress.IPv6Address,
    "time": time.fromisoformat,
    "uri": re.compile(r"https://[a-z.]+/\w*").fullmatch,
    "uuid": uuid.UUID,
}


@pytest.mark.parametrize("name", READERS)
def test_samples_are_of_their_format_and_can_differ(name: str) -> None:
    one = {"type": "string", "format": name}
    schema = {"type": "array", "items": one, "minItems": 20, "uniqueItems": True}
    for value in sample(schema):
        assert READERS[name](value)
        known = Draft202012Validator.FORMAT_CHECKER
        assert Draft202012Validator(one, format_checker=known).is_valid(value)


# --- All kinds of schemas ------------------------------------------------------------

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


@settings(derandomize=True, database=None, max_examples=25)
@given(values().flatmap(plain_schemas))
def test_a_sample_is_found_where_nothing_contradicts(schema: Schema) -> None:
    found = sample(schema)
    assert fits(found, schema)
    assert_plain(found)
    assert same(sample(json.loads(json.dumps(schema))), found)


@settings(derandomize=True, database=None, max_examples=15)
@given(schemas())
def test_a_sample_fits_whatever_the_schema(schema: Schema) -> None:
    assert flaw(schema) is None
    found, said = attempt(schema)
    assert_plain(found)
    assert said or fits(found, schema)
    again, said_again = attempt(schema)
    assert same(again, found)
    assert said_again == said


def test_threads_do_not_disturb_each_other() -> None:
    table = list(TYPICAL.values()) * 4
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(sample, (schema for schema, _ in table)))
    assert found == [expected for _, expected in table]


# --- Where a search is needed --------------------------------------------------------

NODE = {"properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}
# Two ways at each of forty places, and no number near zero fits.
WAYS = [{"anyOf": [{"minimum": each}, {"maximum": -each}]} for each in range(1, 40)]
SEARCHED: dict[str, Schema] = {
    "not a type": {"not": {"type": "string"}},
    "not whole": {"type": "number", "not": {"type": "integer"}},
    "not small": {"type": "integer", "not": {"maximum": 100}},
    "not short": {"type": "string", "not": {"maxLength": 50}},
    "not these": {"type": "integer", "not": {"enum": [0, 1, 2, 3]}},
    "not this property": {"properties": {"a": {}, "b": {}}, "not": {"required": ["a"]}},
    "not both": {"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}], "type": "integer"},
    "the second way": {
        "anyOf": [{"properties": {"a": False}}, {"properties": {"a": {"const": 4}}}],
        "type": "object",
        "required": ["a"],
    },
    "only by the last variant": {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "not": {"properties": {"a": {"maximum": 4}}},
    },
    "otherwise": {"if": {"type": "string"}, "then": False, "else": {"minimum": 3}},
    "at most one": {
        "type": "array",
        "minItems": 3,
        "contains": {"type": "string"},
        "maxContains": 1,
    },
    "two kinds": {
        "type": "array",
        "allOf": [{"contains": {"type": "string"}}, {"contains": {"type": "integer"}}],
        "maxItems": 2,
    },
    "unique objects": {
        "type": "array",
        "items": {"type": "object", "properties": {"a": {"type": "integer"}}},
        "uniqueItems": True,
        "minItems": 30,
    },
    "one level of itself": {
        "$defs": {"node": NODE | {"type": "object"}},
        "$ref": "#/$defs/node",
        "properties": {"kids": {"minItems": 1}},
        "required": ["kids"],
    },
    "by anchor": {"$ref": "#here", "$defs": {"a": {"$anchor": "here", "minimum": 5}}},
    "by its own address": {
        "$id": "https://example.com/tree",
        "$ref": "https://example.com/tree#/$defs/a~1b%25",
        "$defs": {"a/b%": {"type": "integer"}},
    },
    "only unknown": {
        "type": "object",
        "unevaluatedProperties": {"type": "integer", "minimum": 99},
        "required": ["a"],
    },
    "nothing unknown": {
        "allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}],
        "unevaluatedProperties": False,
        "required": ["b"],
    },
    "long enough": {"oneOf": [{"type": "array"}, {"type": "array", "maxItems": 5}]},
    "the easy way after a hard one": {
        "anyOf": [{"enum": [0.5], "allOf": WAYS}, {"const": "a"}]
    },
    "a fraction": {"oneOf": [{"type": "integer"}, {"type": "number"}]},
    "a password": {
        "type": "string",
        "pattern": r"^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])(?=.*[!@#])(?!.*_).{8,}$",
    },
    "two patterns": {"allOf": [{"pattern": "^[a-z]+$"}, {"pattern": "xyz$"}]},
    "short unique": {
        "type": "array",
        "items": {"type": "string", "maxLength": 1},
        "minItems": 5,
        "uniqueItems": True,
    },
    "three names": {
        "type": "object",
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 3,
    },
    "twenty names": {
        "type": "object",
        "patternProperties": {"^[a-f]{2}$": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 20,
    },
}


@pytest.mark.parametrize("title", SEARCHED)
def test_a_search_finds(title: str) -> None:
    assert fits(sample(SEARCHED[title]), SEARCHED[title])


def test_a_schema_repeats_itself_only_as_often_as_it_must() -> None:
    assert sample(SEARCHED["one level of itself"]) == {"kids": [{"kids": []}]}


def test_an_address_that_is_none_does_not_matter() -> None:
    odd = {"$id": "http://[", "type": "null"}
    assert sample({"type": "array", "items": odd, "$id": "http://["}) == [None]


# --- Nothing fits, and hostile schemas -----------------------------------------------

OBJECT = {"type": "object", "required": ["a"]}
REFUSED: dict[str, tuple[Schema, str]] = {
    "false": (False, r"\$: no value was found"),
    "contradiction": (
        {"properties": {"a": {"type": "integer", "minimum": 5, "maximum": 4}}}
        | {"required": ["a"], "type": "object"},
        r"\$\.a: no value was found",
    ),
    "types": ({"allOf": [{"type": "string"}, {"type": "array"}]}, r"\$: no value"),
    "empty enum": ({"enum": []}, r"\$: no value"),
    "endless": (
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
        r"\$\.a\.a: no value",
    ),
    "no number": ({"const": float("nan")}, r"\$: no value"),
    "half a character": ({"const": "\ud800"}, r"\$: no value"),
    "half a name": ({"type": "object", "required": ["\udfff"]}, r"no value"),
    "circle": ({"$ref": "#"}, r"\$: no value was found in \d+ steps"),
    "nowhere": ({"$ref": "#/$defs/a"}, "'#/[$]defs/a' leads to no schema"),
    "no schema": ({"$ref": "#/enum/0", "enum": [{}]}, "leads to no schema"),
    "far away": ({"$ref": "https://example.com/a"}, "leads out of the schema"),
    "the meta-schema": (
        {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        "out",
    ),
    "long": ({"type": "string", "minLength": 10**6}, r"\$: a text .* longer"),
    "many": ({"type": "array", "minItems": 10**6}, r"\$: more items"),
    "wide": ({"type": "object", "minProperties": 10**6}, r"\$: more properties"),
    "deep": (
        nested(99, lambda one: OBJECT | {"properties": {"a": one}}, {}),
        r"\$\.a\.a.*: a value would be inside more than \d+ others",
    ),
    "large": (
        {
            "type": "array",
            "minItems": 99,
            "items": {"type": "string", "minLength": 9999},
        },
        r"\$: a value would have more than \d+ characters",
    ),
    "back-reference": (
        {"type": "string", "pattern": r"^(a|b)\1$"},
        r"\$: .* is a pattern out of scope",
    ),
    "possessive": ({"type": "string", "pattern": "^a*+$"}, r"\$: .* out of scope"),
    "no object at all": ([], r"no JSON schema: \$: \[\] is not of type"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_a_refusal_says_where_and_why(title: str) -> None:
    schema, said = REFUSED[title]
    with pytest.raises(NoSampleError, match=said):
        sample(schema)


LONG = "a" * 60 + "!"
CATASTROPHE = "^(a+)+$"
HOSTILE: dict[str, Schema] = {
    "arrays of arrays": nested(
        4, lambda inner: {"type": "array", "minItems": 400, "items": inner}, {}
    ),
    "2 ** 9 ways": nested(
        9, lambda inner: {"anyOf": [inner, inner]}, {"type": "integer", "enum": []}
    ),
    "2 ** 40 ways": {
        "type": "integer",
        "multipleOf": 7,
        "allOf": WAYS,
        "minimum": -3,
        "maximum": 3,
    },
    "2 ** 30 checks": {
        "$defs": {
            f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)
        }
        | {"d30": {"type": "string"}},
        "$ref": "#/$defs/d0",
    },
    "2 ** 30 checks, in another dialect": {
        "$defs": {
            f"d{n}": {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2,
            }
            for n in range(30)
        }
        | {"d30": {"type": "string"}},
        "$ref": "#/$defs/d0",
    },
    "2 ** 30 ways to know a property": {
        "unevaluatedProperties": {"type": "string"},
        "$defs": {
            f"d{n}": dict.fromkeys(("$ref", "$dynamicRef"), f"#/$defs/d{n + 1}")
            for n in range(30)
        }
        | {"d30": {"type": "object"}},
        "$ref": "#/$defs/d0",
        "required": ["a"],
    },
    "2 ** 20 properties": {
        "$defs": {
            f"d{n}": {
                "type": "object",
                "properties": {"x": {"$ref": f"#/$defs/d{n + 1}"}}
                | {"y": {"$ref": f"#/$defs/d{n + 1}"}},
                "required": ["x", "y"],
            }
            for n in range(20)
        }
        | {"d20": {}},
        "$ref": "#/$defs/d0",
    },
    "itself eight times": {"properties": {each: {"$ref": "#"} for each in "abcdefgh"}},
    "itself twice at once": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
    "500 optional levels": nested(500, lambda inner: {"properties": {"a": inner}}, {}),
    "500 levels": nested(
        500, lambda inner: {"properties": {"a": inner}, "required": ["a"]}, {}
    ),
    "500 levels of allOf": nested(500, lambda inner: {"allOf": [inner]}, {}),
    "500 levels of not": nested(500, lambda inner: {"not": inner}, {}),
    "500 levels of items": nested(500, lambda inner: {"items": inner}, {}),
    "deep, and without a meaning": {
        "dependencies": nested(300, lambda inner: {"items": inner}, {})
    },
    "deep default": {"default": nested(900, lambda inner: [inner], 1)},
    "huge step": {"type": "integer", "multipleOf": 10**4000, "minimum": 1},
    "tiny step": {"type": "number", "multipleOf": 1e-300, "minimum": 1e300},
    "endless bounds": {"minimum": float("nan"), "multipleOf": float("inf")},
    "long enum": {"enum": list(range(15_000)), "minimum": 14_990},
    "dear uniqueness": {"const": [{"a": n} for n in range(5000)], "uniqueItems": True},
    "other dialect inside": {
        "$ref": "#/$defs/a",
        "$defs": {"a": {"$schema": "http://json-schema.org/draft-04/schema#"}},
    },
    "no address": {"$id": "http://[", "items": {"$id": "http://[", "type": "null"}},
    "catastrophic const": {"const": LONG, "pattern": CATASTROPHE},
    "catastrophic alternatives": {"const": LONG, "pattern": "^(a|a)*b$"},
    "catastrophic name": {
        "properties": {LONG: {}},
        "propertyNames": {"pattern": CATASTROPHE},
    },
    "catastrophic required name": {
        "patternProperties": {CATASTROPHE: False},
        "additionalProperties": False,
        "required": [LONG],
        "type": "object",
    },
    "catastrophe not evaluated": {
        "unevaluatedProperties": False,
        "anyOf": [{}, {"patternProperties": {CATASTROPHE: {}}}],
        "required": [LONG],
        "type": "object",
    },
    "catastrophic length": {"pattern": "^(a|aa)+$", "minLength": 60, "type": "string"},
    "endless pattern": {"pattern": "^((a{1000}){1000}){1000}$", "type": "string"},
    "odd sets": {"pattern": "^[[a||b&&c~~]+$", "type": "string"},
}


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_schema_gets_a_quick_answer(
    title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search without bounds would take hours, or all memory, for most of these."""
    # What is bounded by a few steps is so by more.
    monkeypatch.setattr(_searching, "STEPS", 3_000)
    assert flaw(HOSTILE[title]) is None
    found, said = attempt(HOSTILE[title])
    assert_plain(found)
    assert len(json.dumps(found)) <= 100_000
    assert len(said) < 500


def test_optional_properties_go_first_where_there_are_too_many() -> None:
    names = [f"p{n}" for n in range(150)]
    schema = {
        "$defs": {"many": {"properties": {name: {"type": "string"} for name in names}}},
        "type": "object",
        "properties": {name: {"$ref": "#/$defs/many"} for name in names},
        "required": ["needed"],
    }
    assert sample(schema) == {"needed": "needed"}


def test_an_optional_property_that_takes_too_long_is_left_out() -> None:
    hard = {"enum": [0.5], "allOf": WAYS}
    schema = {"type": "object", "properties": {"hard": hard, "easy": {}}}
    assert sample(schema) == {"easy": "easy"}


def test_levels_that_need_not_be_there_end_somewhere() -> None:
    found = sample(HOSTILE["500 optional levels"])
    assert 5 < json.dumps(found).count("a") < 50


def test_the_answer_does_not_depend_on_the_depth_of_the_stack() -> None:
    schema = nested(220, lambda inner: {"allOf": [inner]}, {})

    def deeper(levels: int) -> Any:
        return deeper(levels - 1) if levels else attempt(schema)

    assert deeper(400) == deeper(0)


def test_nothing_is_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/schema.json"
        for schema in ({"$ref": address}, {"$schema": address}, {"$id": address}):
            _, said = attempt({"properties": {"a": schema}, **schema})
            assert not said or address in said
        with pytest.raises(BlockingIOError):
            server.accept()


# --- Flaws ---------------------------------------------------------------------------

FLAWS: dict[str, tuple[Schema, str]] = {
    "type": (
        {"properties": {"a": {"type": "strin"}}},
        "$.properties.a.type: 'strin' is no type, nor a list of different ones",
    ),
    "types": ({"type": ["string"] * 2}, "$.type: ['string', 'string'] is no type"),
    "bound": ({"items": {"minLength": -1}}, "$.items.minLength: -1 is less than"),
    "required": ({"required": "a"}, "$.required: 'a' is not of type 'array'"),
    "part": ({"anyOf": [{}, 3]}, "$.anyOf[1]: 3 is not of type 'object', 'boolean'"),
    "empty": ({"anyOf": []}, "$.anyOf: []"),
    "odd key": (
        {"properties": {"a b": {"enum": 1}}},
        "$.properties['a b'].enum: 1 is not of type 'array'",
    ),
    "pattern": (
        {"pattern": "a("},
        "$.pattern: 'a(' is no regular expression for Python: missing )",
    ),
    "name pattern": (
        {"patternProperties": {"[": {}}},
        "$.patternProperties: '[' is no",
    ),
    "long pattern": ({"pattern": "a" * 3000}, "$.pattern: 'aaa"),
    "many": ({"required": [str(n) for n in range(50_000)]}, "$: this schema is too"),
    "large": ({"items": {"prefixItems": [{}] * 5000}}, "$.items.prefixItems["),
    "deep": ({"type": nested(100_000, lambda inner: [inner], 1)}, "$: is nested too"),
    "old": ({"items": [{}]}, "$.items: [{}] is not of type 'object', 'boolean'"),
    "text": ("a", "$: 'a' is not of type 'object', 'boolean'"),
    "null": (None, "$: None is not of type 'object', 'boolean'"),
}


@pytest.mark.parametrize("title", FLAWS)
def test_a_flaw_is_named_by_its_place(title: str) -> None:
    schema, said = FLAWS[title]
    found = flaw(schema)
    assert found is not None
    assert found.startswith(said)
    assert len(found) < 500


KEYWORDS = sorted(
    {"type", "required", "$defs", "if", "$ref", "$id", "pattern", "dependentRequired"}
    | {"properties", "items", "allOf", "minLength", "multipleOf", "enum", "$anchor"}
)


@settings(derandomize=True, database=None, max_examples=12)
@given(schemas(), st.sampled_from(KEYWORDS), any_json(), st.booleans())
def test_flaws_are_those_that_the_library_finds(
    schema: Schema, keyword: str, value: Any, inside: bool
) -> None:
    spoilt = (
        {**schema, "not": {keyword: value}} if inside else {**schema, keyword: value}
    )
    # What a number beyond all limits is depends on how it is written.
    assume(not any(isinstance(each, int) and abs(each) > 2**70 for each in [value]))
    try:
        Draft202012Validator.check_schema(
            spoilt, format_checker=FormatChecker(["regex"])
        )
    except SchemaError:
        assert (flaw(spoilt) or "").startswith("$")
    else:
        assert flaw(spoilt) is None


@settings(derandomize=True, database=None, max_examples=25)
@given(any_json())
def test_no_value_at_all_makes_it_fail(value: Any) -> None:
    assert flaw(value) is None or isinstance(flaw(value), str)
    assert_plain(attempt(value)[0])


# --- Patterns ------------------------------------------------------------------------

WRITTEN = {
    r"^\+?[1-9]\d{1,14}$": "11",
    r"^#(?:[0-9a-fA-F]{3}){1,2}$": "#abc",
    r"^\d\d\d-[A-Z][A-Z]$": "123-AB",
    r"^(red|green|blue)$": "red",
    r"^v\d+\.\d+\.\d+(?:-rc\.\d+)?$": "v1.1.1",
    r"^[\w.+-]+@[\w-]+\.[a-z]{2,}$": "a@a.ab",
    r"^https?://.+": "http://a",
    r"^\$?\d{1,3}(,\d{3})*(\.\d{2})?$": "1",
    r"^(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])$": "1234-01",
    r"^[^\x00-\x7f]{2}$": "\u00a1\u00a2",
    r"^\u0041[\u0042]\x43\t$": "ABC\t",
    r"\bword\b": "word",
    r"^[]a-]{3}$": "aaa",
    r"(?i)^abc$": "abc",
    r"^\d*$": "1",
    r"^$": "",
}


@pytest.mark.parametrize("pattern", WRITTEN)
def test_a_pattern_is_written_out(pattern: str) -> None:
    found = sample({"type": "string", "pattern": pattern}, name="?!")
    assert re.search(pattern, found)
    if pattern != r"^[]a-]{3}$":
        assert found == WRITTEN[pattern]


@st.composite
def patterns(draw: st.DrawFn, *, asserting: bool) -> str:
    """Draw patterns of all that is in scope, on demand without assertions."""
    atoms = [*"ab1 .", "[ab]", "[^a]", "[a-c1]", "[]a]", "[[a]", "[a&&b]", "[!--]"]
    atoms += [r"\d", r"\w", r"\.", r"\x61", r"\u0062", r"[\d-]"]
    groups = ["({})", "(?:{})", "(?P<n>{})"]
    if asserting:
        atoms += ["^", "$", r"\b", r"\B"]
        groups += ["(?={})", "(?!{})", "(?<=a|1)"]
    counts = st.sampled_from(["", "", *"*+?", "{2}", "{1,}", "{,2}", "{0,3}?", "*?"])

    def more(inner: SearchStrategy[str]) -> SearchStrategy[str]:
        grouped = st.builds(
            lambda group, body, count: group.replace("{}", body) + count,
            st.sampled_from(groups),
            inner,
            counts,
        )
        rows = st.lists(inner | grouped, min_size=1, max_size=3).map("".join)
        return rows | st.lists(inner, min_size=2, max_size=3).map("|".join)

    single = st.builds(lambda atom, count: atom + count, st.sampled_from(atoms), counts)
    return draw(st.recursive(single, more, max_leaves=5))


@settings(derandomize=True, database=None, max_examples=20)
@given(patterns(asserting=True), st.text("ab1c -.[&!\n", max_size=6))
def test_matching_agrees_with_the_standard_library(pattern: str, text: str) -> None:
    try:
        compiled = re.compile(_patterns.quiet(pattern))
        expected = compiled.search(text) is not None
        assert _patterns.matches(pattern, text, lambda _: None) is expected
    except (re.error, _patterns.PatternError):
        with pytest.raises(_patterns.PatternError):
            _patterns.matches(pattern, text, lambda _: None)


@pytest.mark.filterwarnings("ignore:Possible")
@settings(derandomize=True, database=None, max_examples=30)
@given(st.text(r"[]^-&|~ab\d", max_size=8), st.text(r"[]^-&|~abd", max_size=3))
def test_a_quiet_pattern_means_the_same(pattern: str, text: str) -> None:
    try:
        expected = re.search(pattern, text)
    except re.error:
        assume(False)
    else:
        found = re.search(_patterns.quiet(pattern), text)
        assert (found and found.span()) == (expected and expected.span())


@settings(derandomize=True, database=None, max_examples=15)
@given(patterns(asserting=False))
def test_a_string_is_found_for_a_pattern(pattern: str) -> None:
    schema = {"type": "string", "pattern": f"^(?:{pattern})$"}
    assume(flaw(schema) is None)
    assert re.search(_patterns.quiet(schema["pattern"]), sample(schema))
