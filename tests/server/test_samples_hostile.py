"""Schemas that nothing fits, and those that are meant to take for ever."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import _searching
from assistants_server.samples import NoSampleError, flaw, sample

if TYPE_CHECKING:
    pass
from tests.server.schemas import WAYS, Schema, assert_plain, attempt, nested

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
    "250 levels of allOf": nested(250, lambda inner: {"allOf": [inner]}, {}),
    "250 levels of not": nested(250, lambda inner: {"not": inner}, {}),
    "250 levels of items": nested(250, lambda inner: {"items": inner}, {}),
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
