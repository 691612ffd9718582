"""What is left out at somebody's wish, and what goes with it."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.attempts import Attempt
from codegen.errors import SpecError
from tests.codegen.specs import (
    JSON,
    TEXT,
    Document,
    array,
    document,
    obj,
    operation,
    parameter,
    ref,
)
from tests.codegen.test_refusals import attempted


def pets() -> Document:
    shared = {"$ref": "#/components/parameters/Page"}
    given = document(
        {
            "/pets": {
                "get": operation("list", shared, schema=array(ref("Pet"))),
                "post": operation("create", body={JSON: {"schema": ref("Pet")}}),
            },
            "/owners": {
                "get": operation("owners", parameter("q"), schema=ref("Owner"))
            },
        },
        Pet=obj("name", "owner", name=TEXT, owner=ref("Owner"), mate=ref("Mate")),
        Owner=obj("id", id=TEXT),
        Mate={"oneOf": [ref("Pet"), ref("Owner"), TEXT]},
        Alias=ref("Owner"),
        Child={"allOf": [ref("Owner"), obj(age=TEXT)]},
    )
    page = parameter("page", required=True)
    given["components"]["parameters"] = {"Page": page}
    given["components"]["securitySchemes"] = {
        "key": {"type": "apiKey", "in": "header", "name": "K"},
        "other": {"type": "http", "scheme": "bearer"},
    }
    given["paths"]["/pets"]["get"]["security"] = [{"key": []}, {"other": []}]
    return given


def without(*skip: str) -> Attempt:
    return attempted(pets(), skip=skip)


def fields(found: Attempt, schema: str) -> dict[str, str]:
    (model,) = (s for s in found.package.schemas if s.names.schema == schema)
    return {field.key: field.annotation for field in model.fields}


def test_what_refers_to_a_schema_that_is_left_out_takes_any_value() -> None:
    found = without("$.components.schemas.Owner")
    assert {s.names.schema for s in found.package.schemas} == {
        *("Pet", "Mate", "Alias", "Child"),
    }
    assert fields(found, "Pet") == {"name": "str", "owner": "Any", "mate": "Mate"}
    assert fields(found, "Child") == {"age": "str"}
    annotations = {s.names.schema: s.annotation for s in found.package.schemas}
    assert annotations["Alias"] == "Any"
    assert "Owner" not in annotations["Mate"]
    results = {op.name: op.responses.success for op in found.package.operations}
    assert results["owners"] == "Any"
    assert {action["target"]: action["description"] for action in found.left_out} == {
        "$.components.schemas.Owner": "left out by $.components.schemas.Owner",
        **{
            f"$.{place}": "#/components/schemas/Owner is left out"
            for place in (
                f"paths['/owners'].get.responses['200'].content['{JSON}'].schema['$ref']",
                "components.schemas.Pet.properties.owner['$ref']",
                "components.schemas.Mate.oneOf[1]",
                "components.schemas.Alias['$ref']",
                "components.schemas.Child.allOf[0]",
            )
        },
    }


@pytest.mark.parametrize(
    ("query", "operations"),
    [
        ("$.paths['/pets']", ["owners"]),
        ("$.paths['/pets'].post", ["list", "owners"]),
        ("$.paths[*].get", ["create"]),
        # It can't be called without it.
        ("$.components.parameters.Page", ["create", "owners"]),
        # What somebody wants to go alone goes alone.
        ("$.paths['/pets'].get.parameters[0]", ["list", "create", "owners"]),
    ],
)
def test_operations_are_left_out(query: str, operations: list[str]) -> None:
    found = without(query)
    assert [op.name for op in found.package.operations] == operations


def test_a_property_that_is_left_out_is_not_required_any_more() -> None:
    found = without("$.components.schemas.Pet.properties.owner")
    assert fields(found, "Pet") == {"name": "str", "mate": "Mate"}


def test_nothing_needs_credentials_that_are_left_out() -> None:
    given = without("$.components.securitySchemes.key").found.document
    assert given["paths"]["/pets"]["get"]["security"] == [{}, {"other": []}]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("$.components.schemas.Owners", "is $.components.schemas.Owner meant?"),
        ("$.paths['/pet'].get", "is $.paths['/pets'] meant?"),
        ("$.paths['/pet\\'s'].get", "is $.paths['/pets'] meant?"),
        ("$.paths['/pet\"s'].get", "is $.paths['/pets'] meant?"),
        ("$.components.schemas.Xyzzy", "finds nothing"),
        ("$..[?@.operationId == 'gone']", "finds nothing"),
        ("$.a-b", "is no JSONPath"),
    ],
)
def test_a_path_that_finds_nothing_is_refused(query: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        without(query)
    assert said in str(caught.value)


def test_what_refers_to_itself_goes_once() -> None:
    given = pets()
    given["components"]["schemas"]["Tree"] = obj(inner=ref("Tree"))
    found = attempted(given, skip=["$.components.schemas.Tree"])
    assert [a["target"] for a in found.left_out] == ["$.components.schemas.Tree"]


def test_a_refusal_repeats_no_wishes() -> None:
    given: Any = pets()
    given["components"]["schemas"]["Pet"]["properties"]["x"] = {"type": "strng"}
    with pytest.raises(SpecError) as caught:
        attempted(given, skip=["$.components.schemas.Mate"])
    assert [action["target"] for action in caught.value.remedies] == [
        "$.components.schemas.Pet.properties.x.type"
    ]


def test_wishes_and_what_is_broken_go_together() -> None:
    given: Any = pets()
    given["components"]["schemas"]["Pet"]["properties"]["x"] = {"type": "strng"}
    found = attempted(given, skip=["$.components.schemas.Mate"], skip_broken=True)
    assert fields(found, "Pet")["mate"] == "Any"
    assert fields(found, "Pet")["x"] == "Any"
