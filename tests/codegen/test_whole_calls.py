"""What operations of a whole document send and answer, and what is checked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.codegen.packages import module
from tests.codegen.specs import (
    JSON,
    TEXT,
    Document,
    const,
    document,
    obj,
    operation,
    parameter,
    ref,
    refusal,
)

if TYPE_CHECKING:
    from tests.codegen.conftest import Make

ZIP = {"schema": {**TEXT, "format": "binary"}}
PROBLEM = "application/problem+json"


def answers(**by_status: Document) -> Document:
    return {
        status.removeprefix("s"): {"description": "So.", "content": content}
        for status, content in by_status.items()
    }


def _document() -> Document:
    a, b = {"schema": ref("A")}, {"schema": ref("B")}
    download = answers(s200={JSON: a, "application/zip": ZIP}, s404={"text/plain": {}})
    both = answers(s200={JSON: a, PROBLEM: b, "text/csv": {}, "image/png": ZIP})
    sound = {"audio/mpeg": ZIP, "text/event-stream": {"schema": ref("A")}}
    paths = {
        "/download": {"get": operation("download", responses=download)},
        "/kinds": {"get": operation("kinds", responses=both)},
        "/sound": {"get": operation("sound", responses=answers(s200=sound))},
        "/send": {
            "post": operation(
                "send",
                body={
                    "multipart/form-data": {"schema": ref("Upload")},
                    "application/sdp": {},
                    JSON: a,
                },
            )
        },
    }
    schemas = {
        "A": obj("a", a=TEXT),
        "B": obj("b", b=TEXT),
        "Upload": obj("file", file={**TEXT, "format": "binary"}, a=ref("A")),
        # Kept though nothing leads to it.
        "Apart": {
            **obj(x=TEXT, y=TEXT),
            "anyOf": [{"required": ["x"]}, {"required": ["y"]}],
            "not": {"required": ["x", "y"]},
        },
        "Short": {
            "type": "object",
            "additionalProperties": TEXT,
            "propertyNames": {"maxLength": 2},
        },
        "Lax": obj(kind=const("lax"), n={"type": "integer"}),
        "Strict": obj("kind", kind=const("strict")),
        "Told": {
            "oneOf": [ref("Lax"), ref("Strict")],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"lax": "Lax", "strict": "Strict"},
            },
        },
        "Asked": obj("undescribed", known=TEXT),
    }
    return document(paths, **schemas)


@pytest.fixture(scope="module")
def package(make: Make) -> Any:
    return make(_document())


def _parse(
    package: Any, name: str, kind: str, content: bytes, status: int = 200
) -> Any:
    headers = {"Content-Type": kind} if kind else {}
    response = httpx.Response(status, headers=headers, content=content)
    return module(package, f"api.things.{name}").parse_response(response)


A, B = b'{"a": "x"}', b'{"b": "x"}'


@pytest.mark.parametrize(
    ("name", "kind", "content", "wanted"),
    [
        ("download", JSON, A, {"a": "x"}),
        ("download", f"{JSON}; charset=utf-8", A, {"a": "x"}),
        ("download", "application/zip", b"PK\0", b"PK\0"),
        ("download", "", A, {"a": "x"}),
        ("kinds", JSON, A, {"a": "x"}),
        ("kinds", PROBLEM.upper(), B, {"b": "x"}),
        ("kinds", "text/csv", b"a,b", "a,b"),
        ("kinds", "image/png", b"\x89", b"\x89"),
    ],
)
def test_a_response_is_read_by_the_media_type_that_came(
    package: Any, name: str, kind: str, content: bytes, wanted: Any
) -> None:
    models = package.models
    if isinstance(wanted, dict):
        wanted = (models.A if "a" in wanted else models.B)(**wanted)
    assert _parse(package, name, kind, content) == wanted


def test_what_may_come_is_the_type_of_a_response(package: Any) -> None:
    assert _parse(package, "download", "text/plain", b"gone", 404) == "gone"
    types = {"download": "A | bytes", "kinds": "A | B | str | bytes", "sound": "bytes"}
    for name, annotation in types.items():
        sync = module(package, f"api.things.{name}").sync
        assert sync.__annotations__["return"] == annotation


def test_sound_is_no_stream_of_events(package: Any) -> None:
    is_stream = module(package, "reading").is_stream
    for kind, wanted in [("audio/mpeg", False), ("text/event-stream", True)]:
        assert is_stream(httpx.Response(200, headers={"Content-Type": kind})) is wanted


def test_a_body_goes_out_in_the_form_that_was_chosen(package: Any) -> None:
    build = module(package, "api.things.send").build_request
    assert build(body={"a": "x"}).json == {"a": "x"}
    sdp = build(body="v=0", media_type="application/sdp")
    assert (sdp.content, sdp.headers) == ("v=0", {"Content-Type": "application/sdp"})
    body = package.models.Upload(file=b"PK", a=package.models.A(a="x"))
    form = build(body=body, media_type="multipart/form-data")
    assert form.files == [
        ("file", ("upload", b"PK", None)),
        ("a", (None, b'{"a": "x"}', "application/json")),
    ]
    assert "Literal" in build.__annotations__["media_type"]


@pytest.mark.parametrize(
    ("name", "value", "places"),
    [
        ("Apart", {"x": "x"}, []),
        ("Apart", {}, ["$"]),
        ("Apart", {"x": "x", "y": "y"}, ["$"]),
        ("Short", {"ab": "x"}, []),
        ("Short", {"abc": "x"}, ["$.abc"]),
        # One variant does without what tells them apart; the others don't.
        ("Told", {}, []),
        ("Told", {"n": 1}, []),
        ("Told", {"n": "x"}, ["$.kind"]),
        ("Told", {"kind": "lax", "n": "x"}, ["$.n"]),
        ("Told", {"kind": "strict"}, []),
        ("Told", {"kind": "new"}, ["$.kind"]),
        ("Asked", {"known": "x"}, ["$.undescribed"]),
        ("Asked", {"undescribed": [1]}, []),
    ],
)
def test_rules_beyond_types_are_checked(
    package: Any, name: str, value: Any, places: list[str]
) -> None:
    assert [each.path for each in package.check(value, name)] == places


def test_an_argument_of_any_type_is_sent(package: Any) -> None:
    asked = package.models.Asked(undescribed={"x": 1})
    assert asked.to_dict() == {"undescribed": {"x": 1}}


def test_what_the_engine_could_not_read_is_refused_by_its_place() -> None:
    shared = {"parameters": [parameter("q")], "get": operation("a")}
    body = {JSON: {"schema": TEXT, "encoding": 5}}
    at = "$.paths['/a']"
    for paths, place in [
        ({"get": operation("a", parameter("q", deprecated=[]))}, "deprecated"),
        ({"get": operation("a", parameter("q", allowReserved=5))}, "allowReserved"),
        ({"get": operation("a", body=body)}, "encoding"),
        ({**shared, "summary": [5]}, "summary"),
    ]:
        said = refusal(document({"/a": paths}))
        assert said.startswith(at), said
        assert f"{place}: " in said
    for key in ("readOnly", "writeOnly"):
        said = refusal(document(A=obj(p={**TEXT, key: "perhaps"})))
        assert said.startswith(f"$.components.schemas.A.properties.p.{key}: true or")
