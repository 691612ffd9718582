"""Schemas for the tests of samples: made up, nested, and judged by jsonschema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

Schema = Any
NAMES = st.sampled_from(["a", "b", "city", "x-1", "kind"])
PATTERNS = st.sampled_from(["^[a-z]+$", "^x-", r"\d", "^.{0,12}$", "^(foo|ba[rz])$"])
SMALL = st.integers(0, 3)


def fits(value: Any, schema: Schema) -> bool:
    """Return whether a value fits, by the library alone."""
    return Draft202012Validator(schema, registry=Registry()).is_valid(value)


def nested(times: int, around: Callable[[Schema], Schema], schema: Schema) -> Schema:
    """Return a schema inside others, as many levels deep as said."""
    for _ in range(times):
        schema = around(schema)
    return schema


def _with(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    several = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(NAMES, inner, min_size=1, max_size=2)
    keywords: dict[str, st.SearchStrategy[Any]] = {
        "$ref": st.sampled_from(["#", "#/$defs/a", "#/$defs/b"]),
        "additionalProperties": st.booleans() | inner,
        "allOf": several,
        "anyOf": several,
        "contains": inner,
        "dependentRequired": st.just({"a": ["b"], "kind": ["city"]}),
        "if": inner,
        "items": inner,
        "minItems": SMALL,
        "minProperties": SMALL,
        "not": inner,
        "oneOf": several,
        "patternProperties": st.dictionaries(PATTERNS, inner, max_size=1),
        "prefixItems": several,
        "properties": named,
        "propertyNames": st.fixed_dictionaries({"pattern": PATTERNS}),
        "required": st.lists(NAMES, max_size=2),
        "then": inner,
        "unevaluatedProperties": st.just(False),
        "uniqueItems": st.just(True),
    }
    return st.fixed_dictionaries({}, optional=keywords).map(_few)


def _few(schema: dict[str, Any]) -> Schema:
    """Keep few of many keywords, so that not everything contradicts everything."""
    return dict(list(schema.items())[:: max(1, len(schema) // 3)])


PLAIN: st.SearchStrategy[Schema] = st.one_of(
    st.builds(
        lambda least, most: {"type": "integer", "minimum": least, "maximum": most},
        st.integers(-9, 9),
        st.integers(0, 99),
    ),
    st.builds(lambda least: {"type": "string", "minLength": least}, SMALL),
    st.builds(lambda pattern: {"type": "string", "pattern": pattern}, PATTERNS),
    st.sampled_from(
        [
            *({}, True, False, {"type": ["null", "boolean"]}, {"enum": ["a", 1, None]}),
            *({"const": {"a": [1]}}, {"default": 3}, {"type": "number"}),
            *({"type": "array"}, {"type": "object"}, {"format": "date"}),
        ]
    ),
)
SCHEMAS: st.SearchStrategy[Schema] = st.builds(
    lambda root, a, b: root | {"$defs": {"a": a, "b": b}},
    _with(_with(PLAIN) | PLAIN),
    _with(PLAIN),
    PLAIN,
)
"""Schemas of all kinds, with references; nothing may fit them."""
