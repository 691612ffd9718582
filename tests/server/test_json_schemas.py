"""What is wrong with a schema is named by its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from assistants_server.contract.json_schemas import schema_error
from harness.contract.instances import any_json
from tests.cases import each_case
from tests.server.hostile_schemas import HOSTILE
from tests.server.schemas import SCHEMAS, Schema, nested

pytestmark = pytest.mark.storeless

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
    "many": (
        {"required": [str(n) for n in range(50_000)]},
        "$: this schema is too large",
    ),
    "large": ({"items": {"prefixItems": [{}] * 20_000}}, "$: this schema is too large"),
    "too deep": (
        nested(400, lambda inner: {"items": inner}, {}),
        "$: this schema is nested",
    ),
    "far too deep": (
        {"type": nested(100_000, lambda inner: [inner], 1)},
        "$: this schema is too large",
    ),
    "old": ({"items": [{}]}, "$.items: [{}] is not of type 'object', 'boolean'"),
    "text": ("a", "$: 'a' is not of type 'object', 'boolean'"),
    "null": (None, "$: None is not of type 'object', 'boolean'"),
}


@each_case("title", FLAWS)
def test_a_flaw_is_named_by_its_place(title: str) -> None:
    schema, said = FLAWS[title]
    found = schema_error(schema)
    assert found is not None
    assert found.startswith(said)
    assert len(found) < 500


METASCHEMA = Draft202012Validator(
    Draft202012Validator.META_SCHEMA, format_checker=FormatChecker(["regex"])
)
KEYWORDS = sorted(
    {"type", "required", "$defs", "if", "$ref", "$id", "pattern", "dependentRequired"}
    | {"properties", "items", "allOf", "minLength", "multipleOf", "enum", "$anchor"}
)


@settings(derandomize=True, database=None, max_examples=12)
@given(SCHEMAS, st.sampled_from(KEYWORDS), any_json(), st.booleans())
def test_flaws_are_those_that_the_library_finds(
    schema: Schema, keyword: str, value: Any, inside: bool
) -> None:
    spoilt = (
        {**schema, "not": {keyword: value}} if inside else {**schema, keyword: value}
    )
    # What a number beyond all limits is depends on how it is written.
    assume(not any(isinstance(each, int) and abs(each) > 2**70 for each in [value]))
    error = next(METASCHEMA.iter_errors(spoilt), None)
    if error is None:
        assert schema_error(spoilt) is None
    else:
        assert (schema_error(spoilt) or "").startswith(f"{error.json_path}: ")


@settings(derandomize=True, database=None, max_examples=25)
@given(any_json())
def test_no_value_at_all_makes_it_fail(value: Any) -> None:
    assert schema_error(value) is None or isinstance(schema_error(value), str)


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_schema_is_read_quickly(title: str) -> None:
    assert schema_error(HOSTILE[title]) is None
