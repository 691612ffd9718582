"""Inline schemas get names: those that people would choose, the same every time."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.errors import SpecError
from codegen.normalise import PASSES
from tests.cases import each_case
from tests.codegen.passes import optional, run
from tests.codegen.specs import (
    JSON,
    NUMBER,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    parameter,
    ref,
)

ENUM = {**TEXT, "enum": ["a", "b"]}


def hoisted(given: Document) -> Document:
    """Hoist in a document; return its schemas."""
    found: Document = run("hoist-inline", given)[0]["components"]["schemas"]
    return found


def inside(**schemas: Any) -> Document:
    """Hoist within named schemas of a document whose paths need none."""
    given = document({"/a": {"get": operation("a", schema=True)}}, **schemas)
    return hoisted(given)


# --- Where names come from ---------------------------------------------------------


def test_properties_items_values_and_variants_name_what_is_inside() -> None:
    found = inside(
        Thing=obj(
            inner_part=obj(deep=obj(x=TEXT)),
            parts=array(obj(x=TEXT)),
            named={"type": "object", "additionalProperties": obj(x=NUMBER)},
            maybe=optional(obj(y=TEXT)),
            state=ENUM,
        )
    )
    assert set(found) == {
        "Thing",
        "ThingInnerPart",
        "ThingInnerPartDeep",
        "ThingPartsItem",
        "ThingNamedValue",
        "ThingMaybe",
        "ThingState",
    }
    assert found["Thing"]["properties"] == {
        "inner_part": ref("ThingInnerPart"),
        "parts": array(ref("ThingPartsItem")),
        "named": {"type": "object", "additionalProperties": ref("ThingNamedValue")},
        "maybe": optional(ref("ThingMaybe")),
        "state": ref("ThingState"),
    }
    assert found["ThingInnerPart"]["properties"]["deep"] == ref("ThingInnerPartDeep")


def test_variants_are_named_by_what_tells_them_apart() -> None:
    union = {
        "oneOf": [
            obj("type", type=const("big_one")),
            obj("event", event=const("thing.run.created")),
            obj(first=TEXT, second=TEXT),
            ref("Other"),
        ]
    }
    found = inside(RunEvent=union, Other=obj(id=TEXT))
    assert found["RunEvent"]["oneOf"] == [
        ref("RunEventBigOne"),
        ref("ThingRunCreatedEvent"),
        ref("RunEventWithFirst"),
        ref("Other"),
    ]


def test_operations_name_their_bodies_answers_and_parameters() -> None:
    body = {JSON: {"schema": obj(a=TEXT)}}
    answers = {
        "201": {"description": "Good.", "content": {JSON: {"schema": obj(b=TEXT)}}},
        "404": {"description": "Bad.", "content": {JSON: {"schema": obj(c=TEXT)}}},
        "default": {
            "description": "Bad.",
            "headers": {"x-kind": {"schema": ENUM}},
            "content": {JSON: {"schema": obj(d=TEXT)}},
        },
    }
    item = {
        "parameters": [parameter("sort_by", schema={"enum": ["x"]})],
        "post": operation(
            "sendIt", parameter("order", schema=ENUM), body=body, responses=answers
        ),
    }
    assert set(hoisted({**document({"/a": item}), "components": {}})) == {
        "SendItRequest",
        "SendItResponse",
        "SendIt404Response",
        "SendItDefaultResponse",
        "SendItDefaultResponseXKind",
        "SendItOrder",
        "SendItSortBy",
    }


def test_components_of_other_kinds_name_what_is_inside() -> None:
    given = document({"/a": {"get": operation("a")}})
    content = {JSON: {"schema": obj(x=TEXT)}}
    given["components"] = {
        "parameters": {"Page": parameter("page", schema=ENUM)},
        "headers": {"Kind": {"schema": {"enum": ["k"]}}},
        "responses": {"Failure": {"description": "Bad.", "content": content}},
        "requestBodies": {"Order": {"content": content}},
    }
    assert set(hoisted(given)) == {"Page", "Kind", "FailureResponse", "OrderRequest"}


def test_a_name_of_the_overlay_goes_before_all() -> None:
    named = {**obj(x=obj(y=TEXT)), "x-schema-name": "Chosen"}
    found = inside(Thing=obj(p=named, q={**ref("Other"), "x-schema-name": "Not"}))
    assert set(found) == {"Thing", "Chosen", "ChosenX"}
    assert found["Thing"]["properties"]["q"] == ref("Other")


# --- What gets one -----------------------------------------------------------------


@each_case(
    "schema",
    [
        TEXT,
        {},
        True,
        array(TEXT),
        {"type": "object"},
        {"type": "object", "additionalProperties": TEXT},
        {"type": "integer", "enum": [1, 2]},
        {"enum": ["a", 1]},
        const("a"),
        optional(TEXT),
        {"anyOf": [TEXT, NUMBER, array(TEXT)]},
        {"anyOf": [ref("Thing"), TEXT]},
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
    ],
)
def test_what_is_plain_stays_where_it_is(schema: Any) -> None:
    found = inside(Thing=obj(p=schema))
    assert found["Thing"]["properties"]["p"] == schema
    assert list(found) == ["Thing"]


def test_unions_of_several_objects_get_one() -> None:
    given = {"anyOf": [ref("A"), ref("B"), TEXT]}
    found = inside(Thing=obj(p=given), A=obj(a=TEXT), B={"oneOf": [ref("A"), TEXT]})
    assert found["Thing"]["properties"]["p"] == ref("ThingP")
    assert found["ThingP"] == given


def test_what_is_said_of_the_place_stays_there() -> None:
    said = {"description": "here", "default": "a", "deprecated": True}
    found = inside(Thing=obj(p={**ENUM, **said, "readOnly": True}))
    assert found["Thing"]["properties"]["p"] == {
        **ref("ThingP"),
        **said,
        "readOnly": True,
    }
    assert found["ThingP"] == ENUM


# --- Sharing and collisions --------------------------------------------------------


def test_equal_schemas_that_ask_for_one_name_share_it_whatever_their_prose() -> None:
    one = {**obj(x={**TEXT, "description": "one"}), "x-schema-name": "Part"}
    two = {**obj(x={**TEXT, "title": "two"}), "x-schema-name": "Part", "x-other": 1}
    found = inside(A=obj(p=one), B=obj(p=two))
    assert found["A"]["properties"]["p"] == found["B"]["properties"]["p"] == ref("Part")
    assert set(found) == {"A", "Part", "B"}


def test_an_inline_schema_may_be_one_that_has_the_name_already() -> None:
    found = inside(A=obj(part=obj(x=TEXT)), APart=obj(x=TEXT))
    assert found["A"]["properties"]["part"] == ref("APart")
    assert set(found) == {"A", "APart"}


def test_a_taken_name_gives_way_to_one_that_says_more() -> None:
    found = inside(A=obj(part=obj(x=TEXT)), APart=obj(y=TEXT))
    assert found["A"]["properties"]["part"] == ref("APartObject")
    assert found["APart"] == obj(y=TEXT)


def test_a_chosen_name_for_two_shapes_is_refused() -> None:
    one, two = ({**obj(**{name: TEXT}), "x-schema-name": "Part"} for name in ("a", "b"))
    given = document(A=obj(p=one), B=obj(p=two))
    with pytest.raises(SpecError, match=r"B\.properties\.p: the name Part is taken by"):
        PASSES["hoist-inline"](given)


def test_names_don_t_depend_on_the_order_of_named_schemas() -> None:
    schemas = {
        "A": obj(part=obj(x=TEXT)),
        "B": obj(part=obj(y=TEXT)),
        "BPart": obj(z=TEXT),
    }
    one = inside(**schemas)
    two = inside(**dict(reversed(schemas.items())))
    assert one == two


def test_properties_whose_names_look_like_keywords_are_properties() -> None:
    found = inside(
        A=obj(properties=obj(items=TEXT), items=array(obj(x=TEXT)), enum=obj(y=TEXT))
    )
    assert set(found) == {"A", "AProperties", "AItemsItem", "AEnum"}


def test_media_types_of_one_body_share_their_schema() -> None:
    inline = obj(a=TEXT)
    body = {JSON: {"schema": inline}, "multipart/form-data": {"schema": inline}}
    given = document({"/a": {"post": operation("sendIt", body=body)}})
    found, count = run("hoist-inline", {**given, "components": {}})
    assert list(found["components"]["schemas"]) == ["SendItRequest"]
    assert count == 2
