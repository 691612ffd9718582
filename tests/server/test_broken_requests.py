"""What is no request of HTTP: it is refused in the API's form, and harms nobody."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.server.api import TIMEOUT, until

if TYPE_CHECKING:
    from assistants_server import LocalServer

HOST = b"host: localhost\r\n"
JSON = HOST + b"content-type: application/json\r\n"
CHUNKED = JSON + b"transfer-encoding: chunked\r\n\r\n"
NO_CHUNK = b"no length\r\n"
LAST = b"0\r\n\r\nGET /v1/models HTTP/1.1\r\n" + HOST + b"\r\n"
CLOSING = b"connection: close\r\n\r\n"


def sent(server: LocalServer, *parts: bytes) -> list[httpx.Response]:
    """Return the answers to what is sent in parts, each after an answer to the last."""
    answers: list[httpx.Response] = []
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as connection:
        for part in parts:
            connection.sendall(part)
            answers += _answer(connection)
        assert connection.recv(1) == b"", "the connection is still open"
    return answers


def _answer(connection: socket.socket) -> list[httpx.Response]:
    with connection.makefile("rb") as file:
        line = file.readline()
        if not line:
            return []
        fields = iter(lambda: file.readline().strip(), b"")
        pairs = [tuple(field.split(b": ", 1)) for field in fields]
        headers = httpx.Headers(pairs)  # type: ignore[arg-type]
        body = file.read(int(headers["content-length"]))
    return [httpx.Response(int(line.split()[1]), headers=headers, content=body)]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /v1/models\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
        (b"GET /v1/mod\x00els HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\n" + HOST + b"x: \x00\r\n\r\n", 400),
        (b"POST /v1/threads HTTP/1.1\r\n" + JSON + b"content-length: -2\r\n\r\n", 400),
        (
            b"POST /v1/threads HTTP/1.1\r\n" + JSON + b"transfer-encoding: br\r\n\r\n",
            400,
        ),
        (b"POST /v1/threads HTTP/1.1\r\n" + CHUNKED + NO_CHUNK, 400),
        # To who believes the first of its lengths, a request follows.
        (b"POST /v1/threads HTTP/1.1\r\ncontent-length: 5\r\n" + CHUNKED + LAST, 400),
        (b"GET http://[::1/v1 HTTP/1.1\r\ncontent-length: 5\r\n" + CHUNKED + LAST, 400),
        # Not much more than may be sent: what isn't read may take the answer along.
        (b"GET /v1/models?" + b"a&" * 32_770, 431),
    ],
    ids=[
        *("no version", "no host", "two hosts", "NUL in the path", "NUL in a header"),
        *("negative length", "unknown coding", "no chunk"),
        *("two lengths", "two lengths in a URL's request", "endless head"),
    ],
)
def test_what_is_no_request_is_refused_like_others(
    server: LocalServer, head: bytes, status: int
) -> None:
    (answer,) = sent(server, head)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["connection"] == "close"
    assert answer.headers["x-request-id"].startswith("req_")
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["message"].endswith(".")


@pytest.mark.usefixtures("no_errors")
def test_a_body_that_breaks_off_after_its_answer_is_no_error(
    server: LocalServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The request was refused before; there is nothing left to say to its client."""
    head = b"POST /v1/nothing HTTP/1.1\r\n" + CHUNKED
    caplog.set_level(logging.WARNING)
    (answer,) = sent(server, head, NO_CHUNK)
    assert answer.status_code == 404
    until(lambda: "Invalid HTTP request" in caplog.text, "the server to notice")
    assert httpx.get(f"{server.url}/models").status_code == 200


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://127.0.0.1/v1/models", 200),
        ("HTTPS://ada@localhost:1/v1/models?limit=1", 200),
        ("http://localhost/v1/threads/thread%5F1", 404),
        ("http://localhost/healthz", 200),
        ("http://localhost", 200),
        ("http://localhost?", 200),
        # The header says otherwise, and doesn't count.
        ("http://rebound.example/v1/models", 403),
        ("ftp://localhost/v1/models", 404),
    ],
)
def test_a_whole_url_in_place_of_a_path_is_its_path(
    server: LocalServer, target: str, status: int
) -> None:
    head = f"GET {target} HTTP/1.1\r\n".encode() + HOST + CLOSING
    (answer,) = sent(server, head)
    assert answer.status_code == status
    if "%5F" in target:
        assert "thread_1" in answer.json()["error"]["message"]
