"""Inline documents in, answers and events read as the documents say."""

from __future__ import annotations

import inspect
import json
import re
import string
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.codegen.packages import module
from tests.codegen.specs import (
    JSON,
    NUMBER,
    TEXT,
    Document,
    const,
    document,
    obj,
    operation,
    ref,
)

if TYPE_CHECKING:
    from tests.codegen.conftest import Make


def answering(make: Make, responses: Document, **schemas: Any) -> Any:
    """Build one operation with these answers; return its module."""
    given = {"/a": {"get": operation("getIt", responses=responses)}}
    return make(document(given, **schemas)).api.things.get_it


def answer(schema: Any = None, media_type: str = JSON) -> Document:
    content = {} if schema is None else {"content": {media_type: {"schema": schema}}}
    return {"description": "Said.", **content}


def response(status: int, content: bytes = b"", **data: Any) -> httpx.Response:
    if data:
        content = json.dumps(data).encode()
    return httpx.Response(status, content=content)


# --- Answers -----------------------------------------------------------------------


def test_a_status_and_its_range_have_types_of_their_own(make: Make) -> None:
    module_ = answering(
        make,
        {"200": answer(ref("A")), "2XX": answer(ref("B"))},
        A=obj(a=TEXT),
        B=obj(b=TEXT),
    )
    models = module(__import__(module_.__name__.split(".")[0]), "models")
    assert module_.parse_response(response(200, a="x")) == models.A(a="x")
    assert module_.parse_response(response(203, b="x")) == models.B(b="x")
    # Type checkers refuse a variable that is declared twice.
    plain = {"200": answer(TEXT), "2XX": answer(NUMBER)}
    source = inspect.getsource(answering(make, plain).parse_response)
    declared = re.findall(r"(\w+): \w+ = ", source)
    assert len(declared) == len(set(declared)) == 2


def test_each_success_has_its_type_and_others_the_first(make: Make) -> None:
    module_ = answering(
        make,
        {
            "201": answer(ref("B")),
            "200": answer(ref("A")),
            "204": answer(),
            "206": answer(TEXT, "text/plain"),
        },
        A=obj(a=TEXT),
        B=obj(b=TEXT),
    )
    models = module(__import__(module_.__name__.split(".")[0]), "models")
    parse = module_.parse_response
    assert parse(response(200, a="x")) == models.A(a="x")
    assert parse(response(201, b="x")) == models.B(b="x")
    assert parse(response(202, a="x")) == models.A(a="x")
    assert parse(response(204)) is None
    assert parse(response(206, "ä".encode())) == "ä"
    errors = module(__import__(module_.__name__.split(".")[0]), "errors")
    for status in (199, 300, 404, 500):
        with pytest.raises(errors.UnexpectedStatus) as caught:
            parse(response(status, b"what"))
        assert caught.value.status_code == status
        assert "what" in str(caught.value)


def test_an_answer_without_content_is_none_whatever_came(make: Make) -> None:
    parse = answering(make, {"204": answer()}, T=TEXT).parse_response
    assert parse(response(204)) is None
    assert parse(response(200, b"<html>")) is None


def test_errors_are_read_by_exact_status_then_range_then_default(make: Make) -> None:
    package_module = answering(
        make,
        {
            "200": answer(ref("Good")),
            "404": answer(ref("Gone")),
            "4XX": answer(ref("Bad")),
            "default": answer(ref("Other")),
        },
        **{name: obj(x=TEXT) for name in ("Good", "Gone", "Bad", "Other")},
    )
    for status, name in [
        *((200, "Good"), (299, "Good"), (404, "Gone"), (400, "Bad"), (499, "Bad")),
        *((500, "Other"), (302, "Other")),
    ]:
        found = package_module.parse_response(response(status, x="y"))
        assert type(found).__name__ == name


def asked_for(module_: Any) -> list[str]:
    """Return what a status is asked for."""
    source = inspect.getsource(module_.parse_response)
    return re.findall(r"^    if (.+):$", source, re.MULTILINE)


