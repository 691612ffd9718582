"""Schemas as people write them, and what a sample of each is."""

from __future__ import annotations

from typing import Any

from tests.server.schemas import Schema

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
            "zip": "11111",
            "sku": "AAA-1111",
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
            "with": [7, "with"],
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
            "address": {"street": "street", "zip": "11111"},
            "colour": "green",
            "others": [{"street": "street", "zip": "11111"}],
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
