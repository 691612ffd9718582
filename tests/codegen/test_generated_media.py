"""Bodies and responses by media type: versions, ranges, and forms of every kind."""

from __future__ import annotations

import email.policy
import io
import re
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

import pytest

from harness.scripted_server import Response, ScriptedServer
from tests.cases import each_case
from tests.codegen.packages import every_module
from tests.codegen.specs import (
    BINARY,
    FORM,
    JSON,
    TEXT,
    URLENCODED,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    ref,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.scripted_server import Request
    from tests.codegen.conftest import Make

MERGE, PATCH = "application/merge-patch+json", "application/json-patch+json"
VENDOR = "application/vnd.thing+json"
ONE, TWO, OTHER = ({"schema": ref(name)} for name in ("One", "Two", "Other"))
ANSWERS: dict[str, Document] = {
    "versions": {f"{VENDOR}; version=1": ONE, f'{VENDOR};Version="2"': TWO},
    "later": {f"{VENDOR}; version=2": TWO, VENDOR: ONE},
    "range": {JSON: ONE, "application/*+json": OTHER},
    "charset": {f"{JSON}; charset=utf-8": ONE},
}
PARTS = obj(a=obj(x=TEXT), b=BINARY)
STYLED = {
    "schema": obj(csv=array(TEXT), pipes=array(TEXT), pair=obj(x=TEXT, y=TEXT)),
    "encoding": {
        "csv": {"style": "form", "explode": False},
        "pipes": {"style": "pipeDelimited"},
        "pair": {"style": "form", "explode": False},
    },
}
BODIES: dict[str, Document] = {
    "mixed": {"multipart/mixed": {"schema": PARTS}},
    "related": {'multipart/related; type="application/json"': {"schema": PARTS}},
    "styled": {FORM: STYLED},
    "array": {FORM: {"schema": array(BINARY)}},
    "text": {URLENCODED: {"schema": TEXT}},
    "any": {"*/*": {"schema": BINARY}, JSON: ONE, FORM: {"schema": PARTS}},
    "none": {URLENCODED: {"schema": {**obj(a=TEXT), "nullable": True}}},
    "xml": {JSON: ONE, "application/xml": ONE},
    "patches": {MERGE: ONE, PATCH: {"schema": array(ref("One"))}},
    "text_or_xml": {JSON: {"schema": TEXT}, "application/xml": ONE},
    "nothing": {FORM: {"schema": {**PARTS, "nullable": True}}},
}


@pytest.fixture(scope="module")
def package(make: Make) -> Any:
    paths: Document = {}
    for name, content in ANSWERS.items():
        responses = {"200": {"description": "Good.", "content": content}}
        paths[f"/{name}"] = {"get": operation(name, responses=responses)}
    for name, body in BODIES.items():
        nothing = {"204": {"description": "Good."}}
        paths[f"/{name}"] = {"post": operation(name, body=body, responses=nothing)}
    schemas = {"One": obj(a=TEXT), "Two": obj(a=TEXT), "Other": obj(a=TEXT)}
    return make(document(paths, Kind=const("k"), **schemas))


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.mark.parametrize(
    ("name", "came", "read"),
    [
        ("versions", f"{VENDOR}; version=1", "One"),
        ("versions", f"{VENDOR};charset=utf-8;VERSION=2", "Two"),
        ("versions", f'{VENDOR}; version="2"', "Two"),
        ("versions", VENDOR, "One"),
        ("versions", JSON, "One"),
        ("later", f"{VENDOR}; version=2", "Two"),
        ("later", VENDOR, "One"),
        ("later", f"{VENDOR}; version=3", "One"),
        ("range", JSON, "One"),
        ("range", "application/problem+json", "Other"),
        ("charset", JSON, "One"),
    ],
)
def test_a_response_is_read_as_its_version(
    package: Any, server: ScriptedServer, name: str, came: str, read: str
) -> None:
    server.script = lambda _: Response(body=b'{"a": "x"}', content_type=came)
    with package.Client(base_url=server.url) as client:
        found = getattr(package.api.things, name).sync(client=client)
    assert type(found).__name__ == read


def test_headers_without_points_in_time_need_no_module_of_these(package: Any) -> None:
    names = {each.__name__.rpartition(".")[2] for each in every_module(package)}
    assert "headers" in names
    assert "datetimes" not in names


def test_what_is_accepted_names_versions_and_no_charsets(package: Any) -> None:
    accepted = {
        name: getattr(package.api.things, name).build_request().headers
        for name in ANSWERS
    }
    assert accepted == {
        "versions": {"Accept": f"{VENDOR}; version=1, {VENDOR}; version=2;q=0.5"},
        "later": {"Accept": f"{VENDOR}; version=2, {VENDOR};q=0.5"},
        "range": {"Accept": f"{JSON}, application/*;q=0.5"},
        "charset": {},
    }


def _sent(package: Any, server: ScriptedServer, name: str, **given: Any) -> Request:
    server.script = lambda _: Response(204, body=b"")
    with package.Client(base_url=server.url) as client:
        getattr(package.api.things, name).sync(client=client, **given)
    return server.requests[-1]


def _parts(request: Request) -> dict[str, tuple[str, Any]]:
    """Return the parts of a form by their names, as the standard library reads them."""
    kind = request.headers["Content-Type"].encode()
    whole = b"Content-Type: " + kind + b"\r\n\r\n" + request.body
    message = BytesParser(policy=email.policy.HTTP).parsebytes(whole)
    assert not message.defects
    return {
        str(part.get_param("name", header="content-disposition")): (
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    }


@pytest.mark.parametrize("name", ["mixed", "related"])
def test_forms_of_other_names_have_parts_and_a_boundary(
    package: Any, server: ScriptedServer, name: str
) -> None:
    request = _sent(package, server, name, body={"a": {"x": "1"}, "b": b"\xff"})
    (media_type,) = BODIES[name]
    assert request.headers["Content-Type"].startswith(f"{media_type}; boundary=")
    assert _parts(request) == {
        "a": (JSON, b'{"x": "1"}'),
        "b": ("application/octet-stream", b"\xff"),
    }


def test_fields_of_a_style_are_not_percent_encoded_in_parts(
    package: Any, server: ScriptedServer
) -> None:
    body = {"csv": ["a b", "é"], "pipes": ["x", "y"], "pair": {"x": "1", "y": "/"}}
    parts = _parts(_sent(package, server, "styled", body=body))
    assert {name: content for name, (_, content) in parts.items()} == {
        "csv": "a b,é".encode(),
        "pipes": b"x|y",
        "pair": b"x,1,y,/",
    }


def test_a_form_without_fields_is_what_the_caller_wrote(
    package: Any, server: ScriptedServer
) -> None:
    kind = f"{FORM}; boundary=b"
    request = _sent(package, server, "array", body=b"--b--", media_type=kind)
    assert (request.headers["Content-Type"], request.body) == (kind, b"--b--")
    request = _sent(package, server, "text", body="a=1&a=2")
    assert (request.headers["Content-Type"], request.body) == (URLENCODED, b"a=1&a=2")


def test_json_is_sent_unless_something_else_is_chosen(
    package: Any, server: ScriptedServer
) -> None:
    request = _sent(package, server, "any", body={"a": "x"})
    assert (request.headers["Content-Type"], request.body) == (JSON, b'{"a":"x"}')
    request = _sent(package, server, "any", body=b"%PDF", media_type="application/pdf")
    assert request.headers["Content-Type"] == "application/pdf"
    assert request.body == b"%PDF"
    request = _sent(package, server, "any", body={"b": b"x"}, media_type=FORM)
    assert _parts(request) == {"b": ("application/octet-stream", b"x")}


@each_case(
    ("name", "media_type", "body", "other"),
    [
        ("xml", JSON, b"<a/>", "application/xml"),
        ("xml", JSON, "<a/>", "application/xml"),
        ("xml", JSON, io.BytesIO(), "application/xml"),
        ("xml", "application/xml", {"a": "x"}, JSON),
        ("patches", MERGE, [{"a": "x"}], PATCH),
        ("patches", PATCH, {"a": "x"}, MERGE),
    ],
)
def test_a_body_of_another_media_type_is_refused(
    package: Any, name: str, media_type: str, body: Any, other: str
) -> None:
    build = getattr(package.api.things, name).build_request
    with pytest.raises(ValueError, match=re.escape(f"choose media_type={other!r}")):
        build(body=body, media_type=media_type)
    assert build(body=body, media_type=other).method == "POST"


def test_a_body_that_may_be_meant_is_sent(package: Any) -> None:
    things = package.api.things
    for written in ([b"<a", b"/>"], iter([b"<a/>"]), b""):
        request = things.xml.build_request(body=written, media_type="application/xml")
        assert request.content is written
    for body, plain in [(package.models.One(a="x"), {"a": "x"}), (None, None), (5, 5)]:
        assert things.xml.build_request(body=body).json == plain
    assert things.text_or_xml.build_request(body="x").json == "x"
    assert "ValueError" in things.xml.build_request.__doc__
    assert "ValueError" not in things.text_or_xml.build_request.__doc__


@pytest.mark.parametrize("name", ["none", "nothing"])
def test_a_form_that_is_null_has_no_fields(
    package: Any, server: ScriptedServer, name: str
) -> None:
    assert _sent(package, server, name, body=None).body == b""
