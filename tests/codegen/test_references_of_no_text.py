"""A `$ref` that is no text: refused by its place and what it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from codegen.attempts import Attempt, Wishes, attempt, prepared
from codegen.changes import as_lines
from codegen.errors import SpecError, json_path
from codegen.overlay import named
from tests.codegen.specs import EVERYTHING, TEXT, Document, array, document, obj, ref

if TYPE_CHECKING:
    from pathlib import Path

WRONG = (5, 1.5, True, ["#/components/schemas/A"], {"a": 1})
OPERATION = ("paths", "/a", "post")
ANSWER = (*OPERATION, "responses", "200")
PLACES: dict[str, tuple[str | int, ...]] = {
    "schema": ("components", "schemas", "A"),
    "property": ("components", "schemas", "A", "properties", "x"),
    "items": ("components", "schemas", "A", "properties", "y", "items"),
    "alternative": ("components", "schemas", "A", "properties", "z", "anyOf", 0),
    "schema of a response": (*ANSWER, "content", "application/json", "schema"),
    "schema of a parameter": (*OPERATION, "parameters", 0, "schema"),
    "parameter": (*OPERATION, "parameters", 0),
    "shared parameter": ("components", "parameters", "p"),
    "response": ANSWER,
    "shared response": ("components", "responses", "r"),
    "body": (*OPERATION, "requestBody"),
    "path item": ("paths", "/a"),
    "header": (*ANSWER, "headers", "X-A"),
    "link": (*ANSWER, "links", "l"),
}
# What no code is made of.
UNREAD: dict[str, tuple[str | int, ...]] = {
    "example": (*ANSWER, "content", "application/json", "examples", "e"),
    "callback": (*OPERATION, "callbacks", "c"),
    "value": ("components", "schemas", "A", "default"),
    "extension": ("components", "schemas", "A", "x-any"),
}


def given(at: tuple[str | int, ...], found: Any) -> Document:
    """Return a document that has a reference at a place."""
    of_a = {"application/json": {"schema": ref("A"), "examples": {"e": {}}}}
    query = {"name": "q", "in": "query", "schema": TEXT}
    shared = [{"$ref": f"#/components/{of}"} for of in ("parameters/p", "responses/r")]
    answer = {
        "description": "",
        "content": of_a,
        "headers": {"X-A": {"schema": TEXT}},
        "links": {"l": {"operationId": "a"}},
    }
    posting = {
        "operationId": "a",
        "parameters": [query, shared[0]],
        "requestBody": {"content": {"application/json": {"schema": ref("A")}}},
        "responses": {"200": answer, "400": shared[1]},
        "callbacks": {"c": {}},
    }
    schema = obj(x=TEXT, y=array(TEXT), z={"anyOf": [TEXT, {"type": "null"}]})
    made = document({"/a": {"post": posting}}, A=schema)
    made["components"]["parameters"] = {"p": {**query, "name": "p"}}
    made["components"]["responses"] = {"r": {"description": ""}}
    # As it would be read: no two places share anything.
    alone: Document = json.loads(json.dumps(made))
    holder: Any = alone
    for step in at[:-1]:
        holder = holder[step]
    holder[at[-1]] = {"$ref": found}
    return alone


def attempted(document: Document, *overlays: Path, **wishes: Any) -> Attempt:
    repaired, _ = prepared(document, None, None, [*map(named, overlays)])
    return attempt(repaired, Wishes(EVERYTHING, **wishes))


@pytest.mark.parametrize("found", WRONG, ids=str)
@pytest.mark.parametrize("place", PLACES)
def test_it_is_refused_by_its_place_and_what_it_is(place: str, found: Any) -> None:
    at = PLACES[place]
    with pytest.raises(SpecError) as caught:
        attempted(given(at, found))
    (error,) = caught.value.all
    assert str(error).startswith(f"{json_path(at)}: a $ref must be text, not ")
    assert str(error).partition(", not ")[2].startswith(str(found)[:2])


@pytest.mark.parametrize("place", PLACES)
def test_with_the_lines_of_its_refusal_it_is_built(place: str, tmp_path: Path) -> None:
    document = given(PLACES[place], 5)
    with pytest.raises(SpecError) as caught:
        attempted(document)
    overlay = tmp_path / "repairs.yaml"
    overlay.write_text("\n".join(as_lines(caught.value.remedies)), encoding="utf-8")
    assert attempted(document, overlay).package.schemas
    assert attempted(document, skip_broken=True).left_out


@pytest.mark.parametrize("place", [each for each in PLACES if "meter" not in each[-5:]])
def test_null_is_none(place: str) -> None:
    """As everywhere, it stands for what is absent; only a parameter needs a name."""
    assert attempted(given(PLACES[place], None)).package.title


@pytest.mark.parametrize("place", UNREAD)
def test_what_is_not_read_is_let_be(place: str) -> None:
    assert attempted(given(UNREAD[place], 5)).package.schemas


def test_a_property_may_be_called_so() -> None:
    made = attempted(document(A={"type": "object", "properties": {"$ref": TEXT}}))
    fields = {each.names.schema: each.fields for each in made.package.schemas}
    assert [field.key for field in fields["A"]] == ["$ref"]
