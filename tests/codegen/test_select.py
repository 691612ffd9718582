"""The chosen operations are kept with all that they reach, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from codegen.errors import SpecError
from codegen.select import ASSISTANTS, Selection, select
from tests.cases import each_case
from tests.codegen.specs import (
    EVERYTHING,
    JSON,
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


def selected(given: Document, selection: Selection = EVERYTHING) -> Document:
    """Select from a document, and see that it stays as it was."""
    before = copy.deepcopy(given)
    found = select(given, selection)
    assert given == before
    return found


def answering(*names: str) -> Document:
    """Return the item of a path whose one operation answers with named schemas."""
    answer = obj(**{name: ref(name) for name in names})
    return {"get": operation("get" + "".join(names), schema=answer)}


# --- Which operations --------------------------------------------------------------

PATHS = ["/a", "/a/{id}", "/ab", "/b/a", "/A", "/b"]


def chosen(*prefixes: str) -> list[str]:
    given = document({path: {"get": operation("x")} for path in PATHS})
    return list(selected(given, Selection(paths=prefixes))["paths"])


@pytest.mark.parametrize(
    ("prefixes", "paths"),
    [
        (["/a"], ["/a", "/a/{id}"]),
        (["/a/"], ["/a/{id}"]),
        (["/a/{id}"], ["/a/{id}"]),
        (["/b", "/ab"], ["/ab", "/b/a", "/b"]),
        (["/"], PATHS),
    ],
)
def test_a_prefix_ends_where_a_segment_ends(
    prefixes: list[str], paths: list[str]
) -> None:
    assert chosen(*prefixes) == paths


def test_tags_choose_single_operations_of_a_path() -> None:
    given = document(
        {
            "/x": {
                "parameters": [parameter("q")],
                "get": operation("one", tag="A"),
                "post": {**operation("two"), "tags": ["B", "A"]},
                "put": operation("three", tag="B"),
                "x-note": "kept until normalised",
            },
            "/y": {"get": {"responses": {}}},
        }
    )
    found = selected(given, Selection(tags=("A",)))
    assert list(found["paths"]) == ["/x"]
    assert set(found["paths"]["/x"]) == {"parameters", "get", "post", "x-note"}
    both = selected(given, Selection(paths=("/y",), tags=("B",)))
    assert set(both["paths"]["/x"]) == {"parameters", "post", "put", "x-note"}
    assert "/y" in both["paths"]


@pytest.mark.parametrize("selection", [Selection(("/no",)), Selection((), ("no",))])
def test_nothing_chosen_is_an_error_that_says_what_was_asked_for(
    selection: Selection,
) -> None:
    with pytest.raises(SpecError, match=r"^\$\.paths: no operation matches .*no\)"):
        select(zoo(), selection)


def test_every_method_is_an_operation() -> None:
    methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]
    given = document({"/a": {method: operation(method) for method in methods}})
    assert list(selected(given)["paths"]["/a"]) == methods


def test_a_path_item_may_stand_among_the_components() -> None:
    given = document({"/a": {"$ref": "#/components/pathItems/A"}}, T=obj(id=TEXT))
    given["components"]["pathItems"] = {"A": answering("T")}
    found = selected(given)
    assert found["paths"]["/a"]["get"]["operationId"] == "getT"
    assert list(found["components"]["schemas"]) == ["T"]


# --- What they reach ---------------------------------------------------------------


def test_what_is_not_reached_is_left_out_and_the_order_stays() -> None:
    given = document(
        {"/a": answering("Z", "A"), "/b": answering("Other")},
        Other=obj(id=TEXT),
        Z=obj(deep=array({"anyOf": [ref("M"), {"type": "null"}]})),
        A=obj(id=TEXT),
        M={"type": "object", "additionalProperties": ref("N")},
        N={"allOf": [ref("Z"), {"not": ref("P")}]},
        P=TEXT,
        Unused=ref("Z"),
    )
    found = selected(given, Selection(("/a",)))
    assert list(found["components"]["schemas"]) == ["Z", "A", "M", "N", "P"]


def test_schemas_are_reached_through_every_kind_of_component() -> None:
    found = selected(zoo())["components"]
    assert found == zoo()["components"]


def test_schemas_are_reached_through_parameters_of_the_path() -> None:
    item = {**answering(), "parameters": [parameter("q", schema=ref("A"))]}
    given = document({"/a": item}, A=TEXT, B=TEXT)
    found = select(given, Selection(paths=("/a",)))
    assert list(found["components"]["schemas"]) == ["A"]


def test_schemas_are_reached_through_the_mapping_of_a_discriminator() -> None:
    union = {
        "oneOf": [ref("Cat")],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"cat": ref("Cat")["$ref"], "dog": ref("Dog")["$ref"]},
        },
    }
    given = document({"/a": answering("Pet")}, Pet=union, Cat=obj(), Dog=obj())
    assert list(selected(given)["components"]["schemas"]) == ["Pet", "Cat", "Dog"]


def test_what_looks_like_a_reference_in_data_is_none() -> None:
    schema = obj(**{"$ref": TEXT, "example": ref("A")})
    schema["properties"]["x"] = {
        **TEXT,
        "default": {"$ref": "#/nowhere"},
        "example": {"$ref": "#/nowhere"},
        "enum": [{"$ref": "#/nowhere"}],
        "const": {"$ref": "#/nowhere"},
        "x-more": {"$ref": "#/nowhere"},
    }
    given = document({"/a": answering("T")}, T=schema, A=TEXT)
    assert list(selected(given)["components"]["schemas"]) == ["T", "A"]


@each_case("name", ["A/B", "A~B", "A~1B", "~0", "properties", "schema"])
def test_names_are_escaped_in_references(name: str) -> None:
    given = document({"/a": answering(name)}, **{name: obj(id=TEXT)})
    assert list(selected(given)["components"]["schemas"]) == [name]


def test_security_schemes_are_kept_where_they_are_asked_for() -> None:
    given = document({"/a": answering(), "/b": answering()})
    schemes = {name: {"type": "http", "scheme": "basic"} for name in "PQRS"}
    given["components"] = {"securitySchemes": schemes}
    given["security"] = [{"Q": []}, {}]
    given["paths"]["/a"]["get"]["security"] = [{"S": ["x"], "P": []}]
    given["paths"]["/b"]["get"]["security"] = [{"R": []}]
    found = selected(given, Selection(("/a",)))
    assert list(found["components"]["securitySchemes"]) == ["P", "Q", "S"]


def test_parts_that_no_client_is_made_from_are_left_out() -> None:
    callback = {"done": {"{$url}": {"post": {"requestBody": ref("Gone")}}}}
    given = document({"/a": answering("T")}, T=TEXT, Gone=TEXT)
    given["paths"]["/a"]["get"] |= {"callbacks": callback, "servers": []}
    given |= {"servers": [], "webhooks": {}, "externalDocs": {}, "x-any": 1}
    found = select(given, Selection(paths=("/a",)))
    assert set(found) == {"openapi", "info", "paths", "components"}
    assert list(found["components"]["schemas"]) == ["T"]
    assert not {"callbacks", "servers"} & set(found["paths"]["/a"]["get"])


# --- What is refused ---------------------------------------------------------------


@each_case(
    ("reference", "message"),
    [
        ("#/components/schemas/Gone", "nothing stands at '#/components/schemas/Gone'"),
        ("#/components/schemas", "points to no component"),
        ("#/paths/~1a/get", "points to no component"),
        ("#", "leaves the document"),
        ("", "leaves the document"),
        ("other.yaml#/Thing", "leaves the document.*\n  Nothing is fetched"),
        ("../../etc/passwd", "leaves the document"),
        ("file:///etc/passwd", "leaves the document"),
        ("https://example.com/a.yaml#/A", "leaves the document"),
    ],
)
@each_case("place", ["schema", "response", "parameter", "body"])
def test_a_reference_to_nowhere_is_named(
    reference: str, message: str, place: str
) -> None:
    wrong = {"$ref": reference}
    item: Any = {
        "schema": operation("x", schema=array(wrong)),
        "response": operation("x", responses={"200": wrong}),
        "parameter": operation("x", wrong),
        "body": {**operation("x"), "requestBody": wrong},
    }[place]
    with pytest.raises(SpecError, match=rf"^\$\.paths\['/a'\]\.get\..*{message}"):
        select(document({"/a": {"get": item}}), EVERYTHING)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"openapi": "2.0"}, "'2.0'"),
        ({"openapi": "4.0.0"}, "'4.0.0'"),
        ({"openapi": "3.10.0"}, "'3.10.0'"),
        ({"openapi": "3.3.0"}, "'3.3.0'"),
    ],
)
def test_documents_of_other_versions_are_refused(
    change: Document, message: str
) -> None:
    with pytest.raises(SpecError, match=r"^\$\.openapi: .*no OpenAPI 3\.0") as caught:
        select({**zoo(), **change}, EVERYTHING)
    assert message in str(caught.value)


def test_swagger_is_refused_with_the_name_of_a_converter() -> None:
    given = {"swagger": "2.0", "info": {}, "paths": {}}
    with pytest.raises(SpecError, match=r"Swagger 2.*\n.*swagger2openapi"):
        select(given, EVERYTHING)


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.0", "3.1.1", "3.2.0"])
def test_documents_of_all_versions_are_taken(version: str) -> None:
    assert selected({**zoo(), "openapi": version})["openapi"] == version


# --- The whole ---------------------------------------------------------------------


def test_selecting_from_what_was_selected_changes_nothing() -> None:
    for given in (zoo(), pinned()):
        once = selected(given)
        again = selected(once)
        assert again == once
        assert list(again) == list(once)
    assert selected(pinned(), ASSISTANTS) == pinned()


def test_the_contents_of_an_answer_are_all_reached() -> None:
    contents = {JSON: {"schema": ref("A")}, "text/plain": {"schema": ref("B")}}
    answers = {
        "200": {"description": "Good.", "content": contents},
        "default": {
            "description": "Bad.",
            "headers": {"x": {"schema": ref("C")}},
        },
    }
    given = document(
        {"/a": {"get": operation("x", responses=answers)}}, A=TEXT, B=TEXT, C=TEXT
    )
    assert list(selected(given)["components"]["schemas"]) == ["A", "B", "C"]
