"""What a whole document needs of the normaliser, pass by pass."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.errors import SpecError
from codegen.normalise import PASSES, normalise
from codegen.select import Selection, select
from tests.cases import each_case
from tests.codegen.passes import on_schema, run
from tests.codegen.specs import (
    NULL,
    NUMBER,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    ref,
    refusal,
    taken,
)

# --- select -----------------------------------------------------------------------


def test_everything_keeps_schemas_that_no_operation_leads_to() -> None:
    given = document(
        {"/a": {"get": operation("a", schema=ref("Used"))}},
        Used=obj(a=TEXT),
        Unused=obj(b=ref("Inner")),
        Inner=obj(c=TEXT),
    )
    everything = select(given, Selection(everything=True))
    assert list(everything["components"]["schemas"]) == ["Used", "Unused", "Inner"]
    chosen = select(given, Selection(paths=("/a",)))
    assert list(chosen["components"]["schemas"]) == ["Used"]
    given["components"]["schemas"]["Inner"] = ref("Nowhere")
    with pytest.raises(SpecError, match="nothing stands at '#/components/schemas/No"):
        select(given, Selection(everything=True))


# --- recursive-references ---------------------------------------------------------


@pytest.mark.parametrize(
    ("anchor", "reference"),
    [
        ({"$recursiveAnchor": True}, {"$recursiveRef": "#"}),
        ({"$dynamicAnchor": "node"}, {"$dynamicRef": "#node"}),
    ],
)
def test_a_reference_to_the_schema_around_it_is_a_plain_one(
    anchor: Document, reference: Document
) -> None:
    tree = {**anchor, **obj(inner=array({"oneOf": [TEXT, reference]}))}
    found, count = on_schema("recursive-references", tree)
    assert found == obj(inner=array({"oneOf": [TEXT, ref("S")]}))
    assert count == 2


@pytest.mark.parametrize(
    "reference", [{"$recursiveRef": "#/x"}, {"$dynamicRef": "#node"}]
)
def test_a_reference_to_no_anchor_is_refused(reference: Document) -> None:
    said = refusal(document(S=obj(inner=reference)))
    assert said.startswith("$.components.schemas.S.properties.inner: ")
    assert "leads to no anchor" in said


# --- merge-all-of -----------------------------------------------------------------


def test_all_of_a_union_and_an_object_is_a_union_of_objects() -> None:
    found, count = on_schema(
        "merge-all-of",
        {"allOf": [{"oneOf": [ref("A"), ref("U"), NULL]}, obj("more", more=TEXT)]},
        A=obj("a", a=const("a")),
        U={"anyOf": [ref("B"), NUMBER], "discriminator": {"propertyName": "b"}},
        B=obj("b", b=const("b")),
    )
    a = obj("a", "more", a=const("a"), more=TEXT)
    b = obj("b", "more", b=const("b"), more=TEXT)
    assert found == {"oneOf": [a, {"anyOf": [b]}]}
    assert count == 1


def test_all_of_two_unions_is_every_pair_that_is_possible() -> None:
    left = {"anyOf": [obj(a=TEXT), TEXT]}
    right = {"anyOf": [obj(b=TEXT), {**TEXT, "maxLength": 3}]}
    found, _ = on_schema("merge-all-of", {"allOf": [left, right]})
    both = obj(a=TEXT, b=TEXT)
    assert PASSES["simplify-unions"](document(S=found))[0]["components"]["schemas"][
        "S"
    ] == {"anyOf": [both, {**TEXT, "maxLength": 3}]}


@each_case(
    ("members", "wanted"),
    [
        ([ref("O"), {"type": "object"}], ref("O")),
        ([{"type": "object"}, ref("O")], ref("O")),
        ([{**TEXT, "maxLength": 5}, {"maxLength": 3}], {**TEXT, "maxLength": 3}),
        ([{"type": "number", "minimum": 1}, {**NUMBER, "minimum": 2}], None),
        ([{"enum": ["a", "b"]}, {"enum": ["b", "c"]}], {"enum": ["b"]}),
        ([array(TEXT), {**array({"maxLength": 3}), "minItems": 1}], None),
        ([obj(a=obj(x=TEXT)), obj(a=obj(y=TEXT))], obj(a=obj(x=TEXT, y=TEXT))),
        # The later one wins.
        ([obj(a=TEXT), obj(a=NUMBER)], obj(a=NUMBER)),
        ([obj(a={"anyOf": [TEXT, NULL]}), obj(a=TEXT)], obj(a=TEXT)),
        ([obj(a=TEXT), obj(a={"description": "why"})], None),
    ],
)
def test_keywords_are_joined(members: list[Any], wanted: Any) -> None:
    found, _ = on_schema("merge-all-of", {"allOf": members}, O=obj(id=TEXT))
    if wanted is None:
        wanted = {
            "number": {**NUMBER, "minimum": 2},
            "array": {**array({**TEXT, "maxLength": 3}), "minItems": 1},
            "object": obj(a={**TEXT, "description": "why"}),
        }[members[0]["type"]]
    assert found == wanted


def test_what_is_joined_from_elsewhere_is_merged_itself() -> None:
    found, _ = on_schema(
        "merge-all-of",
        {"allOf": [ref("O"), obj(b=TEXT)]},
        O=obj(a={"allOf": [obj(x=TEXT), obj(y=TEXT)]}),
    )
    assert found == obj(a=obj(x=TEXT, y=TEXT), b=TEXT)


@pytest.mark.parametrize(
    "members",
    [
        [TEXT, NUMBER],
        [{"const": "a"}, {"const": "b"}],
        [{"enum": ["a"]}, {"enum": ["b"]}],
        [{"const": "a"}, {"enum": ["b"]}],
        [{"anyOf": [TEXT, NUMBER]}, obj(a=TEXT)],
    ],
)
def test_what_nothing_can_be_is_refused(members: list[Any]) -> None:
    said = refusal(document(S=obj(p={"allOf": members})))
    assert said.startswith("$.components.schemas.S.properties.p: nothing can be all")
    assert "in the overlay" in said


def test_unions_that_multiply_without_end_are_refused() -> None:
    unions = [
        {"anyOf": [obj(**{f"p{i}x{j}": TEXT}) for j in range(6)]} for i in range(8)
    ]
    assert "this allOf means too many" in refusal(document(S={"allOf": unions}))
    # Each is joined of two that are the next one: written out once, not 2^40 times.
    doubled = {
        f"N{i}": {"allOf": [ref(f"N{i + 1}"), ref(f"N{i + 1}"), obj(**{f"p{i}": TEXT})]}
        for i in range(40)
    }
    assert not refusal(document(**doubled, N40=obj(a=TEXT)))


def test_names_that_are_only_each_other_s_are_refused() -> None:
    said = refusal(
        document(
            A={"allOf": [ref("B")]},
            B={"allOf": [ref("A")]},
            C={"allOf": [ref("A"), obj(c=TEXT)]},
            D={"allOf": [{"allOf": [ref("C")]}, obj(d=TEXT)]},
        )
    )
    assert said.startswith("$.components.schemas.")
    assert "what is joined here contains itself" in said


# --- object-types, required-properties, discriminators ------------------------------


def test_what_has_items_is_an_array() -> None:
    assert on_schema("object-types", {"items": TEXT}) == (array(TEXT), 1)


def test_a_required_property_that_nobody_describes_may_be_anything() -> None:
    found, count = on_schema("required-properties", obj("a", "b", a=TEXT))
    assert found == {**obj("a", "b", a=TEXT), "properties": {"a": TEXT, "b": {}}}
    assert count == 1
    free = {"type": "object", "required": ["a"]}
    assert on_schema("required-properties", free) == (free, 0)


def test_a_discriminator_of_what_is_no_union_is_dropped() -> None:
    told = {**array({"anyOf": [ref("A"), ref("B")]}), "discriminator": {}}
    found, count = on_schema(
        "discriminators",
        {**told, "discriminator": {"propertyName": "t"}},
        A=obj("t", t=const("a")),
        B=obj("t", t=const("b")),
    )
    assert "discriminator" not in found
    assert found["items"]["discriminator"]["propertyName"] == "t"
    assert count == 2


def test_names_of_schemas_stand_for_values_only_where_there_are_no_others() -> None:
    union = {
        "oneOf": [ref("A"), ref("B")],
        "discriminator": {"propertyName": "t"},
    }
    plain, _ = on_schema("discriminators", union, A=obj(t=TEXT), B=obj(t=TEXT))
    assert sorted(plain["discriminator"]["mapping"]) == ["A", "B"]
    # Two that are "a", and one that needn't say it: nothing to look up.
    for b in (obj("t", t=const("a")), obj(t=const("b"))):
        found, _ = on_schema("discriminators", union, A=obj("t", t=const("a")), B=b)
        assert "discriminator" not in found


# --- hoist-inline -------------------------------------------------------------------


def _events(data: Document, **more: Document) -> Document:
    event = obj("type", "data", type=const("thing.made"), data=data, **more)
    other = obj("type", type=const("thing.gone"), **more)
    return {"anyOf": [event, other]}


def test_names_that_are_taken_give_way_to_the_next_best() -> None:
    given = document(
        ThingMADEEvent=obj(a=TEXT),
        OneEvent=_events(TEXT),
        TwoEvent=_events(TEXT, id=TEXT),
        ThreeEvent=_events(NUMBER, id=TEXT),
        FourEvent=_events(NUMBER, id=NUMBER),
    )
    found = taken(given).document["components"]["schemas"]
    made = {
        name: [member["$ref"].rpartition("/")[2] for member in found[name]["anyOf"]]
        for name in ("OneEvent", "TwoEvent", "ThreeEvent", "FourEvent")
    }
    assert made == {
        # `thing_made_event` would be the module of the first schema as well.
        "OneEvent": ["ThingMadeEventObject", "ThingGoneEvent"],
        "TwoEvent": ["TwoEventThingMade", "ThingGoneEventObject"],
        "ThreeEvent": ["ThreeEventThingMade", "ThingGoneEventObject"],
        "FourEvent": ["FourEventThingMade", "FourEventThingGone"],
    }
    again, counts = run("hoist-inline", normalise(given).document)
    assert counts == 0
    assert again == normalise(given).document
