"""Schemas that nothing fits, and those that are meant to take for ever."""

from __future__ import annotations

from tests.server.schemas import Schema, nested

IMPOSSIBLE: dict[str, Schema] = {
    "false": False,
    "contradiction": {
        "properties": {"a": {"type": "integer", "minimum": 5, "maximum": 4}},
        "required": ["a"],
        "type": "object",
    },
    "types": {"allOf": [{"type": "string"}, {"type": "array"}]},
    "empty enum": {"enum": []},
    "endless": {
        "type": "object",
        "properties": {"a": {"$ref": "#"}},
        "required": ["a"],
    },
    "circle": {"$ref": "#"},
    "a reference to no schema": {"$ref": "#/x", "x": {"allOf": 5, "minimum": "a"}},
    "nowhere": {"$ref": "#/$defs/a"},
    "far away": {"$ref": "https://example.com/a"},
    "long": {"type": "string", "minLength": 10**6},
    "many": {"type": "array", "minItems": 10**6},
    "wide": {"type": "object", "minProperties": 10**6},
    "deep": nested(
        99,
        lambda one: {"type": "object", "required": ["a"], "properties": {"a": one}},
        {},
    ),
    "back-reference": {"type": "string", "pattern": r"^(xy|yx)\1$"},
    "no schema": [],
}
"""Schemas for which no value is found."""
LONG = "a" * 60 + "!"


CATASTROPHE = "^(a+)+$"


HOSTILE: dict[str, Schema] = {
    "arrays of arrays": nested(
        4, lambda inner: {"type": "array", "minItems": 400, "items": inner}, {}
    ),
    "2 ** 7 ways": nested(
        7, lambda inner: {"anyOf": [inner, inner]}, {"type": "integer", "enum": []}
    ),
    "2 ** 40 ways": {
        "type": "integer",
        "multipleOf": 7,
        "allOf": [
            {"anyOf": [{"minimum": each}, {"maximum": -each}]} for each in range(1, 40)
        ],
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
    "1500 anchors": {
        "type": "object",
        "properties": {f"p{n}": {"$ref": f"#a{n}"} for n in range(1500)},
        "$defs": {f"d{n}": {"$anchor": f"a{n}"} for n in range(1500)},
    },
    "45 optional levels": nested(45, lambda inner: {"properties": {"a": inner}}, {}),
    "45 levels": nested(
        45, lambda inner: {"properties": {"a": inner}, "required": ["a"]}, {}
    ),
    "45 levels of allOf": nested(45, lambda inner: {"allOf": [inner]}, {}),
    "45 levels of not": nested(45, lambda inner: {"not": inner}, {}),
    "45 levels of items": nested(45, lambda inner: {"items": inner}, {}),
    "deep, and without a meaning": {
        "dependencies": nested(45, lambda inner: {"items": inner}, {})
    },
    "deep default": {"default": nested(90, lambda inner: [inner], 1)},
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
