"""The server that other tests script: what it sends, what it notes, how it ends."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from harness.scripted_server import (
    CLOSE,
    HOLD,
    RESET,
    TIMEOUT,
    Response,
    ScriptedServer,
    cut,
    in_turn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.scripted_server import Action, Request


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    before = {*threading.enumerate()}
    with ScriptedServer() as made:
        yield made
    assert {*threading.enumerate()} <= before


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=TIMEOUT) as made:
        yield made


def test_requests_are_noted(server: ScriptedServer, client: httpx.Client) -> None:
    client.post("/a%20b?x=1&x=", content=b"body", headers={"X-Twice": "1"})
    client.get("/c")
    first, second = server.requests
    assert (first.method, first.path, first.body) == ("POST", "/a%20b", b"body")
    assert first.query == [("x", "1"), ("x", "")]
    assert first.headers["x-twice"] == "1"
    assert first.raw.startswith(b"POST /a%20b?x=1&x= HTTP/1.1\r\n")
    assert first.raw.endswith(b"\r\n\r\nbody")
    assert (first.connection, second.connection, server.connections) == (1, 1, 1)


def test_responses_are_sent_as_bytes_or_in_chunks(
    server: ScriptedServer, client: httpx.Client
) -> None:
    server.script = in_turn(
        Response.of({"a": 1}, 201, {"X-A": "b"}),
        Response(body=iter([b"ab", b"", b"c"]), content_type=None),
        Response(204),
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nraw",
    )
    found = [client.get("/") for _ in range(5)]
    assert [each.status_code for each in found] == [201, 200, 204, 200, 200]
    assert found[0].json() == {"a": 1}
    assert found[0].headers["x-a"] == "b"
    assert found[1].headers["transfer-encoding"] == "chunked"
    assert [each.text for each in found[1:]] == ["abc", "", "raw", "raw"]
    assert server.connections == 1


@pytest.mark.parametrize("end", [CLOSE, RESET])
@pytest.mark.parametrize("at", [0, 10, -1])
def test_a_response_is_cut_at_any_byte(
    server: ScriptedServer, client: httpx.Client, at: int, end: Action
) -> None:
    response = Response.of("text")
    length = len(b"".join(each for each in response.actions() if type(each) is bytes))
    assert isinstance(end, type(CLOSE))
    server.script = lambda _: cut(response, at % length, end)
    broken = httpx.ReadError if end is RESET else httpx.RemoteProtocolError
    with pytest.raises(broken):
        client.get("/")


def test_actions_are_done_one_by_one(
    server: ScriptedServer, client: httpx.Client
) -> None:
    arrived = threading.Event()

    def script(_: Request) -> Iterator[Action]:
        yield b"HTTP/1.1 200 OK\r\n"
        yield 0.001
        yield b"Content-Length: 2\r\n\r\na"
        yield arrived
        yield b"b"

    server.script = script
    with client.stream("GET", "/") as response:
        pieces = response.iter_raw()
        assert next(pieces) == b"a"
        arrived.set()
        assert next(pieces) == b"b"


@pytest.mark.parametrize("waiting", [HOLD, threading.Event()])
def test_a_client_that_hangs_up_is_noticed(
    server: ScriptedServer, client: httpx.Client, waiting: Action
) -> None:
    server.script = lambda _: [Response().head("Content-Length: 9"), waiting]
    with client.stream("GET", "/"):
        assert not server.hung_up.is_set()
        assert server.open == 1
    assert server.hung_up.wait(TIMEOUT)
    server.until(lambda: server.open == 0)


def test_a_client_is_greeted_before_it_asks() -> None:
    with (
        ScriptedServer(greeting=lambda: [b"SSH-2.0\r\n", CLOSE]) as server,
        socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as client,
        client.makefile("rb") as stream,
    ):
        assert stream.read() == b"SSH-2.0\r\n"
    assert server.requests == []


def test_many_connections_are_served_at_a_time(server: ScriptedServer) -> None:
    together = threading.Barrier(8)

    def script(_: Request) -> Response:
        together.wait(TIMEOUT)
        return Response()

    def get() -> None:
        assert httpx.get(server.url).status_code == 200

    server.script = script
    threads = [threading.Thread(target=get) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (server.peak, server.connections) == (8, 8)


def test_what_goes_wrong_in_a_script_is_raised_at_the_end() -> None:
    def script(_: Request) -> Response:
        raise LookupError("in the script")

    with (
        pytest.raises(LookupError, match="in the script"),
        ScriptedServer(script) as server,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        httpx.get(server.url)


def test_it_ends_while_clients_wait() -> None:
    with ScriptedServer(lambda _: [HOLD]) as server:
        client = socket.create_connection(("127.0.0.1", server.port), TIMEOUT)
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        server.until(lambda: len(server.requests) == 1)
    with client:
        assert client.recv(1) == b""
    assert not server.hung_up.is_set()
