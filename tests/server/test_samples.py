"""Samples: values for JSON schemas, judged by jsonschema itself."""

from __future__ import annotations

import copy
import ipaddress
import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from assistants_server.samples import flaw, sample
from harness.contract.instances import same
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Callable

from tests.server.schemas import (
    Schema,
    assert_plain,
    attempt,
    fits,
    plain_schemas,
    schemas,
    values,
)
from tests.server.typical_schemas import TYPICAL


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


@each_case("name", READERS)
def test_samples_are_of_their_format_and_can_differ(name: str) -> None:
    one = {"type": "string", "format": name}
    schema = {"type": "array", "items": one, "minItems": 20, "uniqueItems": True}
    for value in sample(schema):
        assert READERS[name](value)
        known = Draft202012Validator.FORMAT_CHECKER
        assert Draft202012Validator(one, format_checker=known).is_valid(value)


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
