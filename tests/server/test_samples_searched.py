"""Samples of schemas whose parts contradict each other, for which one has to search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistants_server.samples import sample

if TYPE_CHECKING:
    pass
from tests.server.schemas import WAYS, Schema, fits

NODE = {"properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}


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
