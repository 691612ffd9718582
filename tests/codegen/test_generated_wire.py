"""What goes over the wire, judged by openapi-core, and what is read of what comes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as WerkzeugRequest

from harness.scripted_server import Request, Response, ScriptedServer
from tests.codegen.specs import (
    BINARY,
    FORM,
    JSON,
    NUMBER,
    TEXT,
    URLENCODED,
    Document,
    array,
    document,
    obj,
    operation,
    parameter,
    ref,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.codegen.conftest import Make

LIST, OBJECT = ["a b", "c/d"], {"x": "1", "y": "é"}
PAIR = obj(x=TEXT, y=TEXT)
PARAMETERS: list[tuple[Document, Any]] = [
    (parameter("q", schema=array(TEXT)), LIST),
    (parameter("q", schema=array(TEXT), explode=False), LIST),
    (parameter("q", schema=array(TEXT), explode=False, style="pipeDelimited"), LIST),
    (parameter("q", schema=PAIR, explode=False), OBJECT),
    (parameter("q", schema=PAIR, style="deepObject", explode=True), OBJECT),
    ({"name": "q", "in": "query", "content": {JSON: {"schema": PAIR}}}, OBJECT),
    (parameter("q", allowReserved=True), "a/b?c:d&e=f#g+h"),
    (parameter("q", "cookie"), "YWI/Yw=="),
    (parameter("q", "cookie", array(TEXT)), ["a", "c/d"]),
    (parameter("q", "cookie", array(TEXT), explode=False), ["a", "c/d"]),
    (parameter("X-Q", "header", array(TEXT)), ["a", "c"]),
    (parameter("X-Q", "header", PAIR), {"x": "1", "y": "e"}),
    (parameter("X-Q", "header", PAIR, explode=True), {"x": "1", "y": "e"}),
    (parameter("q", "path", array(TEXT)), ["a", "c"]),
]
BODIES: list[tuple[str, Document, Any]] = [
    (JSON, {"schema": {"type": ["array", "null"], "items": TEXT}}, None),
    (URLENCODED, {"schema": obj(a=array(TEXT), n=NUMBER)}, {"a": LIST, "n": 5}),
    (
        URLENCODED,
        {
            "schema": obj(a=array(TEXT), o=PAIR),
            "encoding": {
                "a": {"style": "pipeDelimited", "explode": False},
                "o": {"style": "deepObject", "explode": True},
            },
        },
        {"a": LIST, "o": OBJECT},
    ),
    (
        URLENCODED,
        {"schema": obj(o=PAIR), "encoding": {"o": {"contentType": JSON}}},
        {"o": OBJECT},
    ),
    (FORM, {"schema": obj(a=array(TEXT), t=TEXT)}, {"a": LIST, "t": "x"}),
    (FORM, {"schema": obj(o=PAIR)}, {"o": OBJECT}),
]


@pytest.fixture(scope="module")
def shared() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def server(shared: ScriptedServer) -> ScriptedServer:
    shared.script = lambda _: Response(body=b"{}")
    return shared


def werkzeug(request: Request) -> WerkzeugRequest:
    """Return what arrived as another library sees it."""
    path, _, query = request.target.partition("?")
    builder = EnvironBuilder(
        path=path, query_string=query, method=request.method, data=request.body,
        headers=[*request.headers.multi_items()],
    )  # fmt: skip
    return WerkzeugRequest(builder.get_environ())


def arrived(given: Document, request: Request) -> Any:
    """Return what openapi-core reads of a request, which it finds to be right."""
    # Imported by the one process that runs these tests, not by all that list them.
    from openapi_core import OpenAPI
    from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest

    whole = {**given, "servers": [{"url": "/"}]}
    with werkzeug(request) as seen:
        judged = WerkzeugOpenAPIRequest(seen)
        found = OpenAPI.from_dict(whole).unmarshal_request(judged)
    assert found.errors == []
    return found


@pytest.fixture(scope="module")
def things(make: Make) -> tuple[Document, Any]:
    """Provide a document with all parameters and bodies, and its package."""
    paths: Document = {}
    for number, (given, _) in enumerate(PARAMETERS):
        path = f"/p{number}/{{q}}" if given["in"] == "path" else f"/p{number}"
        paths[path] = {"get": operation(f"p{number}", given, schema={})}
    for number, (media_type, media, _) in enumerate(BODIES):
        body = {media_type: media}
        paths[f"/b{number}"] = {"post": operation(f"b{number}", schema={}, body=body)}
    given = document(paths)
    return given, make(given)


@pytest.fixture
def called(
    things: tuple[Document, Any], server: ScriptedServer
) -> Callable[..., tuple[Document, Request]]:
    given, package = things

    def call(name: str, **arguments: Any) -> tuple[Document, Request]:
        with package.Client(base_url=server.url) as client:
            getattr(package.api.things, name).sync(client=client, **arguments)
        return given, server.requests[-1]

    return call


@pytest.mark.parametrize("number", range(len(PARAMETERS)))
def test_another_library_reads_the_parameter_that_was_given(
    called: Callable[..., tuple[Document, Request]], number: int
) -> None:
    given, value = PARAMETERS[number]
    argument = "x_q" if given["name"] == "X-Q" else "q"
    found = arrived(*called(f"p{number}", **{argument: value})).parameters
    assert getattr(found, given["in"])[given["name"]] == value


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_another_library_reads_the_body_that_was_given(
    called: Callable[..., tuple[Document, Request]], number: int
) -> None:
    *_, value = BODIES[number]
    assert arrived(*called(f"b{number}", body=value)).body == value


def test_items_keep_their_delimiters(
    called: Callable[..., tuple[Document, Request]],
) -> None:
    _, request = called("p1", q=["a,b", "c"])
    assert request.target == "/p1?q=a%2Cb,c"
    _, request = called("p6", q="a/b?c:d&e=f#g+h%2F")
    assert request.target == "/p6?q=a/b?c:d%26e=f%23g%2Bh%2F"
    _, request = called("p8", q=["a;b", "c"])
    assert request.headers["Cookie"] == "q=a%3Bb; q=c"


@pytest.fixture(scope="module")
def uploads(make: Make) -> Any:
    picture = {"type": "string", "contentMediaType": "image/png"}
    octets = {"type": "string", "contentMediaType": "application/octet-stream"}
    base64 = {**picture, "contentEncoding": "base64"}
    media = {
        "schema": obj(
            one=octets, many=array(octets), small=base64, meta=PAIR, csv=TEXT,
            old=BINARY, tags=array(TEXT), plain={**TEXT, "contentEncoding": "binary"},
        ),
        "encoding": {
            "csv": {"contentType": "text/csv"},
            "old": {
                "contentType": "application/pdf",
                "headers": {"X-Kind": {"schema": {"type": "string", "enum": ["k"]}}},
            },
            "tags": {"contentType": JSON},
        },
    }  # fmt: skip
    paths: Document = {
        "/u": {"post": operation("upload", body={FORM: media})},
        "/raw": {"post": operation("raw", body={"image/*": {"schema": BINARY}})},
        "/lines": {
            "post": operation("lines", body={"application/x-ndjson": {"schema": PAIR}})
        },
        "/sequence": {
            "post": operation(
                "sequence", body={"application/json-seq": {"schema": PAIR}}
            )
        },
    }
    return make(document(paths))


def test_parts_of_forms_are_what_their_encoding_says(
    uploads: Any, server: ScriptedServer
) -> None:
    body = {
        "one": b"1", "many": [b"2", ("b.txt", b"3")], "small": b"\xff", "meta": OBJECT,
        "csv": "a;b", "old": b"4", "tags": LIST, "plain": b"5",
    }  # fmt: skip
    with uploads.Client(base_url=server.url) as client:
        uploads.api.things.upload.sync(client=client, body=body)
    with werkzeug(server.requests[-1]) as found:
        _check_parts(found, server.requests[-1].body)


def _check_parts(found: WerkzeugRequest, raw: bytes) -> None:
    files = {k: [f.read() for f in found.files.getlist(k)] for k in found.files}
    one = {"one": [b"1"], "old": [b"4"], "plain": [b"5"]}
    assert files == {**one, "many": [b"2", b"3"]}
    assert found.files["old"].content_type == "application/pdf"
    assert found.files["old"].headers["X-Kind"] == "k"
    assert found.form["small"] == "/w=="
    assert json.loads(found.form["meta"]) == OBJECT
    assert json.loads(found.form["tags"]) == LIST
    assert b'name="csv"\r\nContent-Type: text/csv' in raw
    assert b'name="small"\r\nContent-Type: image/png' in raw


def test_bytes_as_they_are_are_a_file(uploads: Any) -> None:
    with pytest.raises(uploads.errors.UnusableFile, match="plain is text"):
        uploads.api.things.upload.build_request(body={"plain": "5"})


def test_other_bodies_are_sent_as_they_are(
    uploads: Any, server: ScriptedServer, tmp_path: Any
) -> None:
    (tmp_path / "a.png").write_bytes(b"png")
    with uploads.Client(base_url=server.url) as client:
        things = uploads.api.things
        for given in (
            tmp_path / "a.png",
            b"png",
            bytearray(b"png"),
            iter([b"p", b"ng"]),
        ):
            things.raw.sync(client=client, body=given, media_type="image/png")
            assert server.requests[-1].body == b"png"
            assert server.requests[-1].headers["Content-Type"] == "image/png"
        things.lines.sync(client=client, body=[OBJECT, {"x": "2"}])
    lines = server.requests[-1].body.decode().splitlines()
    assert [*map(json.loads, lines)] == [OBJECT, {"x": "2"}]


def test_a_sequence_is_sent_with_a_mark_before_each_value(
    uploads: Any, server: ScriptedServer
) -> None:
    with uploads.Client(base_url=server.url) as client:
        uploads.api.things.sequence.sync(client=client, body=[OBJECT, {"x": "2"}])
    request = server.requests[-1]
    assert request.headers["Content-Type"] == "application/json-seq"
    first, *values = request.body.split(b"\x1e")
    assert first == b""
    assert all(each.endswith(b"\n") for each in values)
    assert [*map(json.loads, values)] == [OBJECT, {"x": "2"}]


FORMATS: list[tuple[str, Any, str]] = [
    ("date", date(2026, 1, 31), "2026-01-31"),
    (
        "date-time",
        datetime(2026, 1, 31, 1, 2, 3, tzinfo=UTC),
        "2026-01-31T01:02:03+00:00",
    ),
    ("uuid", UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ("decimal", Decimal("1.10"), "1.10"),
    ("duration", timedelta(days=1, seconds=90.5), "P1DT90.5S"),
    ("duration", timedelta(0), "PT0S"),
    ("byte", b"\xff\x00", "/wA="),
]


def test_values_of_formats_are_written_as_their_text(
    make: Make, server: ScriptedServer
) -> None:
    schemas = {
        f"f{i}": {**TEXT, "format": kind} for i, (kind, *_) in enumerate(FORMATS)
    }
    many = {f"{name}s": array(schema) for name, schema in schemas.items()}
    given = [parameter(name, schema=schema) for name, schema in schemas.items()]
    sent = operation("send", *given, body={JSON: {"schema": ref("F")}})
    package = make(document({"/f": {"post": sent}}, F=obj(**schemas, **many)))
    values = {f"f{i}": value for i, (_, value, _) in enumerate(FORMATS)}
    texts = {f"f{i}": text for i, (*_, text) in enumerate(FORMATS)}
    lists = {f"{name}s": [value] for name, value in values.items()}
    with package.Client(base_url=server.url) as client:
        body = {**values, **lists}
        package.api.things.send.sync(client=client, body=body, **values)
    request = server.requests[-1]
    assert dict(request.query) == texts
    assert request.json() == texts | {f"{k}s": [text] for k, text in texts.items()}


THING = {"schema": ref("Thing")}
ANSWERS: dict[str, tuple[Document, str]] = {
    "both": (
        {"application/xml": THING, JSON: THING},
        "application/json, application/xml;q=0.5",
    ),
    "anything": ({"*/*": THING}, "*/*"),
    "suffix": ({"application/*+json": THING}, "application/*"),
    "lines": ({"application/x-ndjson": THING}, "application/x-ndjson"),
    "sequence": ({"application/json-seq": THING}, "application/json-seq"),
    "shapes": ({"application/geo+json-seq": THING}, "application/geo+json-seq"),
    "octets": ({"application/octet-stream": {"schema": BINARY}}, "*/*"),
    "plain": ({JSON: THING}, "application/json"),
}


@pytest.fixture(scope="module")
def answering(make: Make, shared: ScriptedServer) -> Callable[..., Any]:
    paths: Document = {}
    for name, (content, _) in ANSWERS.items():
        responses = {"200": {"description": "Good.", "content": content}}
        paths[f"/{name}"] = {"get": operation(name, responses=responses)}
    package = make(document(paths, Thing=obj("a", a=NUMBER)))

    def call(name: str, body: bytes, media_type: str, way: str = "sync") -> Any:
        shared.script = lambda _: Response(body=body, content_type=media_type)
        with package.Client(base_url=shared.url) as client:
            found = getattr(getattr(package.api.things, name), way)(client=client)
            return [*found] if way == "stream" else found

    return call


def test_responses_are_read_as_what_comes(
    answering: Callable[..., Any], server: ScriptedServer
) -> None:
    thing, xml = b'{"a": 1}', b"<a>1</a>"
    for name in ("both", "anything", "suffix", "plain"):
        assert answering(name, thing, "application/json").a == 1
        assert server.requests[-1].headers["Accept"] == ANSWERS[name][1]
    assert answering("suffix", thing, "application/vnd.x+json").a == 1
    assert answering("both", xml, "application/xml") == xml
    assert answering("anything", xml, "application/xml") == xml
    latin = "text/plain; charset=latin-1"
    assert answering("anything", "é".encode("latin-1"), latin) == "é"
    assert answering("octets", xml, "text/xml") == xml
    assert server.requests[-1].headers["Accept"] == "*/*"


def test_lines_are_a_list_and_a_stream(
    answering: Callable[..., Any], server: ScriptedServer
) -> None:
    body = b'{"a": 1}\n\n{"a": 2}\r\n{"a": 3}'
    for way in ("sync", "stream"):
        found = answering("lines", body, "application/x-ndjson", way)
        assert [each.a for each in found] == [1, 2, 3]
        assert server.requests[-1].headers["Accept"] == "application/x-ndjson"


@pytest.mark.parametrize("name", ["sequence", "shapes"])
def test_a_sequence_is_a_list_and_a_stream(
    answering: Callable[..., Any], server: ScriptedServer, name: str
) -> None:
    """RFC 7464: a mark stands before each value, which may have several lines."""
    body = b'\x1e{"a": 1}\n\x1e\x1e{\n "a":\n 2\n}\n\x1e{"a": 3}'
    media_type = ANSWERS[name][1]
    for way in ("sync", "stream"):
        found = answering(name, body, media_type, way)
        assert [each.a for each in found] == [1, 2, 3]
        assert server.requests[-1].headers["Accept"] == media_type
