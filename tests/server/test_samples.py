"""Samples: likely values for JSON schemas, judged by jsonschema itself."""

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
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from assistants_server.contract.patterns import match_cost
from assistants_server.engines.samples import sample
from harness.contract.instances import same
from tests.cases import each_case, some
from tests.server.hostile_schemas import HOSTILE, IMPOSSIBLE
from tests.server.schemas import SCHEMAS, Schema, fits
from tests.server.typical_schemas import TYPICAL

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.storeless


@each_case("title", TYPICAL)
def test_typical_schema_has_a_readable_sample(title: str) -> None:
    schema, expected = TYPICAL[title]
    found = sample(schema)
    assert same(found, expected)
    assert list(found) == list(expected) or not isinstance(found, dict)
    assert fits(found, schema)


def test_name_is_the_text_outside_of_any_property() -> None:
    assert sample({"type": "string"}, name="city") == "city"
    assert sample({"items": {"type": "string"}}, name="city") == ["city"]
    assert sample({"properties": {"a": {}}}, name="city") == {"a": "a"}


def test_sample_is_a_copy_and_leaves_the_schema_alone() -> None:
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
def test_samples_are_of_their_format_and_differ(name: str) -> None:
    one = {"type": "string", "format": name}
    schema = {"type": "array", "items": one, "minItems": 20, "uniqueItems": True}
    known = Draft202012Validator.FORMAT_CHECKER
    for value in some(sample(schema)):
        assert READERS[name](value)
        assert Draft202012Validator(one, format_checker=known).is_valid(value)


PATTERNS = {
    r"^\+?[1-9]\d{1,14}$": "11",
    r"^#(?:[0-9a-fA-F]{3}){1,2}$": "#aaa",
    r"^\d\d\d-[A-Z][A-Z]$": "111-AA",
    r"^(red|green|blue)$": "red",
    r"^v\d+\.\d+\.\d+(?:-rc\.\d+)?$": "v1.1.1",
    r"^[\w.+-]+@[\w-]+\.[a-z]{2,}$": "a@a.aa",
    r"^https?://.+": "http://a",
    r"^\$?\d{1,3}(,\d{3})*(\.\d{2})?$": "1,111",
    r"^(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])$": "1111-01",
    r"^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])(?=.*[!@#])(?!.*_).{8,}$": "Abcd1234!",
    r"(?i)^abc$": "abc",
    r"^\d*$": "1",
    r"^$": "",
}


@each_case("pattern", PATTERNS)
def test_pattern_has_a_likely_text(pattern: str) -> None:
    found = sample({"type": "string", "pattern": pattern}, name="?!")
    assert found == PATTERNS[pattern]
    assert re.search(pattern, found)


@settings(derandomize=True, database=None, max_examples=60)
@given(SCHEMAS)
def test_sample_fits_or_is_empty(schema: Schema) -> None:
    found = sample(schema)
    assert found == {} or fits(found, schema)
    assert same(json.loads(json.dumps(found, allow_nan=False)), found)
    assert same(sample(json.loads(json.dumps(schema))), found)


@pytest.mark.parametrize("title", IMPOSSIBLE)
def test_nothing_fits_and_the_log_says_so(
    title: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert sample(IMPOSSIBLE[title], name="tide") == {}
    (said,) = caplog.messages
    assert said == "no value was found that fits the schema of tide; {} is used"


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_schema_gets_a_quick_answer(title: str) -> None:
    """Without bounds, most of these would take hours, or all memory."""
    found = sample(HOSTILE[title])
    assert len(json.dumps(found)) <= 100_000


COSTLY = {
    "^(a+)+$": 40,
    "^(a|a)*b$": 40,
    "(a?){1000}a{1000}": 30,
    "(x+x+)+y": 40,
    "a*" * 20 + "b": 40,
    "(a|aa)" * 30: 40,
    "(|)" * 30 + "b": 1,
    "((a*)b?)*c": 40,
    "(?:a{1,50}){1,50}b": 40,
}


@each_case("pattern", COSTLY)
def test_costly_pattern_is_known_as_such(pattern: str) -> None:
    assert match_cost(pattern, "a" * COSTLY[pattern]) > 100_000


def test_optional_property_that_takes_too_long_is_left_out() -> None:
    hard = HOSTILE["2 ** 40 ways"]
    assert sample({"properties": {"hard": hard}, "required": []}) == {}


def test_nothing_is_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/schema.json"
        for schema in ({"$ref": address}, {"$schema": address}, {"$id": address}):
            sample({"properties": {"a": schema}, **schema})
        with pytest.raises(BlockingIOError):
            server.accept()


def test_threads_do_not_disturb_each_other() -> None:
    table = list(TYPICAL.values()) * 4
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(sample, (schema for schema, _ in table)))
    assert found == [expected for _, expected in table]
