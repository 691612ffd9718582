"""Reading takes every object of JSON, loses nothing and tells variants apart."""

from __future__ import annotations

import copy
import math
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from assistants_api import UNSET, models
from harness.contract.document import (
    CLASSES,
    PREFIX,
    SCHEMAS,
    is_unixtime,
    model,
    python_name,
)
from harness.contract.drawn import drawn, examples
from harness.contract.each import for_each
from harness.contract.instances import (
    any_json,
    edited,
    edits,
    same,
    samples,
    spoilt,
)
from harness.contract.reading import assert_read, construct
from harness.contract.validity import is_valid
from tests.cases import each_case, some

each_class = for_each(CLASSES)
TIMES = [
    (name, key)
    for name in CLASSES
    for key, schema in SCHEMAS[name]["properties"].items()
    if is_unixtime(schema)
]
ANYTHING: list[Any] = [
    *(None, True, 0, 1, -1.5, 10**400, math.nan, "", "text", "\ud800"),
    *([], [None], ["a", {"type": "x"}], [[{}]], {}, {"type": None}, {"": {"": []}}),
]
NONSENSE = [
    *(-1e300, 1e300, 10**20, -(10**20), 10**400, 2**63, -(2**63), -62135596801),
    *(math.nan, math.inf, -math.inf),
    *("", "soon", "1700000000", "2024-01-01T00:00:00Z", [], [1], {}, {"a": 1}),
    *(True, False),
]


@for_each(SCHEMAS)
def test_our_own_instances_are_valid(name: str) -> None:
    """Prove the generator of this test's values, by a validator that isn't ours."""
    for value in some(samples(name)):
        assert is_valid(value, name), value


@each_class
def test_values_are_read_as_documented_and_come_back(name: str) -> None:
    for value, changes in some(drawn(edited, name, number=5)):
        before = copy.deepcopy(value)
        found = model(name).from_dict(value)
        assert_read(found, value, {"$ref": f"{PREFIX}{name}"})
        assert same(found.to_dict(), before)
        assert same(value, before)

        for change in changes:
            change.apply(value)
        before = copy.deepcopy(value)
        found = model(name).from_dict(value)
        assert type(found) is model(name)
        assert same(found.to_dict(), before)
        assert same(value, before)


@each_class
def test_values_of_any_type_come_back_in_every_property(name: str) -> None:
    for key in [*SCHEMAS[name]["properties"], "additional_properties", "", "x-new"]:
        for value in ANYTHING:
            data = {key: copy.deepcopy(value)}
            assert same(model(name).from_dict(data).to_dict(), {key: value})


@each_class
def test_absent_and_null_stay_apart(name: str) -> None:
    """Null every property, and leave each one out, one at a time."""
    class_ = model(name)
    nulls = dict.fromkeys(SCHEMAS[name]["properties"])
    assert class_.from_dict(nulls).to_dict() == nulls
    assert class_.from_dict({}).to_dict() == {}
    for key in nulls:
        rest = {other: None for other in nulls if other != key}
        found = class_.from_dict(rest)
        assert getattr(found, python_name(key)) is None
        assert not found.is_set(key)
        assert found.is_set(next(iter(rest), "")) == bool(rest)
        assert found.to_dict() == rest
        assert found != class_.from_dict(nulls)


@each_class
def test_unknown_properties_are_kept_apart(name: str) -> None:
    unknown = {"x_new": [1, {"deep": None}], "from_dict": 1, "__class__": "Model"}
    found = model(name).from_dict({**samples(name)[0], **unknown})
    assert found.additional_properties == unknown
    assert same(found.to_dict(), {**samples(name)[0], **unknown})


def test_values_may_be_deep() -> None:
    """Go deeper than Python's own recursion does."""
    deep: list[Any] = []
    for _ in range(5000):
        deep = [{"deep": deep}]
    written = model("FunctionObject").from_dict({"name": "f", "x_new": deep}).to_dict()
    levels, found = 0, written["x_new"]
    while found:
        assert found is not deep
        levels, found, deep = levels + 1, found[0]["deep"], deep[0]["deep"]
    assert levels == 5000


def test_values_that_contain_themselves_are_a_clear_error() -> None:
    endless: dict[str, Any] = {}
    endless["self"] = endless
    with pytest.raises(ValueError, match="itself"):
        model("FunctionObject")(name="f", parameters=endless).to_dict()


@each_class
def test_written_data_is_all_new(name: str) -> None:
    """Change what was written, everywhere, and see the model stay as it was."""
    value = {**copy.deepcopy(samples(name)[0]), "x_new": {"deep": [1]}}
    found = model(name).from_dict(value)
    _deface(found.to_dict())
    assert same(found.to_dict(), value)