def test_each_way_to_read_is_written_once(make: Make) -> None:
    schemas = {name: obj(x=TEXT) for name in ("Good", "Bad", "Other")}
    bad, other = answer(ref("Bad")), answer(ref("Other"))
    given = {"200": answer(ref("Good")), "201": other, "202": other, "401": bad}
    given |= {"404": other, "403": bad, "410": bad, "5XX": bad}
    module_ = answering(make, given, **schemas)
    assert asked_for(module_) == [
        "status in (201, 202)",
        "200 <= status <= 299",
        "status in (401, 403, 410)",
        "status == 404",
        "500 <= status <= 599",
    ]
    names = {401: "Bad", 403: "Bad", 404: "Other", 202: "Other", 503: "Bad"}
    for status, name in names.items():
        found = module_.parse_response(response(status, x="y"))
        assert type(found).__name__ == name


def test_what_is_read_as_any_other_status_is_not_asked_for(make: Make) -> None:
    schemas = {name: obj(x=TEXT) for name in ("Good", "Bad", "Other")}
    bad, other = answer(ref("Bad")), answer(ref("Other"))
    given = {"200": answer(ref("Good")), "404": bad, "503": bad, "default": bad}
    assert asked_for(answering(make, given, **schemas)) == ["200 <= status <= 299"]
    # The range would take it otherwise.
    module_ = answering(make, {**given, "4XX": other}, **schemas)
    asked = ["200 <= status <= 299", "status == 404", "400 <= status <= 499"]
    assert asked_for(module_) == asked
    for status, name in {404: "Bad", 405: "Other", 503: "Bad"}.items():
        found = module_.parse_response(response(status, x="y"))
        assert type(found).__name__ == name


def test_docstrings_name_the_errors_that_there_can_be(make: Make) -> None:
    json_, none, default = answer(ref("T")), answer(), answer(ref("T"))
    cases: list[tuple[Document, set[str]]] = [
        ({"200": json_}, {"UnexpectedStatus", "UndecodableBody"}),
        ({"204": none}, {"UnexpectedStatus"}),
        ({"200": json_, "default": default}, {"UndecodableBody"}),
        ({"200": answer(TEXT, "text/plain"), "default": none}, set()),
    ]
    for responses, errors in cases:
        module_ = answering(make, responses, T=obj(x=TEXT))
        said = module_.parse_response.__doc__
        assert {*re.findall(r"^ +(\w+): ", said, re.MULTILINE)} == errors
        assert ("ApiError" in module_.sync_detailed.__doc__) == bool(errors)


def test_an_error_says_how_redirects_are_followed(make: Make) -> None:
    module_ = answering(make, {"200": answer(ref("T")), "302": answer()}, T=obj(x=TEXT))
    reading = module(__import__(module_.__name__.split(".")[0]), "reading")
    to = {"Location": "https://x.test/?secret"}
    for status, headers, told in [(302, to, True), (307, to, True), (302, {}, False)]:
        came = httpx.Response(status, headers=headers)
        with pytest.raises(
            (reading.DocumentedError, reading.UnexpectedStatus)
        ) as caught:
            reading.success(reading.detailed(came, module_.parse_response))
        said = str(caught.value)
        assert ("Client(follow_redirects=True) follows" in said) == told
        assert "secret" not in said


def test_a_default_may_be_all_there_is(make: Make) -> None:
    module_ = answering(make, {"default": answer(ref("T"))}, T=obj(x=TEXT))
    for status in (200, 404):
        found = module_.parse_response(response(status, x="y"))
        assert type(found).__name__ == "T"
    assert module_.sync.__annotations__["return"] == "T"


