"""What is not written as OpenAPI has it, and means one thing all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from codegen import source
from codegen.errors import SpecError
from codegen.pipeline import facts
from codegen.plan import plan_package
from tests.cases import each_case
from tests.codegen.packages import every_module
from tests.codegen.specs import (
    EVERYTHING,
    JSON,
    NUMBER,
    TEXT,
    Document,
    array,
    document,
    obj,
    operation,
    parameter,
    ref,
    taken,
)

if TYPE_CHECKING:
    from pathlib import Path

    from codegen.normalise import Normalised
    from tests.codegen.conftest import Make


def schemas(found: Normalised) -> dict[str, Any]:
    named: dict[str, Any] = found.document["components"]["schemas"]
    return named


@each_case(
    ("given", "meant"),
    [
        ({**TEXT, "description": None, "title": None}, TEXT),
        ({**TEXT, "enum": []}, TEXT),
        ({**TEXT, "required": True}, TEXT),
        ({"enum": [None]}, {"type": "null"}),
        ({"type": "string", "nullable": "true"}, {"anyOf": [TEXT, {"type": "null"}]}),
        ({"type": ["string"], "maxLength": 5.0}, {**TEXT, "maxLength": 5}),
        ({"type": "object", "properties": {"a": None}}, obj(a={})),
        ({**obj(a=TEXT), "required": "a"}, obj("a", a=TEXT)),
        ({**TEXT, "title": 5}, TEXT),
        (array(None), {"type": "array"}),
    ],
)
def test_what_is_clear_is_read_as_it_is_meant(given: Any, meant: Any) -> None:
    found = schemas(taken(document(S=obj(p=given))))
    wanted = schemas(taken(document(S=obj(p=meant))))
    assert found == wanted


def test_texts_that_look_like_numbers_are_texts() -> None:
    given = document({"/a": {"get": {**operation("x"), "operationId": 5}}})
    given["info"] = {"title": 2024, "version": 1.0, "description": None}
    package = plan_package(taken(given).document)
    assert (package.title, package.version) == ("2024", "1.0")
    assert package.operations[0].name == "n5"


def test_what_says_nothing_is_left_out_with_a_note() -> None:
    kinds = obj("k", k=TEXT)
    given = document(
        A=kinds,
        B=obj("k", k=TEXT, flag={**TEXT, "required": True}),
        U={
            "oneOf": [ref("A"), ref("B")],
            "discriminator": {
                "propertyName": "k",
                "mapping": {"a": "A", "b": ref("B")["$ref"], "c": "Gone"},
            },
        },
    )
    found = taken(given)
    assert schemas(found)["U"]["discriminator"]["mapping"] == {
        "a": ref("A")["$ref"],
        "b": ref("B")["$ref"],
    }
    assert [note.partition(": ")[0] for note in found.notes] == [
        "$.components.schemas.B.properties.flag",
        "$.components.schemas.U.discriminator",
    ]


def test_parameters_of_a_path_fit_the_path() -> None:
    optional = {"anyOf": [NUMBER, {"type": "null"}]}
    given = document({
        "/a/{x}/{y}/{x}": {
            "get": operation(
                "go",
                parameter("x", "path", optional) | {"required": False},
                parameter("z", "path"),
            )
        }
    })  # fmt: skip
    package = plan_package(taken(given).document)
    (planned,) = package.operations
    assert [(p.name, p.annotation) for p in planned.parameters] == [
        ("x", "int"),
        ("y", "str"),
    ]
    assert planned.path_expression == 'fill_path("/a/{x}/{y}/{x}", x=x, y=y)'
    assert len(package.notes) == 2


def test_webhooks_may_be_all_there_is() -> None:
    payload = {"content": {JSON: {"schema": ref("Sent")}}}
    given = document(Sent=obj(a=TEXT))
    del given["paths"]
    given["webhooks"] = {"sent": {"post": {"requestBody": payload, "responses": {}}}}
    package = plan_package(taken(given).document)
    assert [schema.names.class_ for schema in package.schemas] == ["Sent"]


# --- References --------------------------------------------------------------------


def answers(schema: Any) -> Document:
    return operation("get", schema=schema)


@each_case(
    ("reference", "name"),
    [
        ("#/components/schemas/Has%20Blank", "Has Blank"),
        ("#/components/schemas/a~1b", "a/b"),
        ("#/components/schemas/Pet/properties/owner", "PetOwner"),
        ("#/components/schemas/Pet/properties/tags/items", "PetTagsItems"),
        ("#/components/schemas/Pet/$defs/Inner", "Inner"),
        ("#/components/schemas/Pet/properties/mate/properties/x", "MateX"),
        ("#/components/schemas/Pet/properties/inner/properties/i", "InnerI"),
        ("#/components/x-shared/Inner", "XSharedInner"),
        ("#/paths/~1pets/get/responses/200/content/application~1json/schema",
         "PetsGetResponse"),
    ],
)  # fmt: skip
def test_references_lead_to_whatever_stands_there(reference: str, name: str) -> None:
    pet = obj(owner=obj(o=TEXT), tags=array(obj(t=TEXT)), mate=ref("Mate"))
    pet["$defs"] = {"Inner": obj(i=obj(j=TEXT))}
    pet["properties"]["inner"] = {"$ref": "#/$defs/Inner"}
    given = document(
        {
            "/pets": {"get": operation("pets", schema=obj(p=TEXT))},
            "/other": {"get": operation("other", schema={"$ref": reference})},
        },
        Pet=pet,
        Mate=obj(x=obj(y=TEXT)),
        **{"Has Blank": obj(b=TEXT), "a/b": obj(s=TEXT)},
    )
    given["components"]["x-shared"] = {"Inner": obj(e=TEXT)}
    found = taken(given).document
    (content,) = found["paths"]["/other"]["get"]["responses"]["200"]["content"].values()
    assert content["schema"] == ref(name)
    assert schemas(taken(given))[name]["properties"]


def test_a_reference_into_a_path_shares_its_class(make: Make) -> None:
    inside = "#/paths/~1a/get/responses/200/content/application~1json/schema"
    package = make(
        document({
            "/a": {"get": operation("one", schema=obj(p=TEXT))},
            "/b": {"get": operation("two", schema={"$ref": inside})},
        })
    )  # fmt: skip
    every_module(package)
    results = [
        getattr(package.api.things, name).parse_response.__annotations__["return"]
        for name in ("one", "two")
    ]
    assert results[0] == results[1]


def test_other_files_of_the_folder_are_a_part_of_the_document(tmp_path: Path) -> None:
    files: dict[str, Any] = {
        "api.json": document({
            "/a": {"$ref": "paths/a.json"},
            "/b": {"get": operation("b", {"$ref": "paths/a.json#/shared/page"})},
        }),
        "paths/a.json": {
            "get": operation("a", schema={"$ref": "../schemas/x.json"}),
            "shared": {"page": parameter("page")},
        },
        "schemas/x.json": obj(me={"$ref": "#"}, y={"$ref": "all.json#/Y"}),
        "schemas/all.json": {"Y": obj(z={"$ref": "#/Z"}), "Z": obj(deep=TEXT)},
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    loaded = source.load(tmp_path / "api.json")
    found = facts(loaded.document, EVERYTHING, None, loaded.folder)
    assert {*schemas(found)} == {"X", "Y", "Z"}
    assert schemas(found)["X"]["properties"]["me"] == ref("X")
    package = plan_package(found.document)
    assert {op.name: len(op.parameters) for op in package.operations} == {
        "a": 0,
        "b": 1,
    }


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("../secret.json", "leaves the document's folder"),
        ("/etc/secret.json", "leaves the document"),
        ("https://example.test/x.json", "leaves the document"),
        ("gone.json", "can't read"),
        ("#/components/schemas/Gone", "nothing stands at"),
        ("#/components/schemas/S/properties/gone", "nothing stands at"),
        ("#/components/schemas/L/anyOf/2", "nothing stands at"),
        ("#/components/schemas/L/anyOf/-1", "nothing stands at"),
        ("#anchor", "is no place"),
    ],
)
def test_references_that_lead_nowhere_are_refused_by_place(
    reference: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "secret.json").write_text('{"type": "string"}', encoding="utf-8")
    folder = tmp_path / "docs"
    folder.mkdir()
    given = document(S=obj(p={"$ref": reference}), L={"anyOf": [TEXT, NUMBER]})
    with pytest.raises(SpecError, match=said) as caught:
        facts(given, EVERYTHING, None, folder)
    assert str(caught.value).startswith("$.components.schemas.S.properties.p: ")