@each_class
def test_models_made_by_keyword_equal_those_read(name: str) -> None:
    for value in some(samples(name)):
        made = construct({"$ref": f"{PREFIX}{name}"}, value)
        assert same(made.to_dict(), value)
        assert made == model(name).from_dict(value)


@each_class
def test_copies_are_equal(name: str) -> None:
    for value in some(samples(name)):
        value = {**value, "x_new": [None]}
        found = model(name).from_dict(value)
        for again in (
            model(name).from_dict(copy.deepcopy(value)),
            copy.copy(found),
            copy.deepcopy(found),
            *(pickle.loads(pickle.dumps(found, protocol)) for protocol in (2, 5)),
        ):
            assert type(again) is model(name)
            assert again is not found
            assert again == found
            assert (again != found) is False
            assert same(again.to_dict(), value)
            for key in some(SCHEMAS[name]["properties"]):
                assert again.is_set(key) == (key in value)
        assert found != model(name).from_dict({**value, "x_new": [0]})
        assert found != value


@each_class
def test_deep_copies_are_independent(name: str) -> None:
    value = samples(name)[0]
    found = model(name).from_dict({**value, "x_new": {"deep": [1]}})
    independent = copy.deepcopy(found)
    independent.additional_properties["x_new"]["deep"].append(2)
    assert found.additional_properties == {"x_new": {"deep": [1]}}


def test_unset_is_one_object() -> None:
    assert copy.copy(UNSET) is UNSET
    assert copy.deepcopy(UNSET) is UNSET
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET
    assert not UNSET
    assert repr(UNSET) == "UNSET"


@each_case(("name", "key"), TIMES, ids=map("-".join, TIMES))
def test_times_are_aware_datetimes(name: str, key: str) -> None:
    attribute = f"{python_name(key)}_datetime"
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    for seconds in (0, 1, 1_700_000_000, 1_700_000_000.5, -1, 4_102_444_800):
        found = getattr(model(name).from_dict({key: seconds}), attribute)
        assert found.tzinfo is not None
        assert found == epoch + timedelta(seconds=seconds)
        assert same(model(name).from_dict({key: seconds}).to_dict(), {key: seconds})
    # Servers in the wild count milliseconds.
    found = getattr(model(name).from_dict({key: 1_700_000_000_123}), attribute)
    assert found == epoch + timedelta(milliseconds=1_700_000_000_123)
    assert getattr(model(name).from_dict({}), attribute) is None
    assert getattr(model(name).from_dict({key: None}), attribute) is None


@each_case(("name", "key"), TIMES, ids=map("-".join, TIMES))
def test_times_that_are_none_never_raise(name: str, key: str) -> None:
    attribute = f"{python_name(key)}_datetime"
    for value in NONSENSE:
        found = model(name).from_dict({key: value})
        assert getattr(found, attribute) is None, value
        assert same(found.to_dict(), {key: value})


@examples(60)
@given(any_json())
def test_times_never_raise(value: Any) -> None:
    name, key = TIMES[0]
    found = getattr(model(name).from_dict({key: value}), f"{python_name(key)}_datetime")
    assert found is None or found.tzinfo is not None


@examples(40)
@given(spoilt("RunObject"), edits())
def test_equality_is_that_of_the_data(value: dict[str, Any], changes: Any) -> None:
    other = copy.deepcopy(value)
    for change in changes:
        change.apply(other)
    left, right = map(model("RunObject").from_dict, (value, other))
    assert (left == right) == (value == other)


def _deface(node: Any) -> None:
    if isinstance(node, dict):
        for value in node.values():
            _deface(value)
        node.clear()
        node["defaced"] = True
    elif isinstance(node, list):
        for value in node:
            _deface(value)
        node.append("defaced")


def test_a_class_made_of_a_model_may_have_slots_of_its_own() -> None:
    class Mine(models.RunObject):
        __slots__ = ("mine",)
        mine: str

    data = {"id": "run_1", "status": "queued", "unknown": [1]}
    read = Mine.from_dict(data)
    read.mine = "kept apart"
    assert read.to_dict() == data
    assert repr(read) == repr(models.RunObject.from_dict(data)).replace(
        "RunObject", "Mine", 1
    )


def test_a_constant_that_was_read_is_kept_once() -> None:
    sent = [{"type": word.decode()} for word in (b"code_interpreter",) * 2]
    assert sent[0]["type"] is not sent[1]["type"]
    first, second = map(models.AssistantToolsCode.from_dict, sent)
    assert first.type is second.type


@pytest.mark.parametrize("value", ["another", None, 1, ["code_interpreter"], {}])
def test_what_is_sent_in_place_of_a_constant_stays_as_it_came(value: Any) -> None:
    read: Any = models.AssistantToolsCode.from_dict({"type": value})
    assert read.type is value
