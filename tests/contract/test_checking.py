"""`check` names every deviation from the document by its place, and no other."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

from assistants_api.checking import check, check_json
from harness.contract.checks import broken, full
from harness.contract.document import (
    CLASSES,
    OTHER,
    PREFIX,
    SCHEMAS,
    UNIONS,
    model,
    told_apart,
)
from harness.contract.drawn import drawn
from harness.contract.each import for_each
from harness.contract.instances import same, samples, spoilt
from harness.contract.validity import is_valid
from tests.cases import each_case, some

each_schema = for_each(SCHEMAS)


@each_schema
def test_valid_values_have_no_deviations(name: str) -> None:
    schema = {"$ref": f"{PREFIX}{name}"}
    for value in [*samples(name), full(schema), full(schema, last=True)]:
        if OTHER and not is_valid(value, name):
            # With everything in it, it may fit alternatives that overlap.
            continue
        assert is_valid(value, name)
        before = copy.deepcopy(value)
        assert check(value, name) == []
        assert same(value, before)


@for_each(CLASSES)
def test_models_are_checked_like_their_data(name: str) -> None:
    for value in samples(name):
        assert check(model(name).from_dict(value), name) == []
    for each in broken(name):
        if isinstance(each.value, dict):
            found = check(model(name).from_dict(each.value), name)
            assert found == check(each.value, name)
            assert found == check_json(each.value, name)


@each_schema
def test_each_broken_rule_is_named_with_its_place(name: str) -> None:
    rules = list(broken(name))
    assert rules
    for each in rules:
        assert not is_valid(each.value, name), f"not broken: {each}"
        found = check(each.value, name)
        paths = [deviation.path for deviation in found]
        assert each.path in paths, f"{each}: {found}"
        assert set(paths) == {each.path}, f"{each}: {found}"
        assert all(deviation.message for deviation in found)


@for_each([name for name in UNIONS if told_apart(name)])
def test_an_unknown_variant_is_named_by_what_tells_it_apart(name: str) -> None:
    """And not by what some other variant has."""
    apart = told_apart(name)
    assert apart is not None
    key, classes = apart
    for class_ in some(classes.values()):
        value = {**full(SCHEMAS[class_]), key: "x_new"}
        assert [each.path for each in check(value, name)] == [f"$.{key}"]


@pytest.mark.parametrize(
    "number",
    [10**400, -(10**400), 1e308, math.inf, math.nan],
    ids=["huge", "minus huge", "large", "infinite", "nan"],
)
def test_numbers_out_of_all_bounds_are_judged_too(number: float) -> None:
    for key in ("temperature", "assistant_id"):
        value = {"assistant_id": "a", key: number}
        found = check(value, "CreateRunRequest")
        assert [each.path for each in found] == [f"$.{key}"]


def test_whole_numbers_have_no_largest() -> None:
    for number in (10**400, 256.0):
        value = {"assistant_id": "a", "max_prompt_tokens": number}
        assert check(value, "CreateRunRequest") == []
    assert check({"deep": [10**400, -(10**400)]}, "FunctionParameters") == []


@each_case(
    ("name", "path", "change"),
    [
        ("RunObject", "$.required_action.submit_tool_outputs.tool_calls[0].id", 1),
        ("RunObject", "$.tools[0].type", "x_new"),
        ("RunObject", "$.metadata.key", 5),
        ("ListRunsResponse", "$.data[0].usage.total_tokens", "many"),
        ("CreateRunRequest", "$.additional_messages[0].role", "x_new"),
        ("CreateThreadAndRunRequest", "$.thread.messages[0].x_new", None),
        ("AssistantStreamEvent", "$.data.object", "x_new"),
        ("RunStepObject", "$.step_details.message_creation.message_id", None),
    ],
)
def test_deep_places_are_named(name: str, path: str, change: Any) -> None:
    value = full({"$ref": f"{PREFIX}{name}"})
    node, keys = value, path.removeprefix("$.").replace("[0]", ".0").split(".")
    steps = [int(key) if key.isdigit() else key for key in keys]
    for step in steps[:-1]:
        node = node[step]
    node[steps[-1]] = change
    assert [deviation.path for deviation in check(value, name)] == [path]


def test_several_deviations_are_all_named() -> None:
    value = {"id": 1, "object": "assistant.deleted", "extra": 1}
    found = check(value, "DeleteAssistantResponse")
    assert sorted(each.path for each in found) == ["$.deleted", "$.id"]


def test_a_deviation_reads_well() -> None:
    (found,) = check({**full(SCHEMAS["Error"]), "type": 7}, "Error")
    assert found.path == "$.type"
    assert "string" in found.message
    assert "7" in found.message


@pytest.mark.parametrize(
    ("name", "value", "deviation"),
    [
        (
            "CreateMessageRequest",
            {"role": "user", "content": None},
            "$.content: expected string or array, found None",
        ),
        (
            "CreateVectorStoreFileRequest",
            {"file_id": "f", "attributes": {"a": []}},
            "$.attributes.a: expected string or number or boolean, found []",
        ),
        # A value of one of the types is judged by what that type may be.
        (
            "CreateMessageRequest",
            {"role": "user", "content": []},
            "$.content: expected at least 1 items, found 0",
        ),
        # One that is null or a type is of that type.
        (
            "CreateRunRequest",
            {"assistant_id": "a", "truncation_strategy": 5},
            "$.truncation_strategy: expected object, found 5",
        ),
    ],
)
def test_all_types_are_named_that_a_value_may_have(
    name: str, value: Any, deviation: str
) -> None:
    assert [*map(str, check(value, name))] == [deviation]


def test_a_union_is_judged_by_the_variant_that_a_constant_names() -> None:
    value = {"model": "m", "response_format": {"type": "json_schema"}}
    (found,) = check(value, "CreateAssistantRequest")
    assert found.path == "$.response_format.json_schema"
    assert found.message == "is required, but missing"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"vector_store_ids": ["v"], "vector_stores": [{}]},
            "takes only one of vector_store_ids or vector_stores",
        ),
        ({}, "needs one of vector_store_ids or vector_stores"),
    ],
)
def test_properties_that_exclude_each_other_are_named(given: Any, message: str) -> None:
    value = {"tool_resources": {"file_search": given}}
    (found,) = check(value, "CreateThreadRequest")
    assert found == ("$.tool_resources.file_search", message)


def test_an_unknown_schema_is_a_clear_error() -> None:
    with pytest.raises((KeyError, ValueError), match="NoSuchSchema"):
        check({}, "NoSuchSchema")


@for_each([*CLASSES, *UNIONS])
def test_it_agrees_with_a_validator_that_is_not_ours(name: str) -> None:
    """Judge spoilt values as jsonschema does."""

    for value in some(drawn(spoilt, name, number=5)):
        found = check(value, name)
        assert (found == []) == is_valid(value, name), (value, found)
        assert all(each.path.startswith("$") for each in found), (value, found)
