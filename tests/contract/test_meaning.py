"""What counts as the same fact, however it is written, and what doesn't."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.contract import upstream
from harness.contract.differences import differences
from harness.contract.meaning import Reader
from harness.contract.upstream import ROOT
from tests.cases import each_case

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
NULL: Json = {"type": "null"}
NUMBER: Json = {"type": "integer"}
THING = {"$ref": "#/components/schemas/Thing"}


def document(schema: Json, **schemas: Json) -> Json:
    """Return a document whose schema `Tried` is to be compared."""
    return {
        "info": {"version": "1"},
        "paths": {},
        "components": {"securitySchemes": {}, "schemas": {"Tried": schema, **schemas}},
    }


def holder(schema: Json) -> Json:
    return {"type": "object", "properties": {"it": schema}}


@each_case(
    ("one", "other"),
    [
        ({**TEXT, "nullable": True}, {"anyOf": [TEXT, NULL]}),
        ({"type": ["string", "null"]}, {"oneOf": [NULL, TEXT]}),
        ({"type": ["string", "integer"]}, {"anyOf": [NUMBER, TEXT]}),
        ({"enum": ["a", None]}, {"anyOf": [{"enum": ["a"]}, NULL]}),
        ({"allOf": [THING, {"nullable": True}]}, {"anyOf": [THING, NULL]}),
        ({"allOf": [THING], "default": 1}, {**THING, "default": 1}),
        (THING, {**TEXT, "maxLength": 9}),
        ({"oneOf": [TEXT]}, TEXT),
        ({"anyOf": [TEXT, TEXT]}, TEXT),
        ({"anyOf": [TEXT, {"oneOf": [NUMBER, NULL]}]}, {"anyOf": [NUMBER, TEXT, NULL]}),
        (
            {"enum": ["a"], "type": "string", "x-stainless-const": True},
            {"const": "a", "type": "string"},
        ),
        (
            {"anyOf": [{**NUMBER, "default": 3}, NULL]},
            {"anyOf": [NUMBER, NULL], "default": 3},
        ),
        ({**NUMBER, "minimum": 1.0}, {**NUMBER, "minimum": 1}),
        ({"enum": ["b", "a"]}, {"enum": ["a", "b"], "description": "A or b."}),
    ],
)
def test_the_same_said_in_two_ways_is_the_same(one: Json, other: Json) -> None:
    schemas = {"Thing": {**TEXT, "maxLength": 9}}
    left, right = holder(one), holder(other)
    assert differences(document(left, **schemas), document(right, **schemas)) == []


@each_case(
    ("one", "other"),
    [
        (TEXT, {**TEXT, "nullable": True}),
        (TEXT, NUMBER),
        (TEXT, {"anyOf": [TEXT, NUMBER]}),
        ({"enum": ["a"]}, {"const": "a"}),
        ({**NUMBER, "default": 0}, NUMBER),
        ({**NUMBER, "default": 0}, {**NUMBER, "default": False}),
        ({"type": "array", "items": TEXT}, {"type": "array", "items": NUMBER}),
        ({"type": "object"}, {"type": "object", "additionalProperties": False}),
        (
            {**holder(TEXT), "oneOf": [{"required": ["it"]}]},
            {**holder(TEXT), "oneOf": [{"required": ["or"]}]},
        ),
        (TEXT, {**TEXT, "deprecated": True}),
        (TEXT, {"$ref": "#/components/schemas/Nowhere"}),
    ],
)
def test_what_differs_is_different(one: Json, other: Json) -> None:
    for left, right in ((one, other), (other, one)):
        found = differences(document(holder(left)), document(holder(right)))
        assert len(found) >= 1
        assert found[0].startswith("$.components.schemas.")


def test_an_object_must_say_so_here_but_not_upstream() -> None:
    said, implied = document(holder(TEXT)), document(holder(TEXT))
    del implied["components"]["schemas"]["Tried"]["type"]
    assert differences(implied, said) == []
    assert differences(said, implied) != []


def tree(leaf: Json) -> Json:
    """Return a document with a tree that names its branches, or doesn't."""
    list_ = {"type": "array", "items": {"$ref": "#/components/schemas/Tried"}}
    properties = {"leaf": leaf, "in": holder(list_)}
    return document({"type": "object", "properties": properties})


def named_tree(leaf: Json) -> Json:
    branch = {"$ref": "#/components/schemas/Branch"}
    result = tree(leaf)
    schemas = result["components"]["schemas"]
    schemas["Branch"] = schemas["Tried"]["properties"]["in"]
    schemas["Tried"]["properties"]["in"] = branch
    return result


def test_what_contains_itself_is_compared_too() -> None:
    assert differences(tree(TEXT), named_tree(TEXT)) == []
    found = differences(tree(TEXT), named_tree(NUMBER))
    assert len(found) == 1
    assert found[0].startswith("$.components.schemas.Tried.properties.leaf.type: ")


def test_recursion_that_goes_elsewhere_is_different() -> None:
    changed = named_tree(TEXT)
    schemas = changed["components"]["schemas"]
    trees = schemas["Branch"]["properties"]["it"]
    trees["items"] = {"$ref": "#/components/schemas/Branch"}
    assert differences(tree(TEXT), changed)


def test_yaml_is_read_as_json_would_be(tmp_path: Path) -> None:
    path = tmp_path / "document.yaml"
    path.write_text("a: &x [2024-08-06, on, no, true]\nb: &x 1.5\nc: *x\n", "utf-8")
    assert upstream.load(path) == {
        "a": ["2024-08-06", "on", "no", True],
        "b": 1.5,
        "c": 1.5,
    }
    assert list(upstream.scalars(path)) == [
        *((("a", "[]"), text) for text in ("2024-08-06", "on", "no", "true")),
        (("b",), "1.5"),
    ]


def discriminated() -> list[tuple[str, Json]]:
    loaded = upstream.load(ROOT / "openapi.yaml")
    return [
        (name, schema)
        for name, schema in loaded["components"]["schemas"].items()
        if "discriminator" in schema
    ]


@each_case(("name", "schema"), discriminated())
def test_a_discriminator_says_what_the_constants_say(name: str, schema: Json) -> None:
    """Upstream has none, so it must follow from what upstream does have."""
    reader = Reader(upstream.load(ROOT / "openapi.yaml"))
    key = schema["discriminator"]["propertyName"]
    mapping: dict[str, str] = {}
    for member in schema.get("oneOf") or schema["anyOf"]:
        for shape in reader.value(member, name).shapes:
            if shape.facts["type"] != "object":
                continue
            assert key in shape.facts["required"]
            (constant,) = shape.children[f"properties.{key}"].shapes
            facts = constant.facts
            for value in [facts["const"]] if "const" in facts else facts["enum"]:
                assert value not in mapping
                mapping[value] = member["$ref"]
    assert schema["discriminator"]["mapping"] == mapping
