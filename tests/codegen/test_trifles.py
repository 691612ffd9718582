"""What real documents have that is not quite right, or rare: none of it is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from codegen import source
from codegen.attempts import Wishes, attempt, prepared
from codegen.errors import SpecError
from tests.cases import each_case
from tests.codegen.packages import every_module
from tests.codegen.specs import (
    EVERYTHING,
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
    taken,
)
from tests.codegen.test_refusals import attempted

if TYPE_CHECKING:
    from pathlib import Path

    from codegen.plan import Package
    from tests.codegen.conftest import Make

NULL_ALONE = {**TEXT, "nullable": True, "enum": [None]}
TUPLE = {"type": "array", "items": [TEXT, NUMBER]}


def typed(package: Package, schema: str) -> dict[str, str]:
    (model,) = (s for s in package.schemas if s.names.schema == schema)
    return {field.key: field.annotation for field in model.fields}


@each_case(
    ("schema", "annotation"),
    [
        ({"enum": []}, "Any"),
        (NULL_ALONE, "None"),
        ({"enum": ["a", None, 1, 1.5]}, 'Literal["a", 1] | float | int | str | None'),
        ({"enum": [{"a": 1}, [1]]}, "Any"),
        ({**TEXT, "const": None}, "None"),
        ({"const": "a", "enum": ["a"]}, 'Literal["a"]'),
        (
            {"oneOf": [{"const": 1}, {"const": 2}, NULL_ALONE]},
            "Literal[1, 2] | int | None",
        ),
        ({"anyOf": [TEXT, {"const": 1}]}, "str | Literal[1]"),
        ({"const": {"a": 1}}, "Any"),
        ({"const": [1]}, "Any"),
        ({"type": "array"}, "list[Any]"),
        (TUPLE, "list[Any]"),
        ({**TUPLE, "additionalItems": False}, "list[str | int]"),
        ({**TUPLE, "additionalItems": {"type": "null"}}, "list[str | int | None]"),
        ({"type": "array", "items": True}, "list[Any]"),
        ({"type": ["string", "integer", "null"]}, "str | int | None"),
        ({"type": ["array", "string"], "items": TEXT}, "list[str] | str"),
        ({"type": []}, "Any"),
        ({**TEXT, "minLength": "3", "maxLength": "10"}, "str"),
        ({**NUMBER, "minimum": "1", "multipleOf": "0.5"}, "int"),
        (True, "Any"),
        ({"not": {}}, "Any"),
        ({"$ref": "#/components/schemas/S"}, "S"),
        ({"$ref": "#"}, "S"),
        ({"$ref": "#/$defs/Inner"}, "Inner"),
        ({"$ref": "#/definitions/Outer"}, "Outer"),
        ({"$ref": "#/components/schemas/Other%20One"}, "OtherOne"),
        ({"$ref": "#/components/schemas/Other One/properties/deep"}, "OtherOneDeep"),
    ],
)
def test_a_property_of_any_kind_has_a_type(schema: Any, annotation: str) -> None:
    given = document(
        S={**obj(p=schema), "$defs": {"Inner": obj(i=TEXT)}},
        **{"Other One": obj(deep=obj(d=TEXT))},
    )
    given["definitions"] = {"Outer": obj(o=TEXT)}
    found = typed(attempted(given).package, "S")["p"]
    assert sorted(found.split(" | ")) == sorted(annotation.split(" | "))


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": {"type": "object", "additionalProperties": ref("A")}},
        {"A": array(ref("A"))},
        {"A": {"anyOf": [TEXT, {"type": "object", "additionalProperties": ref("A")}]}},
        {"A": {**obj("z", z=TEXT), "oneOf": [ref("B"), ref("C")]},
         "B": obj("b", b=TEXT), "C": obj("c", c=TEXT)},
        {"A": {**obj(q=TEXT), "anyOf": [{"required": ["q"]}, {"required": ["r"]}]}},
        {"A": obj(**{"$ref": TEXT, "type": TEXT, "enum": TEXT, "allOf": TEXT})},
        {"A": obj(discriminator=obj(mapping=obj(a=ref("B")))), "B": obj(b=TEXT)},
        {"A": {**obj(a=TEXT), "example": {"$ref": "#/no"}, "default": {"$ref": "x"}}},
        {"x-hidden": obj(a=TEXT)},
    ],
)  # fmt: skip
def test_schemas_of_rare_shapes_make_code(make: Make, schemas: Document) -> None:
    assert every_module(make(document(**schemas)))


@each_case(
    "target",
    ["No", "#/components/schemas/No", "#/no/x", "no.yaml", "./no/x.json#/Y", None],
)
def test_a_mapping_may_lead_nowhere(target: Any) -> None:
    union = {
        "oneOf": [ref("A"), ref("B")],
        "discriminator": {"propertyName": "k", "mapping": {"a": "A", "x": target}},
    }
    given = document(U=union, A=obj("k", k=const("a")), B=obj("k", k=const("b")))
    found = attempted(given).found
    assert found.document["components"]["schemas"]["U"]["discriminator"]["mapping"] == {
        "a": "#/components/schemas/A",
        "b": "#/components/schemas/B",
    }


@each_case(
    ("paths", "names"),
    [
        ({"a": {"get": operation("x")}}, ["x"]),
        ({"x-more": 5, "/a": {"get": operation("x"), "x-y": [1]}}, ["x"]),
        ({"/a": {"summary": None, "parameters": None, "get": {
            **operation("x"), "tags": None, "security": None, "requestBody": None,
            "operationId": None}}}, ["get_a"]),
        ({"/a": {"get": {"operationId": "x"}}}, ["x"]),
        ({"/a": {"get": {**operation("x"), "tags": [None, 5]}}}, ["x"]),
        ({"/a": {"get": operation("x", responses={"2xx": {}})}}, ["x"]),
        ({"/a": {"get": operation("x", {"name": "y", "in": "query"})}}, ["x"]),
        ({"/a": {"get": operation("x"), "post": operation("X")}}, ["x", "x_2"]),
    ],
)  # fmt: skip
def test_operations_that_are_not_quite_right_are_there(
    paths: Document, names: list[str]
) -> None:
    package = attempted(document(paths)).package
    assert [op.name for op in package.operations] == names


def test_webhooks_alone_make_a_package_without_operations(make: Make) -> None:
    given = document(Sent=obj(a=TEXT))
    given["paths"] = {}
    content = {JSON: {"schema": ref("Sent")}}
    given["webhooks"] = {"a": {"post": {"requestBody": {"content": content}}}}
    package = make(given)
    assert every_module(package)
    assert package.models.Sent(a="b").to_dict() == {"a": "b"}


def test_tags_that_meet_are_packages_of_their_own() -> None:
    paths = {
        f"/{n}": {"get": operation(n, tag=tag)}
        for n, tag in {
            "a": "Pets A",
            "b": "pets-a",
            "c": "Pets A",
            "d": "PetsA",
        }.items()
    }
    package = attempted(document(paths)).package
    assert {tag.title: tag.name for tag in package.tags} == {
        "Pets A": "pets_a",
        "pets-a": "pets_a_2",
        "PetsA": "pets_a_3",
    }
    assert package.notes == [
        f"$.paths['/{n}'].get.tags[0] is {name}: 'Pets A' needs pets_a"
        for n, name in (("b", "pets_a_2"), ("d", "pets_a_3"))
    ]


OWN = "#/components/schemas/Own"
FILES: dict[str, Any] = {
    "api/openapi.json": {
        **document({"/a": {"$ref": "./paths/a.json"},
                    "/b": {"$ref": "paths/all.json#/~1b"}}),
        "components": {"schemas": {
            "Pet": {"$ref": "./schemas/pet.json"},
            "Own": obj(o=TEXT),
            "Kind": {
                "oneOf": [{"$ref": "schemas/cat.json"}, {"$ref": "schemas/dog.json"}],
                "discriminator": {"propertyName": "k", "mapping": {
                    "c": "./schemas/cat.json", "d": "schemas/dog.json"}},
            },
        }},
    },
    "api/paths/a.json": {"get": operation("a", {"$ref": "../shared/all.json#/page"},
                         responses={"200": {"$ref": "../shared/all.json#/ok"}})},
    "api/paths/all.json": {"/b": {"post": operation(
        "b", schema={"$ref": "../openapi.json#/components/schemas/Pet"},
        body={JSON: {"schema": {"$ref": "../schemas/pet.json"}}})}},
    "api/shared/all.json": {
        "page": parameter("page", schema={"$ref": "../schemas/deep/x.json#/Number"}),
        "ok": {"description": "", "content": {
            JSON: {"schema": array({"$ref": "../schemas/pet.json"})}}},
    },
    "api/schemas/pet.json": {
        **obj(owner={"$ref": "./owner.json"}, me={"$ref": "#"},
              inner={"$ref": "#/$defs/Inner"}),
        "$defs": {"Inner": obj(i=TEXT)},
    },
    "api/schemas/owner.json": obj(pets=array({"$ref": "pet.json"}),
                                  own={"$ref": f"../openapi.json{OWN}"},
                                  far={"$ref": "deep/x.json#/Far"}),
    "api/schemas/deep/x.json": {"Far": obj(back={"$ref": "../pet.json"}),
                                "Number": NUMBER},
    "api/schemas/cat.json": obj("k", k=TEXT, m=NUMBER),
    "api/schemas/dog.json": obj("k", k=TEXT, w=NUMBER),
}  # fmt: skip


def test_a_document_may_be_many_files_that_refer_to_each_other(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    loaded = source.load(tmp_path / "api" / "openapi.json")
    given, _ = prepared(loaded.document, None, loaded.folder, name=loaded.name)
    found = attempt(given, Wishes(EVERYTHING))
    # Each file is one class, called as the document calls it.
    assert [s.names.class_ for s in found.package.schemas] == [
        *("Cat", "Dog", "Far", "Inner", "Kind", "Number", "Own", "Owner", "Pet"),
    ]
    assert typed(found.package, "Pet") == {
        "owner": "Owner",
        "me": "Pet",
        "inner": "Inner",
    }
    operations = {op.name: op for op in found.package.operations}
    assert operations["a"].responses.success == "list[Pet]"
    assert operations["b"].responses.success == "Pet"
    kind = found.found.document["components"]["schemas"]["Kind"]["discriminator"]
    assert {*kind["mapping"].values()} == {
        "#/components/schemas/Cat",
        "#/components/schemas/Dog",
    }


def test_files_elsewhere_are_a_part_where_somebody_says_so(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "shared").mkdir()
    shared = {"A": obj(b={"$ref": "b.json"})}
    (tmp_path / "shared" / "a.json").write_text(json.dumps(shared), encoding="utf-8")
    (tmp_path / "shared" / "b.json").write_text(json.dumps(obj(c=TEXT)), "utf-8")
    given = document(S=obj(a={"$ref": "../shared/a.json#/A"}))
    wishes = Wishes(EVERYTHING)
    with pytest.raises(SpecError, match="leaves the document's folder"):
        attempt(prepared(given, None, tmp_path / "api")[0], wishes)
    limit = tmp_path / "api" / "deeper"
    with pytest.raises(SpecError, match="leaves the document's folder"):
        attempt(prepared(given, None, tmp_path / "api", files=limit)[0], wishes)
    told, _ = prepared(given, None, tmp_path / "api", files=tmp_path)
    package = attempt(told, wishes).package
    assert typed(package, "S") == {"a": "A"}
    assert typed(package, "A") == {"b": "B"}


def test_what_is_read_otherwise_is_noted_and_the_rest_is_not() -> None:
    assert taken(document({"a": {"get": operation("x")}})).notes == [
        "$.paths.a: it begins without a slash: read as /a"
    ]
    assert taken(document({"/a": {"get": operation("x")}})).notes == []
