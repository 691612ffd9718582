"""Each pass does its one thing, tells how often, and leaves its input as it was."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from codegen.normalise import PASSES, normalise
from tests.cases import each_case
from tests.codegen.passes import on_schema, optional, run
from tests.codegen.specs import (
    NULL,
    NUMBER,
    TEXT,
    Document,
    array,
    document,
    obj,
    operation,
    parameter,
    pinned,
    ref,
)
from tests.codegen.zoo import zoo

# --- name-operations, list-tags ----------------------------------------------------


def test_operations_without_a_name_get_one_from_method_and_path() -> None:
    item = {"get": {"responses": {}}, "post": operation("kept")}
    given = document({"/a-b/{c_d}/e": item, "/": {"put": {"operationId": ""}}})
    found, count = run("name-operations", {**given, "openapi": "3.0.3"})
    assert found["openapi"] == "3.1.0"
    names = {
        op["operationId"] for item in found["paths"].values() for op in item.values()
    }
    assert names == {"getABCDE", "kept", "put"}
    assert count == 3


def test_tags_are_those_that_operations_have_and_keep_their_words() -> None:
    paths = {
        "/a": {"get": operation("a", tag="B"), "put": operation("b", tag="A")},
        "/c": {"get": {**operation("c"), "tags": ["A", "C"]}},
    }
    given = document(paths)
    given["tags"] = [{"name": "Gone"}, {"name": "A", "description": "Ours."}]
    found, count = run("list-tags", given)
    assert found["tags"] == [
        {"name": "B"},
        {"name": "A", "description": "Ours."},
        {"name": "C"},
    ]
    assert count == 1


# --- constants ---------------------------------------------------------------------

MARK = {"x-stainless-const": True}


@each_case(
    ("before", "after"),
    [
        ({**TEXT, "enum": ["a"], **MARK}, {**TEXT, "const": "a"}),
        ({"enum": [1], **MARK}, {"const": 1}),
        ({**TEXT, "enum": ["a"]}, None),
        ({**TEXT, "enum": ["a", "b"], **MARK}, None),
        ({**TEXT, "enum": [], **MARK}, None),
        ({**TEXT, "enum": ["a"], "x-stainless-const": False}, None),
        ({"enum": {"enum": ["a"]}, **MARK}, None),
        ({"enum": [{"a": 1}], **MARK}, {}),
        ({"const": "a", "enum": ["a"]}, {"const": "a"}),
        ({**TEXT, "enum": ["a", "a"], **MARK}, {**TEXT, "const": "a"}),
        ({"enum": ["b", "a", "b"]}, {"enum": ["b", "a"]}),
        ({"enum": [1, True, 1.0, 1]}, {"enum": [1, True, 1.0]}),
    ],
)
def test_marked_single_values_become_constants(before: Any, after: Any) -> None:
    found, count = on_schema("constants", obj(p=before))
    assert found["properties"]["p"] == (before if after is None else after)
    assert count == (after is not None)


# --- null-types --------------------------------------------------------------------


@each_case(
    ("before", "after"),
    [
        ({**TEXT, "nullable": True}, optional(TEXT)),
        ({**TEXT, "nullable": False}, TEXT),
        ({"type": ["string", "null"]}, optional(TEXT)),
        ({"type": ["null"]}, NULL),
        ({"type": ["string"]}, TEXT),
        ({"type": ["string", "integer"]}, {"anyOf": [TEXT, NUMBER]}),
        ({"type": ["null", "string", "integer"]}, {"anyOf": [TEXT, NUMBER, NULL]}),
        ({"enum": ["a", None]}, optional({"enum": ["a"]})),
        ({**TEXT, "enum": ["a"], "nullable": True}, optional({**TEXT, "enum": ["a"]})),
        ({"$ref": "#/components/schemas/O", "nullable": True}, optional(ref("O"))),
        ({"allOf": [ref("O"), {"nullable": True}]}, optional({"allOf": [ref("O")]})),
        ({"allOf": [ref("O")], "nullable": True}, optional({"allOf": [ref("O")]})),
        (
            {"allOf": [ref("O"), {"nullable": True, "x-a": 1, "$comment": "c"}]},
            optional({"allOf": [ref("O")]}),
        ),
        (
            {"allOf": [ref("O"), {"nullable": True, "description": "d", "default": 1}]},
            optional({"allOf": [ref("O")]}, description="d", default=1),
        ),
        ({"oneOf": [TEXT, NUMBER], "nullable": True}, {"oneOf": [TEXT, NUMBER, NULL]}),
        (optional(TEXT, nullable=True), optional(TEXT)),
        ({"anyOf": [{**TEXT, "nullable": True}, NUMBER]}, None),
        (optional({**TEXT, "default": "a"}), optional(TEXT, default="a")),
        ({**NULL, "nullable": True}, NULL),
        (TEXT, TEXT),
        ({"const": None, "title": "t"}, {**NULL, "title": "t"}),
        (
            optional({**TEXT, "description": "d", "deprecated": True, "title": "t"}),
            optional(TEXT, description="d", deprecated=True, title="t"),
        ),
        (
            optional({**TEXT, "description": "inner"}, description="outer"),
            optional({**TEXT, "description": "inner"}, description="outer"),
        ),
        (
            {"type": ["array", "null"], "items": {"type": ["string", "null"]}},
            optional(array(optional(TEXT))),
        ),
        (
            {
                **TEXT,
                "nullable": True,
                "description": "d",
                "default": None,
                "maxLength": 3,
            },
            optional({**TEXT, "maxLength": 3}, description="d", default=None),
        ),
    ],
)
def test_null_is_a_member_of_any_of(before: Any, after: Any) -> None:
    if after is None:
        after = {"anyOf": [optional(TEXT), NUMBER]}
    found, _ = on_schema("null-types", obj(p=before), O=obj(id=TEXT))
    assert found["properties"]["p"] == after


# --- object-types ------------------------------------------------------------------


def test_objects_say_that_they_are() -> None:
    found, count = on_schema("object-types", {"properties": {"p": {"properties": {}}}})
    assert found == obj(p=obj())
    assert count == 2


@each_case(
    ("before", "kind"),
    [
        ({"additionalProperties": TEXT}, "object"),
        ({"additionalProperties": True}, "object"),
        ({"additionalProperties": False}, None),
        ({"enum": ["a", "b"]}, "string"),
        ({"const": True}, "boolean"),
        ({"enum": [1, 2]}, "integer"),
        ({"enum": [1, 2.5]}, "number"),
        ({"enum": [1, "a"]}, None),
        ({"enum": [1, True]}, None),
        ({"enum": ["a"], "anyOf": [TEXT, NUMBER]}, None),
    ],
)
def test_maps_and_values_of_one_type_have_it(before: Any, kind: str | None) -> None:
    found, count = on_schema("object-types", obj(p=before))
    assert found["properties"]["p"] == before | ({"type": kind} if kind else {})
    assert count == (kind is not None)


def test_bounds_of_openapi_3_0_become_numbers() -> None:
    before = {"minimum": 1, "exclusiveMinimum": True, "maximum": 2}
    before["exclusiveMaximum"] = False
    found, count = on_schema("object-types", obj(p={**NUMBER, **before}))
    assert found["properties"]["p"] == {**NUMBER, "exclusiveMinimum": 1, "maximum": 2}
    assert count == 1
    after = {**NUMBER, "exclusiveMinimum": 1, "exclusiveMaximum": 5}
    assert on_schema("object-types", after) == (after, 0)


# --- strip, order ------------------------------------------------------------------


def test_extensions_and_examples_are_dropped_and_names_that_look_so_are_not() -> None:
    schema = obj(**{"x-a": TEXT, "example": TEXT, "title": TEXT, "xml": TEXT})
    schema |= {"title": "T", "x-b": 1, "example": {}, "examples": [], "xml": {}}
    schema["properties"]["x-a"] = {**TEXT, "default": {"x-c": {"example": 1}}}
    given = document({"/x-path": {"get": operation("a", schema=ref("S"))}}, S=schema)
    get = given["paths"]["/x-path"]["get"]
    get |= {"x-d": 1, "externalDocs": {}, "x-original-operation-id": "b"}
    get["responses"]["200"] |= {"headers": {"x-e": {"schema": TEXT}}, "links": {}}
    get["parameters"] = [{**parameter("x-f", "header"), "example": 1}]
    found, count = run("strip", given)
    assert found["components"]["schemas"]["S"] == {
        **obj(**{"x-a": TEXT, "example": TEXT, "title": TEXT, "xml": TEXT}),
        "properties": schema["properties"],
    }
    after = found["paths"]["/x-path"]["get"]
    assert after["x-original-operation-id"] == "b"
    assert list(after["responses"]["200"]["headers"]) == ["x-e"]
    assert after["parameters"] == [parameter("x-f", "header")]
    assert count == 9


def test_order_sorts_names_of_components_and_keywords_and_nothing_else() -> None:
    given = document(B=obj(z=TEXT, a=TEXT), A={"items": {}, "type": "array"})
    given["components"]["headers"] = {"Z": {"schema": {}}, "A": {"schema": {}}}
    found, count = PASSES["order"](given)
    assert found == given
    assert list(found["components"]) == ["headers", "schemas"]
    assert list(found["components"]["headers"]) == ["A", "Z"]
    assert list(found["components"]["schemas"]) == ["A", "B"]
    assert list(found["components"]["schemas"]["A"]) == ["type", "items"]
    assert list(found["components"]["schemas"]["B"]["properties"]) == ["z", "a"]
    assert count == 1
    assert PASSES["order"](found)[1] == 0


# --- merge-all-of, said-beside ------------------------------------------------------

PATTERNS = r"^(?=[\s\S]*(?:a$))(?=[\s\S]*(?:^b))"


@pytest.mark.parametrize(
    ("keyword", "first", "second", "both"),
    [
        ("pattern", "a$", "^b", PATTERNS),
        ("not", TEXT, NUMBER, {"anyOf": [TEXT, NUMBER]}),
        ("multipleOf", 4, 6, 12),
        ("uniqueItems", True, False, True),
        ("minContains", 1, 2, 2),
        ("maxContains", 1, 2, 1),
        ("propertyNames", {"minLength": 1}, {"minLength": 2}, {"minLength": 2}),
        ("patternProperties", {"a": TEXT}, {"b": TEXT}, {"a": TEXT, "b": TEXT}),
        ("dependentRequired", {"a": ["b"]}, {"a": ["c"], "b": ["c"]},
         {"a": ["b", "c"], "b": ["c"]}),
        ("dependentRequired", {"a": 5}, {"a": ["b"]}, {"a": ["b"]}),
        ("dependentSchemas", {"a": TEXT}, {"b": TEXT}, {"a": TEXT, "b": TEXT}),
        # One schema has no room for both.
        *((k, "one", "two", "two") for k in ("format", "unknown")),
        *((k, "one", "two", "one") for k in ("$comment", "$id")),
        ("if", {"required": ["a"]}, {"required": ["b"]}, {"required": ["b"]}),
        ("contains", TEXT, NUMBER, NUMBER),
    ],
)  # fmt: skip
def test_all_of_joins_what_can_be_true_of_one_value(
    keyword: str, first: Any, second: Any, both: Any
) -> None:
    given = {"allOf": [{keyword: first}, {keyword: second}]}
    found, _ = PASSES["merge-all-of"](document(S=given))
    assert found["components"]["schemas"]["S"] == {keyword: both}


@pytest.mark.parametrize(
    ("text", "fits"), [("ba", True), ("b\na", True), ("ab", False), ("b", False)]
)
def test_joined_patterns_both_have_to_be_found(text: str, fits: bool) -> None:
    assert bool(re.search(PATTERNS, text)) is fits


@pytest.mark.parametrize(
    ("beside", "wanted"),
    [
        (obj("a", b=NUMBER), {**obj("a", a=TEXT, b=NUMBER)}),
        ({"required": ["a"]}, obj("a", a=TEXT)),
        ({"allOf": [obj(b=NUMBER)]}, obj(a=TEXT, b=NUMBER)),
        ({"description": "Said.", **obj(b=NUMBER)},
         {"description": "Said.", **obj(a=TEXT, b=NUMBER)}),
        ({"required": ["b"]}, obj("b", a=TEXT)),
        # It says nothing more of values.
        (obj(a=TEXT), ref("Base")),
        ({"description": "Said."}, {"description": "Said.", **ref("Base")}),
    ],
)  # fmt: skip
def test_what_stands_beside_a_reference_holds_too(
    beside: Document, wanted: Document
) -> None:
    given = document(Base=obj(a=TEXT), S={**ref("Base"), **beside})
    for name in ("said-beside", "merge-all-of", "object-types"):
        given, _ = PASSES[name](given)
    assert given["components"]["schemas"]["S"] == wanted


# --- All together ------------------------------------------------------------------


@pytest.mark.parametrize("given", [zoo(), document({}, T=TEXT)])
def test_what_is_normalised_stays_as_it_is(given: Document) -> None:
    before = copy.deepcopy(given)
    once = normalise(given)
    assert given == before
    assert list(once.changes) == list(PASSES)
    again = normalise(once.document)
    assert again.document == once.document
    assert set(again.changes.values()) == {0}


def test_the_pinned_document_is_normal_in_every_key() -> None:
    found = normalise(pinned())
    assert set(found.changes.values()) == {0}
    assert repr(found.document) == repr(pinned())


def test_every_pass_leaves_every_document_as_it_was() -> None:
    current = {**zoo(), "openapi": "3.0.3"}
    for name in PASSES:
        before = copy.deepcopy(current)
        following, _ = PASSES[name](current)
        assert current == before, name
        current = following
