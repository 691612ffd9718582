"""Unions and `allOf` come into one form: merged, flat, told apart, null outside."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.errors import SpecError
from codegen.normalise import PASSES
from tests.cases import each_case
from tests.codegen.passes import on_schema, optional, run
from tests.codegen.specs import (
    NULL,
    NUMBER,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    ref,
)

# --- merge-all-of ------------------------------------------------------------------


def test_all_of_one_is_that_one_with_the_words_beside_it() -> None:
    before = {"allOf": [ref("O")], "description": "here", "default": {}}
    found, count = on_schema("merge-all-of", obj(p=before), O=obj(id=TEXT))
    assert found["properties"]["p"] == {
        **ref("O"),
        "description": "here",
        "default": {},
    }
    assert count == 1


@each_case(
    "beside",
    [
        {"xml": {"name": "o"}},
        {"$comment": "c", "$id": "i"},
        {"additionalProperties": True},
        {"additionalProperties": {}, "required": [], "properties": {}},
        {"type": "object", "minProperties": 0},
    ],
)
def test_a_reference_stays_one_where_all_else_says_nothing(beside: Document) -> None:
    for before in ({"allOf": [ref("O")], **beside}, {"allOf": [beside, ref("O")]}):
        found, _ = on_schema("merge-all-of", obj(p=before), O=obj(id=TEXT))
        assert found["properties"]["p"]["$ref"] == ref("O")["$ref"]
        assert found["properties"]["p"].keys() <= {"$ref", "xml", "$comment", "$id"}


def test_items_are_unique_where_one_of_all_says_so() -> None:
    both = [{**array(TEXT), "uniqueItems": flag} for flag in (True, False)]
    found, _ = on_schema("merge-all-of", obj(p={"allOf": both}))
    assert found["properties"]["p"] == both[0]


def test_one_of_many_values_is_that_value() -> None:
    many = {**TEXT, "enum": ["a", "b"]}
    found, _ = on_schema("merge-all-of", obj(p={"allOf": [many, {"const": "b"}]}))
    assert found["properties"]["p"] == {**TEXT, "const": "b"}


def test_one_reference_said_twice_is_that_reference() -> None:
    before = {"allOf": [ref("O"), {**ref("O"), "description": "d"}], **ref("O")}
    found, _ = on_schema("merge-all-of", obj(p=before), O=obj(id=TEXT))
    assert found["properties"]["p"] == {**ref("O"), "description": "d"}


def test_all_of_objects_is_one_object_and_later_words_win() -> None:
    before = {
        "description": "joined",
        "allOf": [
            ref("O"),
            obj("b", b=TEXT, a={**TEXT, "description": "later"}),
            {"description": "a note"},
            {"additionalProperties": False},
        ],
        "required": ["a", "b"],
    }
    base = obj("a", a={**TEXT, "maxLength": 1, "description": "sooner"})
    found, _ = on_schema("merge-all-of", before, O=base)
    assert found == {
        "description": "joined",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "a": {**TEXT, "maxLength": 1, "description": "later"},
            "b": TEXT,
        },
        "required": ["a", "b"],
    }


def test_all_of_in_all_of_and_through_references_is_followed() -> None:
    found, _ = on_schema(
        "merge-all-of",
        {"allOf": [ref("P"), {"allOf": [obj(c=TEXT), obj(d=TEXT)]}]},
        P={"allOf": [ref("Q"), obj(b=TEXT)]},
        Q=obj(a=TEXT),
    )
    assert list(found["properties"]) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("schemas", "message"),
    [
        (
            {"S": {"allOf": [ref("S"), obj(a=TEXT)]}},
            r"^\$\.components\.schemas\.S: what is joined here contains itself",
        ),
        (
            {
                "S": {"allOf": [ref("T"), obj(a=TEXT)]},
                "T": {"allOf": [ref("S"), obj(b=TEXT)]},
            },
            r"^\$\.components\.schemas\.[ST]: what is joined here contains itself",
        ),
        (
            {"S": {"allOf": [ref("T"), obj(a=TEXT)]}, "T": {"oneOf": [TEXT, NUMBER]}},
            r"^\$\.components\.schemas\.S: nothing .*\n  Write the joined schema out",
        ),
        (
            {"S": {"allOf": [{**TEXT, "const": "a"}, {"const": "b"}]}},
            r"^\$\.components\.schemas\.S: nothing .* each says another const",
        ),
        ({"S": {"allOf": [ref("S")]}}, None),
    ],
)
def test_all_of_that_can_t_be_joined_is_refused(
    schemas: Document, message: str | None
) -> None:
    if message is None:
        # A name for itself; whoever gives it a type refuses it.
        assert on_schema("merge-all-of", schemas["S"]) == (ref("S"), 1)
        return
    with pytest.raises(SpecError, match=message):
        PASSES["merge-all-of"](document(**schemas))


# --- simplify-unions ---------------------------------------------------------------


@each_case("key", ["anyOf", "oneOf"])
@each_case(
    ("members", "after"),
    [
        ([TEXT], TEXT),
        ([TEXT, TEXT], TEXT),
        ([TEXT, NUMBER, TEXT], [TEXT, NUMBER]),
        ([{"anyOf": [TEXT, NUMBER]}, ref("O")], [TEXT, NUMBER, ref("O")]),
        ([{"oneOf": [TEXT, {"anyOf": [NUMBER]}], "description": "d"}], [TEXT, NUMBER]),
        ([NULL, TEXT], "anyOf"),
        ([optional(TEXT), NUMBER], "nulls last"),
        ([TEXT, NUMBER], [TEXT, NUMBER]),
    ],
)
def test_unions_are_flat_and_say_each_thing_once(
    key: str, members: list[Any], after: Any
) -> None:
    found, _ = on_schema("simplify-unions", obj(p={key: members}), O=obj(id=TEXT))
    result = found["properties"]["p"]
    if after == "anyOf":
        assert result == {"anyOf": [TEXT, NULL]}
    elif after == "nulls last":
        assert result == {"anyOf": [TEXT, NUMBER, NULL]}
    else:
        wanted = {key: after} if isinstance(after, list) else after
        assert {k: v for k, v in result.items() if k != "description"} == wanted


def test_a_name_for_a_union_of_one_named_schema_stays_a_name() -> None:
    found, count = on_schema("simplify-unions", {"oneOf": [ref("O")]}, O=TEXT)
    assert (found, count) == ({"oneOf": [ref("O")]}, 0)


def test_alternatives_that_only_require_are_no_union() -> None:
    before = {
        **obj(a=TEXT, b=TEXT),
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
    }
    assert on_schema("simplify-unions", before) == (before, 0)


ONE, TWO = {"const": 1, "title": "First", "description": "d"}, {"const": 2}
NAMED = {"x-enum-varnames": ["First", "Last"], "x-enum-descriptions": ["d", "e"]}


@each_case(
    ("members", "after"),
    [
        ([ONE, TWO], {**NUMBER, "enum": [1, 2]}),
        (
            [ONE, {**NUMBER, **TWO, "title": "Last", "description": "e"}],
            {**NUMBER, "enum": [1, 2], **NAMED},
        ),
        ([{"const": "a"}, {**TEXT, "enum": ["b", "a"]}], {**TEXT, "enum": ["a", "b"]}),
        ([{"const": "a"}, {"const": 1}], {"enum": ["a", 1]}),
        (
            [{"const": "a"}, NULL, {"const": "b"}],
            optional({**TEXT, "enum": ["a", "b"]}),
        ),
        (
            [{"const": "a"}, ref("O"), {"const": "b"}],
            {"anyOf": [{**TEXT, "enum": ["a", "b"]}, ref("O")]},
        ),
        ([ONE, {**TWO, "title": "First"}], {**NUMBER, "enum": [1, 2]}),
        ([ONE, {**ONE, "title": "Last"}], {**NUMBER, "enum": [1]}),
        ([{"const": "a"}, TEXT], None),
        ([{"const": "a"}, {"const": "b", "x-schema-name": "B"}], None),
        ([{"const": 1}, {"enum": [2], "x-enum-varnames": ["B"]}], None),
        ([{"const": 1}, {**TEXT, "const": 2}], None),
        ([{"const": 1}, {"const": 2, "minimum": 2}], None),
    ],
)
def test_alternatives_that_are_values_are_an_enum(
    members: list[Any], after: Any
) -> None:
    found, count = on_schema(
        "simplify-unions", obj(p={"anyOf": members}), O=obj(id=TEXT)
    )
    assert found["properties"]["p"] == (after or {"anyOf": members})
    assert count == (after is not None)


def test_what_a_union_within_says_of_itself_stays_where_that_is_all() -> None:
    told = {"propertyName": "k", "mapping": {"a": "A"}}
    inner = {"oneOf": [ref("A"), ref("B")], "discriminator": told, "description": "d"}
    found, _ = on_schema(
        "simplify-unions",
        obj(p={"oneOf": [inner, NULL]}, q={"anyOf": [inner]}),
        A={},
        B={},
    )
    said = {"discriminator": told, "description": "d"}
    members = [ref("A"), ref("B")]
    assert found["properties"]["p"] == {**said, "anyOf": [*members, NULL]}
    assert found["properties"]["q"] == {**said, "anyOf": members}


def test_what_describes_the_place_stands_beside_null_wherever_that_is() -> None:
    found, _ = on_schema("simplify-unions", {"oneOf": [NULL, {**TEXT, "default": "a"}]})
    assert found == optional(TEXT, default="a")


def test_an_object_said_of_a_union_is_left_to_its_members() -> None:
    found, _ = on_schema(
        "simplify-unions", {"type": "object", "oneOf": [ref("A"), ref("B")]}, A={}, B={}
    )
    assert found == {"oneOf": [ref("A"), ref("B")]}


# --- null-where-used ---------------------------------------------------------------


def test_null_moves_from_a_name_to_the_places_that_use_it() -> None:
    found, count = run(
        "null-where-used",
        document(
            S=obj(one=ref("O"), many=array(ref("O")), said=optional(ref("O"))),
            O={**optional(obj(id=TEXT)), "description": "d"},
            U={"anyOf": [ref("S"), TEXT, NULL]},
        ),
    )
    schemas = found["components"]["schemas"]
    assert schemas["O"] == {**obj(id=TEXT), "description": "d"}
    assert schemas["U"] == {"anyOf": [ref("S"), TEXT]}
    assert schemas["S"]["properties"] == {
        "one": optional(ref("O")),
        "many": array(optional(ref("O"))),
        "said": schemas["S"]["properties"]["said"],
    }
    assert count == 2


def test_null_moves_through_names_for_names() -> None:
    found, _ = run(
        "null-where-used",
        document(S=obj(p=ref("V")), V=ref("U"), U=optional(obj(id=TEXT))),
    )
    schemas = found["components"]["schemas"]
    assert schemas["V"] == ref("U")
    assert schemas["S"]["properties"]["p"] == optional(ref("V"))


def test_names_without_null_stay() -> None:
    given = document(S=obj(p=optional(TEXT)), T={"oneOf": [ref("S"), TEXT]})
    assert run("null-where-used", given) == (given, 0)


# --- discriminators ----------------------------------------------------------------


def variants(*schemas: Document, **union: Any) -> tuple[Any, int]:
    """Find the discriminator of a union `S` of the schemas A, B, C."""
    named = dict(zip("ABC", schemas, strict=False))
    members = {"oneOf": [ref(name) for name in named], **union}
    found, count = on_schema("discriminators", members, **named)
    return found.get("discriminator"), count


def mapping(**names: str) -> Document:
    return {value: ref(name)["$ref"] for value, name in names.items()}


def test_a_constant_that_variants_share_tells_them_apart() -> None:
    found, count = variants(
        obj("object", "kind", object=const("x"), kind=const("a")),
        obj("object", "kind", object=const("x"), kind={"enum": ["b", "c"]}),
    )
    assert found == {"propertyName": "kind", "mapping": mapping(a="A", b="B", c="B")}
    assert count == 1


def test_usual_names_are_preferred_and_a_right_one_of_the_document_is_kept() -> None:
    one = obj("k", "type", k=const("a"), type=const("t"))
    two = obj("k", "type", k=const("b"), type=const("u"))
    found, _ = variants(one, two)
    assert found["propertyName"] == "type"
    given = {"propertyName": "k", "mapping": mapping(a="A", b="B")}
    assert variants(one, two, discriminator=given) == (given, 0)


@each_case(
    ("one", "two"),
    [
        (obj(type=const("a")), obj("type", type=const("b"))),
        (obj("type", type=const("a")), obj("type", type=const("a"))),
        (obj("type", type=const("a")), obj("type", type=TEXT)),
        (obj("type", type={"const": 1}), obj("type", type={"const": 2})),
        (obj("a", a=TEXT), obj("b", b=TEXT)),
        (obj("a", a=const("a")), TEXT),
    ],
)
def test_without_a_required_constant_of_their_own_nothing_tells_them_apart(
    one: Document, two: Document
) -> None:
    assert variants(one, two) == (None, 0)


def test_variants_are_found_through_unions_and_named_constants() -> None:
    found, _ = run(
        "discriminators",
        document(
            S={"anyOf": [ref("A"), ref("U"), NULL]},
            A=obj("type", type=const("a")),
            U={"oneOf": [ref("B"), ref("C")]},
            B=obj("type", type=ref("E")),
            C=obj("type", type=const("c")),
            E={"enum": ["b"]},
        ),
    )
    schemas = found["components"]["schemas"]
    assert schemas["S"]["discriminator"]["mapping"] == mapping(a="A", b="U", c="U")
    assert schemas["U"]["discriminator"]["mapping"] == mapping(b="B", c="C")


@each_case("extra", [{}, {"mapping": {"a": "A"}}])
@each_case("schema", [obj(a=TEXT), {"type": "object", "additionalProperties": TEXT}])
def test_what_may_be_null_is_no_choice(schema: Document, extra: Document) -> None:
    given = {"propertyName": "a", **extra}
    union = {"anyOf": [ref("A"), NULL], "discriminator": given}
    found, _ = on_schema("discriminators", union, A=schema)
    assert found == optional(ref("A"))


def test_one_object_among_arrays_is_no_choice() -> None:
    given = {"propertyName": "a"}
    assert variants(obj(a=TEXT), array(TEXT), discriminator=given)[0] is None
    found, _ = variants(obj(a=TEXT), array(TEXT), obj(b=TEXT), discriminator=given)
    assert found == {**given, "mapping": mapping(A="A", C="C")}


def test_a_discriminator_may_name_the_variants_of_one_member() -> None:
    given = {"propertyName": "k", "mapping": mapping(b="B", c="C")}
    union = {"oneOf": [ref("A")], "discriminator": given}
    others = {name: obj(k=TEXT) for name in "ABC"}
    found, _ = on_schema("discriminators", union, **others)
    assert found["discriminator"]["mapping"] == mapping(b="B", c="C", A="A")
