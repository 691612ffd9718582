"""What holds anyway may be said or not: the code, and the document, are the same."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from codegen.document import Schema, rewrite_schemas
from codegen.errors import Path
from codegen.normalise.strip import outside_schemas
from codegen.plan import plan_package
from tests.cases import each_case
from tests.codegen.passes import on_schema, run
from tests.codegen.specs import (
    FLAG,
    JSON,
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
    taken,
)

MAP: Document = {"type": "object"}
CLOSED = {"additionalProperties": False}


@each_case(
    ("before", "after"),
    [
        ({**TEXT, "deprecated": False, "minLength": 0}, TEXT),
        ({**ref("O"), "readOnly": False, "writeOnly": False}, ref("O")),
        ({**array(TEXT), "uniqueItems": False, "minItems": 0}, array(TEXT)),
        ({**MAP, "properties": {}, "required": [], "minProperties": 0}, MAP),
        (
            {**obj(a=TEXT), "$defs": {"A": TEXT}, "definitions": {"B": TEXT}},
            obj(a=TEXT),
        ),
        ({"nullable": True, "$anchor": "a", "$schema": "s", "xml": {}}, {}),
        (
            {"oneOf": [ref("O"), TEXT], "additionalProperties": True},
            {"oneOf": [ref("O"), TEXT]},
        ),
        ({**MAP, "additionalProperties": {}}, {**MAP, "additionalProperties": True}),
        ({**obj(a=TEXT), "additionalProperties": {}}, obj(a=TEXT)),
        ({**obj("a", a=TEXT), "required": ["a", "a"]}, obj("a", a=TEXT)),
        ({**obj(a=TEXT), "unevaluatedProperties": True}, obj(a=TEXT)),
        (
            {**obj(a=TEXT), "unevaluatedProperties": False},
            {**obj(a=TEXT), **CLOSED},
        ),
        (
            {**obj(a=TEXT), "unevaluatedProperties": TEXT, **CLOSED},
            {**obj(a=TEXT), **CLOSED},
        ),
    ],
)
def test_what_holds_anyway_is_dropped(before: Any, after: Any) -> None:
    found, count = on_schema("implied", obj(p=before), O=obj(id=TEXT))
    assert found["properties"]["p"] == after
    assert count == 1


def test_whole_numbers_are_written_without_a_point() -> None:
    before = {**NUMBER, "minimum": 1.0, "default": -2.0, "enum": [0.0, 2.5, True]}
    found, _ = on_schema("implied", {**before, "maximum": 1e300, "multipleOf": 0.5})
    after = {**NUMBER, "minimum": 1, "default": -2, "enum": [0, 2.5, True]}
    assert repr(found) == repr({**after, "maximum": 1e300, "multipleOf": 0.5})


@pytest.mark.parametrize(
    "schema",
    [
        {**TEXT, "deprecated": True, "minLength": 1},
        {**MAP, "additionalProperties": True},
        {**obj(a=TEXT), **CLOSED},
        {**FLAG, "default": False},
        {**NUMBER, "minimum": 0, "default": 0, "exclusiveMaximum": 1e300},
        {"anyOf": [ref("O"), TEXT], "unevaluatedProperties": False},
        obj(required=TEXT, deprecated=FLAG, minLength=NUMBER),
    ],
)
def test_what_says_something_stays(schema: Document) -> None:
    assert on_schema("implied", schema, O=obj(id=TEXT)) == (schema, 0)


def test_parameters_operations_and_bodies_say_what_is_unusual() -> None:
    usual = {"style": "form", "explode": True, "required": False, "deprecated": False}
    path = {**parameter("id", "path"), "style": "simple", "explode": False}
    bare = parameter("id", "path")
    for each in (usual, {"allowReserved": False, "allowEmptyValue": False}):
        given = document(
            {"/{id}": {"get": operation("a", path, parameter("q") | each)}}
        )
        get = given["paths"]["/{id}"]["get"]
        get["deprecated"] = False
        get["requestBody"] = {"required": False, "content": {JSON: {"schema": TEXT}}}
        found, _ = run("implied", given)
        after = found["paths"]["/{id}"]["get"]
        assert after["parameters"] == [bare, parameter("q")]
        assert after["requestBody"] == {"content": {JSON: {"schema": TEXT}}}
        assert "deprecated" not in after


@each_case(
    ("place", "more"),
    [
        ("query", {"explode": False}),
        ("query", {"style": "deepObject", "explode": True}),
        ("header", {"explode": True}),
        ("path", {"style": "label", "explode": True}),
        ("query", {"allowReserved": True, "required": True}),
    ],
)
def test_an_unusual_parameter_stays_as_it_is(place: str, more: Document) -> None:
    given = document({"/a": {"get": operation("a", parameter("q", place, **more))}})
    assert run("implied", given) == (given, 0)


def test_an_encoding_says_by_its_style_that_it_has_one() -> None:
    encoding = {"a": {"style": "form", "explode": True, "allowReserved": False}}
    media = {"schema": obj(a=array(TEXT)), "encoding": encoding}
    body = {"application/x-www-form-urlencoded": media}
    given = document({"/a": {"post": operation("a", body=body)}})
    assert run("implied", given) == (given, 0)


def test_a_document_that_says_all_of_it_is_the_same_document() -> None:
    def rule(schema: Schema, at: Path) -> Schema:
        if schema.get("type") == "object":
            schema = {"required": [], **schema}
        if "properties" in schema:
            schema = {"additionalProperties": True, **schema}
        if "enum" in schema:
            schema = {**schema, "enum": [*schema["enum"], schema["enum"][0]]}
            del schema["type"]
        words = {"$comment": "c", "$id": "/".join(map(str, at)), "deprecated": False}
        return {**words, **schema}

    def outside(value: dict[str, Any]) -> dict[str, Any]:
        if value.get("in") == "query" and "schema" in value:
            return {"style": "form", "explode": True, "required": False, **value}
        return {"deprecated": False, **value} if "operationId" in value else value

    given: Document = outside_schemas(rewrite_schemas(pinned(), rule), outside)
    before = copy.deepcopy(given)
    assert given != pinned()
    assert repr(taken(given).document) == repr(pinned())
    assert given == before


def test_definitions_that_nothing_refers_to_are_no_classes() -> None:
    given = document(S={**obj(a={"$ref": "#/$defs/A"}), "$defs": {"A": obj(b=TEXT)}})
    given["components"]["schemas"]["S"]["$defs"]["B"] = obj(c=TEXT)
    schemas = taken(given).document["components"]["schemas"]
    assert [*schemas] == ["A", "GetAllResponse", "S"]
    assert schemas["S"] == obj(a=ref("A"))


def test_a_parameter_is_noted_at_itself_or_at_its_schema() -> None:
    noted: Document = {"description": "What for.", "deprecated": True}
    header = {"headers": {"X-A": {"schema": {**TEXT, "description": "Whose."}}}}
    ways = (
        parameter("q", **noted),
        parameter("q", schema={**TEXT, **noted}),
        parameter("q", schema={**TEXT, "description": "Not this."}, **noted),
    )
    found = []
    for way in ways:
        answers = {"200": {"description": "", **header}}
        given = document({"/a": {"get": operation("a", way, responses=answers)}})
        (planned,) = plan_package(taken(given).document).operations
        found.append(planned.parameters)
        assert [each.description for each in planned.responses.headers] == ["Whose."]
    assert found[0] == found[1] == found[2]
    ((one,),) = found[:1]
    assert (one.description, one.deprecated) == ("What for.", True)


def test_two_that_differ_by_what_says_nothing_are_one_class() -> None:
    one = obj("a", "b", a=TEXT, b={**TEXT, "enum": ["x", "y"]})
    two = {
        **obj("b", "a", a=TEXT, b={"enum": ["y", "x"]}),
        "additionalProperties": True,
    }
    named = [{**each, "x-schema-name": "Both"} for each in (one, two)]
    found = taken(document(S=obj(p=named[0], q=named[1]))).document
    schemas = found["components"]["schemas"]
    assert schemas["S"]["properties"] == {"p": ref("Both"), "q": ref("Both")}
    assert [*schemas] == ["Both", "BothB", "GetAllResponse", "S"]
