"""Repairs are applied as the Overlay format says, and leave their input alone."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from codegen import overlay
from codegen.errors import SpecError
from tests.cases import each_case, some
from tests.codegen.specs import TEXT, obj, pinned, ref
from tests.codegen.zoo import zoo

OURS = overlay.load()


def applied(document: Any, *actions: Any) -> Any:
    """Apply actions; return the document, and see that nothing else has changed."""
    repairs = {"overlay": "1.0.0", "actions": list(actions)}
    before = copy.deepcopy((document, repairs))
    result = overlay.apply(document, repairs)
    assert (document, repairs) == before
    return result.document


def unused(document: Any, *targets: str) -> list[str]:
    actions = [{"target": target, "update": {}} for target in targets]
    return overlay.apply(document, {"overlay": "1.0.0", "actions": actions}).unused


@each_case(
    ("old", "update", "new"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1]}, {"a": [2, 3]}, {"a": [1, 2, 3]}),
        ({"a": [1]}, {"a": {"b": 2}}, {"a": [1, {"b": 2}]}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": 2}}, {"a": 1}, {"a": 1}),
        ({"a": 1}, {"a": None}, {"a": None}),
    ],
)
def test_objects_are_merged_lists_grow_the_rest_is_replaced(
    old: Any, update: Any, new: Any
) -> None:
    assert applied({"x": old}, {"target": "$.x", "update": update}) == {"x": new}
    assert applied(old, {"target": "$", "update": update}) == new


def test_an_update_reaches_every_target_with_a_copy_of_its_own() -> None:
    found = applied(
        {"a": {}, "b": {}},
        {"target": "$.*", "update": {"new": {"list": []}}},
        {"target": "$.a.new", "update": {"list": [1]}},
    )
    assert found == {"a": {"new": {"list": [1]}}, "b": {"new": {"list": []}}}


def test_a_value_that_is_no_object_is_replaced_or_grows() -> None:
    assert applied({"a": 1}, {"target": "$.a", "update": 2}) == {"a": 2}
    assert applied({"a": [1]}, {"target": "$.a", "update": 2}) == {"a": [1, 2]}
    assert applied({"a": [{"b": 1}]}, {"target": "$.a[0]", "update": {"b": 2}}) == {
        "a": [{"b": 2}]
    }


@each_case(
    ("target", "left"),
    [
        ("$.list[1]", [10, 30, 40]),
        ("$.list[?@ > 15]", [10]),
        ("$.list[*]", []),
        ("$.list[0,2]", [20, 40]),
        ("$.list[2,0]", [20, 40]),
        ("$.list[3,0]", [20, 30]),
        ("$.list[1,1]", [10, 30, 40]),
        ("$.list[-1]", [10, 20, 30]),
        ("$.list[::-1]", []),
    ],
)
def test_items_are_removed_in_whatever_order_they_are_found(
    target: str, left: list[int]
) -> None:
    document = {"list": [10, 20, 30, 40]}
    assert applied(document, {"target": target, "remove": True}) == {"list": left}


def test_what_is_removed_may_lie_inside_of_each_other() -> None:
    document = {"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2, "c": 3}]}
    found = applied(document, {"target": "$..a", "remove": True})
    assert found == {"b": [{}, {"c": 3}]}
    assert applied({"a": 1, "b": 2}, {"target": "$['a','a']", "remove": True}) == {
        "b": 2
    }


def test_removing_goes_before_updating_in_one_action_and_actions_go_in_turn() -> None:
    both = {"target": "$.a", "remove": True, "update": {"b": 1}}
    assert applied({"a": {}, "c": 1}, both) == {"c": 1}
    assert applied(
        {"a": 1},
        {"target": "$", "update": {"b": {"c": 1}}},
        {"target": "$.b", "update": {"d": 2}},
        {"target": "$.a", "remove": True},
    ) == {"b": {"c": 1, "d": 2}}


def test_actions_that_find_nothing_are_told() -> None:
    assert unused({"a": 1}, "$.a", "$.b", "$[?@ == 2]") == ["$.b", "$[?@ == 2]"]


@each_case(
    ("repairs", "message"),
    [
        ({}, r"^\$\.overlay: this is no OpenAPI Overlay 1"),
        ({"overlay": "2.0"}, r"^\$\.overlay: "),
        ({"overlay": 1.0, "actions": []}, None),
        (
            {"overlay": "1.0.0", "actions": [{"target": "$[", "remove": True}]},
            r"^\$\.actions\[0\]: '\$\[' is no JSONPath: ",
        ),
        (
            {"overlay": "1.0.0", "actions": [{"remove": True}]},
            r"^\$\.actions\[0\]: .* is no JSONPath",
        ),
        (
            {"overlay": "1.0.0", "actions": [{"target": "$.a"}]},
            r"^\$\.actions\[0\]: an action must update or remove",
        ),
        (
            {"overlay": "1.0.0", "actions": [{"target": "$.a", "remove": "yes"}]},
            r"^\$\.actions\[0\]: ",
        ),
        ({"overlay": "1.0.0", "actions": [None]}, r"^\$\.actions\[0\]: "),
        ({"overlay": "1.0.0", "actions": {"target": "$"}}, r"^\$\.actions: "),
    ],
)
def test_what_is_no_overlay_is_refused_by_place(
    repairs: Any, message: str | None
) -> None:
    if message is None:
        assert overlay.apply({"a": 1}, repairs).document == {"a": 1}
        return
    with pytest.raises(SpecError, match=message):
        overlay.apply({"a": 1}, repairs)


def test_each_of_our_actions_says_what_it_does_and_where() -> None:
    assert OURS["overlay"] == "1.0.0"
    for action in some(OURS["actions"]):
        assert action["target"].startswith("$")
        assert ("update" in action) != ("remove" in action), action["target"]


def test_our_actions_are_idempotent_where_the_document_has_them_already() -> None:
    """openapi.yaml was made with them, and must not change by them."""
    document = pinned()
    once = overlay.apply(document, OURS).document
    assert document == pinned()
    assert once["tags"] == document["tags"]
    assert once["components"]["responses"] == document["components"]["responses"]
    for path, item in some(document["paths"].items()):
        for method, operation in item.items():
            if method != "parameters":
                again = once["paths"][path][method]
                assert again["operationId"] == operation["operationId"]
                assert again["tags"] == operation["tags"]
                assert list(again["responses"]) == list(operation["responses"])


def test_our_actions_leave_other_choices_alone() -> None:
    """Any property may be a choice between a schema and null, in whatever order."""
    names = ("CreateVectorStoreRequest", "VectorStoreSearchRequest")
    given = pinned()
    schemas = given["components"]["schemas"]
    other: Any = {"type": "object", "oneOf": [ref("Metadata"), {"type": "null"}]}
    for name in names:
        schemas[name]["properties"] |= {
            "x": other,
            "y": {"oneOf": other["oneOf"][::-1]},
        }
    once = overlay.apply(given, OURS).document["components"]["schemas"]
    for name in names:
        for key in ("x", "y"):
            assert once[name]["properties"][key] == schemas[name]["properties"][key]


@pytest.mark.parametrize("other", [{"$recursiveRef": "#"}, {"type": "object"}])
@pytest.mark.parametrize("step", [1, -1])
def test_a_filter_within_a_filter_is_one_in_whatever_order(
    other: Any, step: int
) -> None:
    given = pinned()
    filters = given["components"]["schemas"]["CompoundFilter"]["properties"]["filters"]
    filters["items"] = {"oneOf": [ref("ComparisonFilter"), other][::step]}
    once = overlay.apply(given, OURS).document["components"]["schemas"]
    items = once["CompoundFilter"]["properties"]["filters"]["items"]
    assert items["oneOf"] == [ref("ComparisonFilter"), ref("CompoundFilter")]
    filters["items"] = {"oneOf": [ref("AttributeFilter")]}
    once = overlay.apply(given, OURS).document["components"]["schemas"]
    assert once["CompoundFilter"]["properties"]["filters"]["items"] == filters["items"]


@pytest.mark.parametrize("step", [1, -1])
def test_what_gets_a_name_is_found_by_what_it_is(step: int) -> None:
    auto = obj("type", type={**TEXT, "enum": ["auto"]})
    static = obj(
        "type", "static", type={**TEXT, "enum": ["static"]}, static=obj(a=TEXT)
    )
    given = pinned()
    schemas = given["components"]["schemas"]
    resources = obj(chunking_strategy={"oneOf": [auto, static][::step]})
    schemas["CreateThreadRequest"]["properties"]["tool_resources"] = resources
    event = obj("event", event={**TEXT, "enum": ["thread.created"]})
    other = obj("event", event={**TEXT, "enum": ["thread.deleted"]})
    schemas["ThreadStreamEvent"]["oneOf"] = [event, other][::step]
    once = overlay.apply(given, OURS).document["components"]["schemas"]
    resources = once["CreateThreadRequest"]["properties"]["tool_resources"]
    ways = resources["properties"]["chunking_strategy"]["oneOf"][::step]
    events = once["ThreadStreamEvent"]["oneOf"][::step]
    assert [each.get("x-schema-name") for each in (*ways, *events)] == [
        *("FileSearchAutoChunking", "FileSearchStaticChunking"),
        *("ThreadCreatedEvent", None),
    ]


def test_our_overlay_leaves_documents_of_others_alone() -> None:
    """`build --spec` takes any document, and its names may be those of ours."""
    given = zoo()
    given["components"]["responses"]["Failure"] = {
        "description": "Theirs.",
        "content": {"application/json": {"schema": ref("Cat")}},
    }
    given["paths"]["/animals/{animal_id}"]["get"]["responses"]["4XX"] = {
        "$ref": "#/components/responses/Failure"
    }
    assert overlay.apply(given, OURS).document == given
