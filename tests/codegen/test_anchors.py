"""References by `$anchor`, `$id` and `$self`, and how they become pointers."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.anchors import without_anchors
from tests.codegen.conftest import Make
from tests.codegen.specs import (
    TEXT,
    Document,
    array,
    document,
    obj,
    ref,
    refusal,
    taken,
)

INNER = {"$anchor": "inner", **obj(x=TEXT)}
TREE = {
    "$id": "https://example.test/tree",
    "$dynamicAnchor": "node",
    **obj(children=array({"$dynamicRef": "#node"})),
}


def _schemas() -> Document:
    return {
        "A": {
            "$defs": {"inner": INNER},
            **obj(
                anchor={"$ref": "#inner"},
                through={"$ref": "#/components/schemas/A/properties/anchor"},
                url={"$ref": "https://example.test/tree"},
                self={"$ref": "https://example.test/api.yaml#/components/schemas/B"},
                data={"example": {"$ref": "#inner"}},
            ),
        },
        "B": {
            "$id": "https://example.test/b/",
            "$defs": {"c": {"$id": "c", "$anchor": "here", **obj(c=TEXT)}},
            **obj(
                id={"$ref": "c"},
                named={"$ref": "c#here"},
                sibling={"$ref": "../tree"},
                pointer={"$ref": "c#/properties/c"},
            ),
        },
        "Tree": TREE,
    }


def test_what_leads_to_a_place_of_the_document_is_a_pointer() -> None:
    given = {**document(**_schemas()), "$self": "https://example.test/api.yaml"}
    before = repr(given)
    schemas = without_anchors(given)["components"]["schemas"]
    assert repr(given) == before
    found = schemas["A"]["properties"]
    assert found["anchor"] == {"$ref": "#/components/schemas/A/$defs/inner"}
    assert found["url"] == ref("Tree")
    assert found["self"] == ref("B")
    assert found["data"] == {"example": {"$ref": "#inner"}}
    found = schemas["B"]["properties"]
    assert found["id"] == found["named"] == {"$ref": "#/components/schemas/B/$defs/c"}
    assert found["sibling"] == ref("Tree")
    assert found["pointer"] == {"$ref": "#/components/schemas/B/$defs/c/properties/c"}
    assert schemas["Tree"] == TREE


def test_a_document_without_any_is_the_same_object() -> None:
    given = document(A=obj(a=ref("A"), **{"$id": TEXT, "$anchor": TEXT}))
    assert without_anchors(given) is given


def test_models_follow_them(make: Make) -> None:
    given = {**document(**_schemas()), "$self": "https://example.test/api.yaml"}
    models = make(given).models
    value = {
        "anchor": {"x": "1"}, "through": {"x": "2"}, "self": {"id": {"c": "3"}},
        "url": {"children": [{"children": []}]},
    }  # fmt: skip
    found = models.A.from_dict(value)
    assert (found.anchor.x, found.through.x) == ("1", "2")
    assert found.self_.id.c == "3"
    assert found.url.children[0].children == []
    assert found.to_dict() == value


def test_a_schema_that_others_put_in_the_place_of_an_anchor_is_any_value() -> None:
    open_ = {"$dynamicAnchor": "T", "not": {}}
    page = {"$defs": {"T": open_}, **obj(data=array({"$dynamicRef": "#T"}))}
    given = document(Page=page)
    found = taken(given).document["components"]["schemas"]["Page"]
    assert found["properties"]["data"] == array({})


@pytest.mark.parametrize(
    "reference", ["#gone", "https://example.test/gone", "http://[", "tree#gone"]
)
def test_what_leads_nowhere_is_refused_by_its_place(reference: str) -> None:
    schemas: dict[str, Any] = {"A": obj(a={"$ref": reference}), "Tree": TREE}
    said = refusal(document(**schemas))
    assert said.startswith("$.components.schemas.A.properties.a: ")
