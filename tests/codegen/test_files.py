"""Documents of several files, and references in places that look like data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from codegen import source
from codegen.errors import SpecError
from codegen.pipeline import facts
from codegen.references import bundle, name_targets
from tests.codegen.specs import (
    EVERYTHING,
    JSON,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    ref,
)

if TYPE_CHECKING:
    from pathlib import Path

GONE = {"$ref": "more.json#/Gone"}
EVENT: Document = {
    "oneOf": [{"$ref": "#/$defs/made"}, {"$ref": "#/$defs/lost"}],
    "discriminator": {
        "propertyName": "kind",
        "mapping": {"made": "#/$defs/made", "lost": "./event.json#/$defs/lost"},
    },
    "$defs": {
        "made": obj("kind", kind=TEXT, line={"$ref": "order.json#line"}),
        "lost": {"$anchor": "lost", **obj("kind", kind=TEXT, sub={"$ref": "#lost"})},
    },
}
ORDER: Document = {
    "$id": "https://example.test/order.json",
    "$defs": {"line": {"$anchor": "line", **obj(next={"$ref": "#line"})}},
    **obj(lines=array({"$ref": "#line"}), event={"$ref": "event.json"}),
}


def _loaded(folder: Path, given: Document, **files: Any) -> source.Source:
    for name, content in {"api": given, **files}.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return source.load(folder / "api.json")


def _facts(folder: Path, given: Document, **files: Any) -> Document:
    loaded = _loaded(folder, given, **files)
    found: Document = facts(loaded.document, EVERYTHING, None, loaded.folder).document
    return found


def test_a_response_called_default_may_stand_in_another_file(tmp_path: Path) -> None:
    answer = operation("a", responses={"default": GONE})
    more = {"Gone": {"description": "Gone.", "content": {JSON: {"schema": TEXT}}}}
    found = _facts(tmp_path, document({"/a": {"get": answer}}), more=more)
    reference = found["paths"]["/a"]["get"]["responses"]["default"]["$ref"]
    (name,) = found["components"]["responses"]
    assert reference == f"#/components/responses/{name}"


def test_what_stands_in_another_file_is_a_component_of_its_kind(
    tmp_path: Path,
) -> None:
    def there(name: str) -> Document:
        return {"$ref": f"more.json#/{name}"}

    answer = {"description": "A.", "headers": {"x-h": there("Header")}}
    asked = {
        "operationId": "a",
        "parameters": [there("Parameter")],
        "requestBody": there("Body"),
        "responses": {"200": answer, "400": there("Answer")},
    }
    # What a property is called says nothing of its kind.
    words = {each: array(there("Word")) for each in ("headers", "responses")}
    more = {
        "Header": {"schema": TEXT},
        "Parameter": {"name": "q", "in": "query", "schema": TEXT},
        "Body": {"content": {JSON: {"schema": obj(b=TEXT)}}},
        "Answer": {"description": "No.", "content": {JSON: {"schema": TEXT}}},
        "Word": obj(w=TEXT),
        "Path": {"post": asked},
    }
    given = document({"/a": there("Path")}, A=obj(**words))
    loaded = _loaded(tmp_path, given, more=more)
    found = name_targets(bundle(loaded.document, loaded.folder)).document
    components = found["components"]
    assert {kind: [*components[kind]] for kind in components if kind != "schemas"} == {
        "pathItems": ["Path"],
        "headers": ["Header"],
        "parameters": ["Parameter"],
        "requestBodies": ["Body"],
        "responses": ["Answer"],
    }
    assert [*components["schemas"]] == ["A", "Word"]
    (request,) = components["pathItems"]["Path"].values()
    assert request["requestBody"] == {"$ref": "#/components/requestBodies/Body"}


@pytest.mark.parametrize("name", ["default", "example", "const", "enum", "x-y", "$ref"])
def test_a_property_may_be_called_as_data_is(name: str, tmp_path: Path) -> None:
    found = _facts(
        tmp_path, document(A=obj(**{name: GONE})), more={"Gone": obj(g=TEXT)}
    )
    assert found["components"]["schemas"]["A"]["properties"][name] == ref("Gone")


def test_what_looks_like_a_reference_in_data_stays(tmp_path: Path) -> None:
    given = document(A={**TEXT, "default": GONE}, B=obj(b=GONE), C=const(GONE))
    found = _facts(tmp_path, given, more={"Gone": obj(g=TEXT)})
    assert found["components"]["schemas"]["A"]["default"] == GONE


def test_anchors_and_discriminators_of_other_files_are_followed(
    tmp_path: Path,
) -> None:
    given = document(Order={"$ref": "order.json"})
    schemas = _facts(tmp_path, given, order=ORDER, event=EVENT)["components"]["schemas"]
    assert schemas["Order"]["properties"]["lines"] == array(ref("Line"))
    assert schemas["Line"]["properties"]["next"] == ref("Line")
    assert schemas["Made"]["properties"]["line"] == ref("Line")
    assert schemas["Lost"]["properties"]["sub"] == ref("Lost")
    assert schemas["Event"]["discriminator"] == {
        "propertyName": "kind",
        "mapping": {"made": ref("Made")["$ref"], "lost": ref("Lost")["$ref"]},
    }


def test_an_anchor_that_a_file_lacks_is_refused_by_its_place(tmp_path: Path) -> None:
    given = document(A=obj(a={"$ref": "order.json#gone"}))
    with pytest.raises(
        SpecError, match=r"nothing in order\.json is called 'gone'"
    ) as e:
        _facts(tmp_path, given, order=ORDER, event=EVENT)
    assert str(e.value).startswith("$.components.schemas.A.properties.a: ")


@pytest.mark.parametrize("name", ["cat.json", "./cat.json", "in.my.folder/../cat.json"])
def test_a_discriminator_may_map_to_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "in.my.folder").mkdir()
    cat, dog = obj("kind", kind=TEXT, purrs=TEXT), obj("kind", kind=TEXT, barks=TEXT)
    pet: Document = {
        "oneOf": [{"$ref": name}, ref("Dog")],
        "discriminator": {
            "propertyName": "kind",
            # The second is the bare name of a schema.
            "mapping": {"purring": name, "barking": "Dog"},
        },
    }
    answer = {"/a": {"get": operation("a", schema=ref("Pet"))}}
    found = _facts(tmp_path, document(answer, Pet=pet, Dog=dog), cat=cat)
    mapping = found["components"]["schemas"]["Pet"]["discriminator"]["mapping"]
    assert mapping == {"purring": ref("Cat")["$ref"], "barking": ref("Dog")["$ref"]}


def test_references_that_lead_to_each_other_end(tmp_path: Path) -> None:
    schemas = {"A": ref("B"), "B": ref("A"), "C": {"$ref": f"{ref('A')['$ref']}/items"}}
    answer = {"/a": {"get": operation("a", schema=ref("C"))}}
    with pytest.raises(SpecError, match=r"^\$\.components\.schemas\.C"):
        _facts(tmp_path, document(answer, **schemas))