def test_answers_of_other_media_types(make: Make) -> None:
    binary = {**TEXT, "format": "binary"}
    kinds: list[tuple[str, Document, bytes, Any]] = [
        ("text/plain", {}, b"a\xff\xc3\xa4", "a\ufffdä"),
        ("text/csv; charset=utf-8", {}, b"a,b", "a,b"),
        ("application/octet-stream", binary, b"\0\xff", b"\0\xff"),
        ("image/png", binary, b"\0\xff", b"\0\xff"),
        ("application/pdf", binary, b"", b""),
        ("application/problem+json", {}, b'{"a": 1}', {"a": 1}),
        ("application/json; charset=utf-8", {}, b"[1]", [1]),
    ]
    names = [f"get_{string.ascii_lowercase[number]}" for number in range(len(kinds))]
    paths = {
        f"/{name}": {"get": operation(name, responses={"200": answer(schema, kind)})}
        for name, (kind, schema, _, _) in zip(names, kinds, strict=True)
    }
    things = make(document(paths)).api.things
    found = {
        kind: getattr(things, name).parse_response(response(200, content))
        for name, (kind, _, content, _) in zip(names, kinds, strict=True)
    }
    assert found == {kind: value for kind, _, _, value in kinds}


def test_json_is_preferred_among_several_media_types(make: Make) -> None:
    content = {"text/plain": {"schema": TEXT}, JSON: {"schema": ref("T")}}
    both = {"200": {"description": "Said.", "content": content}}
    parse = answering(make, both, T=obj(x=TEXT)).parse_response
    assert type(parse(response(200, x="y"))).__name__ == "T"


def test_a_body_that_is_no_json_is_an_error_that_shows_it(make: Make) -> None:
    module_ = answering(make, {"200": answer(ref("T"))}, T=obj(x=TEXT))
    errors = module(__import__(module_.__name__.split(".")[0]), "errors")
    for content in (b"", b"<html>", b"\xff", b"[" * 100_000):
        with pytest.raises(errors.UndecodableBody) as caught:
            module_.parse_response(response(200, content))
        assert caught.value.content == content
        assert isinstance(caught.value, errors.ApiError)
    for odd in (b"null", b"[1]", b'"x"', b"5"):
        assert module_.parse_response(response(200, odd)) == json.loads(odd)


# --- Streams -----------------------------------------------------------------------


def streaming(make: Make, schema: Any, **schemas: Any) -> Any:
    return answering(make, {"200": answer(schema, "text/event-stream")}, **schemas)


def test_events_without_an_envelope_are_their_data(make: Make) -> None:
    module_ = streaming(make, ref("Chunk"), Chunk=obj(text=TEXT))
    found = module_.parse_event("anything", '{"text": "x"}')
    assert type(found).__name__ == "Chunk"
    assert found.text == "x"
    assert module_.parse_event("", "not json") == "not json"
    assert module_.parse_event("", "[1]") == [1]


def test_events_in_an_envelope_have_a_name_and_data(make: Make) -> None:
    module_ = streaming(
        make,
        ref("Event"),
        Event={"oneOf": [ref("Made"), ref("Gone")]},
        Made=obj("event", "data", event=const("thing.made"), data=ref("Thing")),
        Gone=obj("event", "data", event=const("thing.gone"), data=const("[GONE]")),
        Thing=obj(n=NUMBER),
    )
    made = module_.parse_event("thing.made", '{"n": 1}')
    assert type(made).__name__ == "Made"
    assert made.data.n == 1
    assert module_.parse_event("", '{"event": "thing.made", "data": {"n": 1}}') == made
    gone = module_.parse_event("thing.gone", "[GONE]")
    assert (type(gone).__name__, gone.data) == ("Gone", "[GONE]")
    other = module_.parse_event("thing.new", '{"n": 1}')
    assert type(other).__name__ == "UnknownObject"
    assert other.to_dict() == {"event": "thing.new", "data": {"n": 1}}


def test_a_stream_of_text_has_events_of_text(make: Make) -> None:
    parse_event = streaming(make, TEXT, T=obj(x=TEXT)).parse_event
    assert parse_event("", "hello") == "hello"
