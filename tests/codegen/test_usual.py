"""The reader of what nearly all objects are, from a shape and any document."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.errors import SpecError
from codegen.methods.usual import Usual, plan_usual
from codegen.paths import TEMPLATES
from codegen.pipeline import facts
from codegen.plan import Package, plan_package
from codegen.render import environment
from tests.codegen.specs import (
    EVERYTHING,
    NUMBER,
    TEXT,
    array,
    const,
    document,
    obj,
    operation,
    ref,
)

SCHEMAS = {
    "Told": obj(name=TEXT, size=NUMBER, body=ref("Body"), rows=array(ref("Row"))),
    "Body": obj(text=TEXT, tags=array(TEXT), rows=array(ref("Row"))),
    "Row": {"oneOf": [ref("Plain"), ref("Bold")]},
    "Plain": obj("kind", kind=const("plain"), text=TEXT),
    "Bold": obj("kind", kind=const("bold"), body=ref("Body"), name=ref("Body")),
}
SHAPE = {"name": "row", "body": {"rows": [{"kind": "bold", "body": {"rows": []}}]}}


@pytest.fixture(scope="module")
def package() -> Package:
    paths = {"/told": {"get": operation("getTold", schema=ref("Told"))}}
    return plan_package(facts(document(paths, **SCHEMAS), EVERYTHING, None).document)


def code(usual: Usual) -> str:
    template = environment(TEMPLATES).get_template("client/usual.py.jinja")
    return template.render(usual=usual)


def test_objects_within_are_found_first_and_made_last(package: Package) -> None:
    found = plan_usual({"Told": SHAPE}, package)
    assert found.arguments == ["name", "body"]
    assert found.constants == ['name != "row"']
    assert found.finds == ['[part] = body["rows"]', 'body_ = part["body"]']
    assert found.conditions == [
        "len(body) != 1",
        "len(part) != 2",
        'part["kind"] != "bold"',
        "len(body_) != 1",
        'body_["rows"] != []',
    ]
    assert [(each.variable, each.class_) for each in found.parts] == [
        ("made_body_", "Body"),
        ("made_part", "Bold"),
        ("made_body", "Body"),
        ("made", "Told"),
    ]
    compile(code(found), "usual", "exec")


def test_an_object_within_takes_the_place_of_no_argument(package: Package) -> None:
    row = {"kind": "bold", "name": {"text": "_"}}
    found = plan_usual({"Told": {"rows": [row], "name": "_"}}, package)
    assert found.finds == ["[part] = rows", 'name_ = part["name"]']
    assert found.parts[-1].values == [("rows", "[made_part]"), ("name", "name")]


def test_without_a_shape_nothing_is_usual(package: Package) -> None:
    made: dict[str, Any] = {"__name__": "assistants_client._usual_of_nothing"}
    exec(code(plan_usual({}, package)), made)
    assert made["read_usual"]("event", {}) is None


@pytest.mark.parametrize(
    ("shapes", "why"),
    [
        ({"Tld": {}}, "the document has no model Tld; is Told meant?"),
        ({"Row": {}}, "the document has no model Row"),
        ({"Told": {}, "Body": {}}, "only one shape"),
        ({"Told": []}, "an object is due here"),
        ({"Told": {"nme": "_"}}, "Told has no property nme"),
        ({"Told": {"name": {}}}, "name needs no reading"),
        ({"Told": {"body": "_"}}, "can't be the shape of body"),
        ({"Told": {"rows": ["_"]}}, "an object is due here"),
        ({"Told": {"rows": [{"text": "_"}]}}, "doesn't say of which class"),
        ({"Told": {"rows": [{"kind": "_"}]}}, "doesn't say of which class"),
    ],
)
def test_a_shape_that_fits_no_document_is_refused(
    package: Package, shapes: dict[str, Any], why: str
) -> None:
    with pytest.raises(SpecError, match=why):
        plan_usual(shapes, package)
