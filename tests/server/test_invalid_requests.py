"""What is refused before its body counts: queries, paths, methods, sizes, no HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_server import LocalServer
from harness.contract.document import DOCUMENT
from tests.cases import some
from tests.server.api import JSON_TYPE, TIMEOUT, raw, refused, send
from tests.server.conformance import deviations

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("no_errors")
PATHS = DOCUMENT["paths"]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=-1", "limit=", "limit=ten", "limit=1.0"),
        *("limit=1e1", "limit=%2B5", "limit=%205", "limit=0x10", "limit=1_0"),
        *("limit=%D9%A1", "limit=" + "9" * 5000, "limit=5&limit=6", "limit=5%00"),
        *("order=", "order=ASC", "order=newest", "order=asc&order=desc"),
        *("after=a&after=b", "before=a&before=a"),
    ],
    ids=lambda query: query[:30],
)
def test_wrong_query_parameters_are_refused(http: httpx.Client, query: str) -> None:
    error = refused(http.get(f"/assistants?{query}"), 400)
    assert error["type"] == "invalid_request_error"
    assert (error["param"], error["code"]) == (query.partition("=")[0], "invalid_value")
    assert "expected" in error["message"]


def test_unknown_query_parameters_are_passed_over(http: httpx.Client) -> None:
    # Servers get them in practice, such as api-version of Azure's clients.
    assert http.get("/assistants?api-version=v1&&=&a").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/nowhere", "/assistants/", "/assistants//", "/threads/thread_1/"),
        *("/threads//messages", "//assistants", "/Assistants", "/assistants/a/b"),
        *("/threads/thread_1/runs/run_1/cancel/now", "/%61ssistants%2F", "/../etc"),
        "/" + "a" * 5000,
    ],
    ids=lambda path: path[:30],
)
def test_unknown_paths_are_not_found(http: httpx.Client, path: str) -> None:
    url = httpx.URL(str(http.base_url).rstrip("/") + path)
    for method in ("GET", "POST", "DELETE"):
        error = refused(http.request(method, url), 404)
        assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize("path", [*PATHS])
def test_wrong_methods_are_not_allowed(http: httpx.Client, path: str) -> None:
    allowed = {method.upper() for method in PATHS[path]}
    # The one operation that the document doesn't have lists threads.
    allowed |= {"GET"} if path == "/threads" else set()
    # By the other path's rules, `runs` is a thread's id, too.
    also = {"GET", "DELETE"} if path == "/threads/runs" else set()
    for method in some({*METHODS} - allowed - also):
        response = http.request(method, path.replace("{", "").replace("}", ""))
        error = refused(response, 405)
        names = {name.strip() for name in response.headers["allow"].split(",")}
        assert names - {"HEAD"} == allowed
        assert method in error["message"]


def test_head_is_a_get_without_a_body(http: httpx.Client) -> None:
    response = http.head("/assistants")
    assert (response.status_code, response.content) == (200, b"")
    assert http.head("/assistants/asst_1").status_code == 404
    assert http.head("/vector_stores/vs_1/search").status_code == 405


def test_the_prefix_may_be_left_out(http: httpx.Client) -> None:
    root = str(http.base_url).removesuffix("/v1/")
    assert http.get(f"{root}/assistants").status_code == 200
    refused(http.get(f"{root}/v1/v1/assistants"), 404)


@pytest.fixture(scope="module")
def narrow() -> Iterator[httpx.Client]:
    """Provide a client of a server that takes bodies of a thousand bytes."""
    with (
        LocalServer(max_body=1000) as server,
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as client,
    ):
        yield client


def test_large_bodies_are_refused(narrow: httpx.Client) -> None:
    def body(size: int) -> bytes:
        start = b'{"model": "m", "name": "'
        return start + b"n" * 100 + b'"}' + b" " * (size - len(start) - 102)

    def pieces(size: int) -> Iterator[bytes]:
        whole = body(size)
        for begin in range(0, size, 100):
            yield whole[begin : begin + 100]

    assert send(narrow, "/assistants", body(1000)).status_code == 200
    error = refused(send(narrow, "/assistants", body(1001)), 413)
    assert "1000 bytes" in error["message"]
    # Without a length, too, which httpx then sends in chunks.
    sent = narrow.post("/assistants", content=pieces(1000), headers=JSON_TYPE)
    assert sent.status_code == 200
    assert "content-length" not in sent.request.headers
    refused(narrow.post("/assistants", content=pieces(1001), headers=JSON_TYPE), 413)
    refused(narrow.post("/assistants", content=pieces(10**5), headers=JSON_TYPE), 413)


def test_a_large_body_is_refused_by_its_length_alone(server: LocalServer) -> None:
    head, body = raw(
        server,
        b"POST /v1/assistants HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{",
    )
    assert head.startswith(b"HTTP/1.1 413 ")
    assert deviations(json.loads(body), "ErrorResponse") == []


def test_no_more_of_a_large_body_is_read_than_is_needed() -> None:
    with LocalServer(max_body=1000) as server:
        head, body = raw(
            server,
            b"POST /v1/assistants HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            # Its end never comes.
            b"3e9\r\n" + b" " * 1001 + b"\r\n",
        )
    assert head.startswith(b"HTTP/1.1 413 ")
    assert deviations(json.loads(body), "ErrorResponse") == []


@pytest.mark.parametrize(
    "request_line",
    [b"GET", b"\x00\x01\x02", b"{}", b"GET  HTTP/1.1"],
    ids=range(4),
)
def test_invalid_http_ends_only_its_connection(
    server: LocalServer, http: httpx.Client, request_line: bytes
) -> None:
    head, _ = raw(server, request_line + b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert http.get("/assistants").status_code == 200


def test_an_offer_of_another_protocol_is_passed_over(
    server: LocalServer, caplog: pytest.LogCaptureFixture
) -> None:
    """As clients of the JDK make it with every request; they go on with HTTP/1.1."""
    head, body = raw(
        server,
        b"POST /v1/threads HTTP/1.1\r\nHost: localhost\r\n"
        b"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
        b"HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
        b"Content-Type: application/json\r\nContent-Length: 22\r\n\r\n"
        b'{"metadata":{"a":"b"}}',
    )
    assert head.startswith(b"HTTP/1.1 200 ")
    assert json.loads(body)["metadata"] == {"a": "b"}
    assert caplog.records == []


def test_headers_can_hold_anything(http: httpx.Client) -> None:
    odd = {b"x-odd": b"\xff\x80", b"accept": b"nothing/at-all"}
    assert http.get("/assistants", headers=odd).status_code == 200
