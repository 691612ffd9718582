"""Every refusal says all that is wrong, and what in an overlay makes it go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from codegen.attempts import Attempt, Wishes, attempt, prepared
from codegen.changes import as_lines
from codegen.errors import SpecError
from codegen.overlay import named
from tests.codegen.specs import (
    EVERYTHING,
    FORM,
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
)

if TYPE_CHECKING:
    from pathlib import Path

# What a line of an overlay could break at.
HOSTILE = (
    *(
        "'",
        '"',
        "\\",
        "\n- target: $",
        "\u0085",
        "\u2028",
        "\x7f",
        "]",
        "*",
        ": #",
        "~1",
    ),
    *("\U0001f600", "\ud7ff", "x" * 500),
)
GONE = ref("Gone")


def attempted(given: Any, *overlays: Path, **wishes: Any) -> Attempt:
    # As it would be read: no two places share anything.
    given = json.loads(json.dumps(given))
    repaired, _ = prepared(given, None, None, [*map(named, overlays)])
    return attempt(repaired, Wishes(EVERYTHING, **wishes))


def refused(given: Any, **wishes: Any) -> SpecError:
    with pytest.raises(SpecError) as caught:
        attempted(given, **wishes)
    return caught.value


def getting(*parameters: Any, **options: Any) -> Document:
    """Write a document of one operation, with a schema that is called S."""
    item = {"get": operation("getIt", *parameters, **options)}
    return document({"/a": item}, S=obj(a=TEXT))


def answering(response: Any, code: str = "200") -> Document:
    return getting(responses={code: response})


def with_parts(given: Document, **parts: Any) -> Document:
    return {**given, **parts}


def sharing(section: str, member: Any, use: Document) -> Document:
    """Write a document with a component P that one operation uses."""
    given = document({"/a": {"post": {**operation("doIt"), **use}}}, S=obj(a=TEXT))
    given["components"][section] = {"P": member}
    return given


def uses(section: str) -> Document:
    return {"$ref": f"#/components/{section}/P"}


KINDS: dict[str, tuple[Any, str]] = {
    "no version": ({"info": {"title": "A", "version": "1"}}, "no OpenAPI 3.0"),
    "odd version": (with_parts(getting(), openapi=["3.1.0"]), "no OpenAPI 3.0"),
    "nothing but a version": ({"openapi": "3.1.0"}, "info is missing"),
    "paths as a list": (with_parts(getting(), paths=[{}]), "an object is due"),
    "info as a text": (with_parts(getting(), info="x"), "an object is due"),
    "title as a list": (
        with_parts(getting(), info={"title": ["x"], "version": "1"}),
        "text is due",
    ),
    "operation as a text": (document({"/a": {"get": "x"}}), "an object is due"),
    "path as a list": (document({"/a": [1]}), "an object is due"),
    "schema as a number": (document(S=5), "an object is due"),
    "schema as a list": (document(S=[5], T=obj(s=ref("S"))), "an object is due"),
    "property as a list": (document(S=obj(a=[5])), "an object is due"),
    "properties as a list": (
        document(S={"type": "object", "properties": [5]}),
        "an object is due",
    ),
    "required as a number": (document(S={**obj(a=TEXT), "required": 5}), "a list"),
    "required of lists": (document(S={"required": [["a"]]}), "text is due"),
    "no such type": (document(S=obj(a={"type": "strng"})), "no type of JSON"),
    "no such types": (document(S={"type": ["a", "null"]}), "no type of JSON"),
    "negative length": (document(S={**TEXT, "maxLength": -1}), "can't be -1"),
    "step of nothing": (document(S={**NUMBER, "multipleOf": 0}), "can't be 0"),
    "items as a text": (document(S=array("x")), "an object is due"),
    "member as a number": (document(S={"anyOf": [TEXT, 5]}), "an object is due"),
    "mapping as a list": (
        document(S={"oneOf": [ref("A"), ref("B")], "discriminator": {
            "propertyName": "k", "mapping": [1]}}, A=obj(k=TEXT), B=obj(k=TEXT)),
        "an object is due",
    ),
    "discriminator of nothing": (
        document(S={**obj(a=TEXT), "discriminator": {}}), "propertyName is missing"
    ),
    "schema gone": (document(S=GONE), "nothing stands"),
    "property gone": (document(S=obj("a", a=GONE)), "nothing stands"),
    "items gone": (document(S=array(GONE)), "nothing stands"),
    "member gone": (document(S={"anyOf": [GONE, TEXT]}), "nothing stands"),
    "all members gone": (document(S={"oneOf": [GONE, GONE]}), "nothing stands"),
    "base gone": (document(S={"allOf": [GONE, obj(a=TEXT)]}), "nothing stands"),
    "body gone": (getting(body={JSON: {"schema": GONE}}), "nothing stands"),
    "answer gone": (getting(schema=GONE), "nothing stands"),
    "reference to a response": (
        sharing("responses", {"description": ""}, {"requestBody": {"content": {
            JSON: {"schema": uses("responses")}}}}),
        "points to no",
    ),
    "response gone": (
        answering({"$ref": "#/components/responses/Gone"}), "nothing stands"
    ),
    "parameter gone": (
        getting({"$ref": "#/components/parameters/Gone"}), "nothing stands"
    ),
    "request gone": (
        document({"/a": {"put": {**operation("a"), "requestBody": {
            "$ref": "#/components/requestBodies/Gone"}}}}),
        "nothing stands",
    ),
    "path gone": (document({"/a": {"$ref": "#/components/pathItems/Gone"}}),
                  "nothing stands"),
    "file gone": (document(S=obj(a={"$ref": "gone.yaml"})), "leaves the document"),
    "address": (document(S={"$ref": "https://a.test/b"}), "leaves the document"),
    "no place": (document(S={"$ref": "#anchor"}), "is no place"),
    "anchor gone": (document(S=obj(a={"$dynamicRef": "#x"})), "leads to no anchor"),
    "nothing but itself": (document(S=ref("S"), T=array(ref("S"))), "but itself"),
    "two that are each other": (
        document(S={"anyOf": [ref("T"), TEXT]}, T=ref("S")), "but itself"
    ),
    "all of itself": (document(S={"allOf": [ref("S"), obj()]}), "contains itself"),
    "all of what excludes": (
        document(S=obj(a={"allOf": [TEXT, NUMBER]})), "nothing can be all"
    ),
    "a base that excludes": (
        document(B=TEXT, S={"allOf": [ref("B"), NUMBER]}, T=array(ref("S"))),
        "nothing can be all",
    ),
    "a name twice": (
        document(S=obj(a={**obj(x=TEXT), "x-schema-name": "N"},
                       b={**obj(y=TEXT), "x-schema-name": "N"})),
        "is taken by a schema",
    ),
    "parameter without a name": (getting({"in": "query"}), "name is missing"),
    "parameter of a body": (getting(parameter("b", "body")), "a known place"),
    "needed parameter of a body": (
        getting(parameter("b", "body", required=True)), "a known place"
    ),
    "parameter of a path item": (
        document({"/a": {"parameters": [parameter("b", "body", required=True)],
                         "get": operation("a")}}),
        "a known place",
    ),
    "shared parameter": (
        sharing("parameters", parameter("b", "body"),
                {"parameters": [parameter("c"), uses("parameters")]}),
        "a known place",
    ),
    "shared needed parameter": (
        sharing("parameters", parameter("b", "body", required=True),
                {"parameters": [parameter("c"), uses("parameters")]}),
        "a known place",
    ),
    "hostile names": (
        document(S=obj(**{key: {"type": "strng"} for key in HOSTILE})),
        "no type of JSON",
    ),
    "hostile paths": (
        document({f"/{key}": {"get": operation("a", parameter("b", style="odd"))}
                  for key in HOSTILE}),
        "the style 'odd'",
    ),
    "media type that can't be sent": (
        getting(body={"\r/a": {"schema": TEXT}, JSON: {"schema": TEXT}}),
        "can't be sent",
    ),
    "style of a field": (
        getting(body={FORM: {"schema": obj(a=obj()),
                             "encoding": {"a": {"style": "x"}}}}),
        "the style 'x'",
    ),
    "variable without a value": (
        with_parts(getting(), servers=[{"url": "https://{h}.test",
                                        "variables": {"h": {}}}]),
        "needs a default",
    ),
    "no such style": (getting(parameter("a", style="odd")), "the style 'odd'"),
    "no such status": (answering({"description": ""}, "good"), "is no status"),
    "body of nothing": (getting(body={}), "needs a media type"),
    "shared body of nothing": (
        sharing("requestBodies", {"content": {}, "required": True},
                {"requestBody": uses("requestBodies")}),
        "needs a media type",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_with_the_lines_of_a_refusal_in_an_overlay_it_is_built(
    kind: str, tmp_path: Path
) -> None:
    given, said = KINDS[kind]
    error = refused(given)
    assert said in str(error)
    lines = as_lines(error.remedies)
    assert lines
    overlay = tmp_path / "repairs.yaml"
    overlay.write_text("\n".join(lines) + "\n", encoding="utf-8")
    repaired = attempted(given, overlay)
    skipped = attempted(given, skip_broken=True)
    assert skipped.found.document == repaired.found.document
    assert [*skipped.left_out] == [*error.remedies]
    assert repaired.left_out == []


def test_all_that_is_wrong_is_said_at_once() -> None:
    given = getting(parameter("b", style="odd"), schema=GONE)
    given["components"]["schemas"]["T"] = {"type": "strng"}
    error = refused(given)
    assert [each.message.partition(" ")[0] for each in error.all] == [
        *("'strng'", "nothing", "the")
    ]
    assert len(error.remedies) == 3


def test_what_was_not_wrong_is_still_there() -> None:
    given = document(
        {
            "/a": {"get": operation("one", parameter("b", "body"), schema=ref("S"))},
            "/b": {"get": operation("two", parameter("q"), schema=array(ref("S")))},
        },
        S=obj("a", "b", a=GONE, b=TEXT, c={"anyOf": [GONE, TEXT, NUMBER]}),
    )
    found = attempted(given, skip_broken=True)
    assert [op.name for op in found.package.operations] == ["one", "two"]
    (model,) = found.package.schemas
    assert {
        field.key: (field.annotation, field.required) for field in model.fields
    } == {
        "a": ("Any", True),
        "b": ("str", True),
        "c": ("str | int", False),
    }


def test_an_operation_goes_that_can_t_be_called_without_what_is_wrong() -> None:
    wrong = parameter("b", "body", required=True)
    given = document(
        {"/a": {"get": operation("one", wrong), "put": operation("two")}}, S=obj()
    )
    found = attempted(given, skip_broken=True)
    assert [op.name for op in found.package.operations] == ["two"]
    assert [action["target"] for action in found.left_out] == ["$.paths['/a'].get"]


def test_places_in_other_files_can_be_repaired(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": {"type": "strng"}}', encoding="utf-8")
    given = document(S=obj(p={"$ref": "x.json#/a"}, q={"$ref": "gone.json"}))
    with pytest.raises(SpecError) as caught:
        attempt(prepared(given, None, tmp_path)[0], Wishes(EVERYTHING))
    gone, wrong = map(str, caught.value.all)
    assert gone.startswith("$.components.schemas.S.properties.q: can't read gone.json:")
    assert wrong == "$['x-files']['x.json'].a.type: 'strng' is no type of JSON"
    overlay = tmp_path / "repairs.yaml"
    overlay.write_text("\n".join(as_lines(caught.value.remedies)), encoding="utf-8")
    repaired, _ = prepared(given, None, tmp_path, [named(overlay)])
    (model,) = attempt(repaired, Wishes(EVERYTHING)).package.schemas[-1:]
    assert model.names.schema == "S"


def test_swagger_2_has_no_remedy_but_a_converter() -> None:
    error = refused({"swagger": "2.0", "info": {}, "paths": {}})
    assert "swagger2openapi" in error.hint
    assert not error.remedies
