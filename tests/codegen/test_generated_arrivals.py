"""Parameters and bodies arrive over a real socket as they were meant."""

from __future__ import annotations

from email import message_from_bytes
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from codegen.errors import SpecError
from harness.scripted_server import Request, Response, ScriptedServer
from tests.codegen.specs import (
    BINARY,
    FLAG,
    FORM,
    NUMBER,
    TEXT,
    URLENCODED,
    array,
    document,
    obj,
    operation,
    parameter,
    ref,
    refusal,
    sending,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.codegen.conftest import Make


def _echo(request: Request) -> Response:
    """Respond with what arrived."""
    return Response.of(
        {
            "path": request.target,
            "headers": dict(request.headers),
            "body": request.body.decode("latin-1"),
        }
    )


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ScriptedServer(_echo) as server:
        yield f"{server.url}/v1/"


def sent(module: Any, url: str, *path: str, **arguments: Any) -> Any:
    """Send a request for real; return what the server saw."""
    package = __import__(module.__name__.split(".")[0])
    with package.Client(base_url=url, timeout=20) as client:
        return module.sync(*path, client=client, **arguments)


def test_parameters_arrive_where_they_belong(make: Make, url: str) -> None:
    module = sending(
        make,
        parameter("id", "path"),
        parameter("q", schema=array(TEXT)),
        parameter("deep", schema=ref("O"), style="deepObject"),
        parameter("X-Trace", "header"),
        parameter("c", "cookie"),
        parameter("d", "cookie"),
        path="/a/{id}",
        schema={},
        schemas={"O": obj(a=TEXT)},
    )
    seen = sent(
        module,
        url,
        "ü/?#",
        q=["a&b", "c d"],
        deep_={"a": "ä"},
        x_trace="t",
        c="1",
        d="2",
    )
    parts = urlsplit(seen["path"])
    assert parts.path == "/v1/a/%C3%BC%2F%3F%23"
    assert parse_qsl(parts.query) == [("q", "a&b"), ("q", "c d"), ("deep[a]", "ä")]
    assert seen["headers"]["x-trace"] == "t"
    assert set(seen["headers"]["cookie"].split("; ")) == {"c=1", "d=2"}


def test_a_multipart_upload_arrives(make: Make, url: str, tmp_path: Any) -> None:
    schema = obj(
        "file", file=BINARY, note=TEXT, meta=obj(a=NUMBER), tags=array(TEXT), flag=FLAG
    )
    module = sending(make, body={FORM: {"schema": schema}}, schema={})
    package = __import__(module.__name__.split(".")[0])
    path = tmp_path / "ünï.bin"
    path.write_bytes(b"\0\xff data")
    with path.open("rb") as opened:
        for file in (
            package.File(b"\0\xff data", "ünï.bin", "application/x-thing"),
            opened,
            b"\0\xff data",
        ):
            body = {
                "file": file,
                "note": "n",
                "meta": {"a": 1},
                "tags": ["x", "y"],
                "flag": True,
            }
            seen = sent(module, url, body=body)
            kind = seen["headers"]["content-type"]
            message = message_from_bytes(
                f"Content-Type: {kind}\n\n".encode() + seen["body"].encode("latin-1")
            )
            parts = [
                (
                    str(part.get_param("name", header="Content-Disposition")),
                    part.get_payload(decode=True),
                )
                for part in message.get_payload()
                if not isinstance(part, str)
            ]
            assert parts == [
                ("file", b"\0\xff data"),
                ("note", b"n"),
                ("meta", b'{"a": 1}'),
                ("tags", b"x"),
                ("tags", b"y"),
                ("flag", b"true"),
            ]
            assert 'filename="' in seen["body"] or "filename*=" in seen["body"]


def test_an_urlencoded_form_arrives(make: Make, url: str) -> None:
    schema = obj(a=TEXT, b=array(NUMBER), c=FLAG, d=TEXT)
    module = sending(make, body={URLENCODED: {"schema": schema}}, schema={})
    seen = sent(module, url, body={"a": "ä&=", "b": [1, 2], "c": False, "d": None})
    assert seen["headers"]["content-type"] == URLENCODED
    assert parse_qs(seen["body"]) == {"a": ["ä&="], "b": ["1", "2"], "c": ["false"]}


@pytest.mark.parametrize(
    "media_type",
    ["application/octet-stream", "text/csv", "image/png", "application/xml"],
)
def test_bytes_and_text_arrive_as_they_are(
    make: Make, url: str, media_type: str
) -> None:
    module = sending(make, body={media_type: {"schema": BINARY}}, schema={})
    seen = sent(module, url, body=b"\0\xff")
    assert seen["headers"]["content-type"] == media_type
    assert seen["body"] == "\0\xff"
    assert sent(module, url, body="a,ä")["body"].encode("latin-1") == "a,ä".encode()


def test_a_body_needs_a_media_type() -> None:
    given = document({"/a": {"post": operation("sendIt", body={})}})
    assert refusal(given).startswith("$.paths['/a'].post.requestBody: ")
    assert issubclass(SpecError, Exception)
