"""Clients that say nothing: they hold no place for long, and fill no log."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server import LocalServer, uvicorn_server
from assistants_server.http import connections
from tests.server.api import TIMEOUT, Gate, talking, until

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

HEAD = b"POST /v1/threads HTTP/1.1\r\nhost: localhost\r\n"
LIST = b"GET /v1/assistants HTTP/1.1\r\nhost: localhost\r\n\r\n"
DELAYED = (
    b"GET /v1/assistants HTTP/1.1\r\nhost: localhost\r\nX-Local-Fault: delay=9\r\n\r\n"
)
BODY = HEAD + b"content-type: application/json\r\ncontent-length: 99\r\n\r\n{"


def connect(server: LocalServer, sent: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), TIMEOUT)
    connection.sendall(sent)
    return connection


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def slow(server: LocalServer, sent: bytes) -> socket.socket:
    """Return a connection through which little comes at a time."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(TIMEOUT)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(sent)
    return connection


@pytest.fixture
def _small_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system take little of a response before it has arrived."""
    add = connections.Connections.add

    def add_small(self: Any, connection: connections.Connection) -> None:
        opened = connection._transport.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        add(self, connection)

    monkeypatch.setattr(connections.Connections, "add", add_small)


def request_for_much(server: LocalServer) -> bytes:
    """Return a request whose response is more than a server writes at once."""
    thread = httpx.post(f"{server.url}/threads", json={}).json()["id"]
    url = f"{server.url}/threads/{thread}/messages"
    body = {"role": "user", "content": "x" * 256_000}
    message = httpx.post(url, json=body).json()["id"]
    target = f"/v1/threads/{thread}/messages/{message}"
    return f"GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode()


def few(patch: pytest.MonkeyPatch, most: int) -> AbstractContextManager[LocalServer]:
    patch.setattr(connections, "_limit", lambda: most)
    return LocalServer()


@pytest.mark.parametrize("sent", [b"", b"GE", HEAD, BODY])
def test_who_says_nothing_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "IDLE", 0.05)
    with LocalServer() as server, connect(server, sent) as silent:
        until(lambda: not is_open(silent), "the end of the connection")


@pytest.mark.parametrize("before", [b"", LIST])
def test_a_head_that_comes_byte_by_byte_ends(
    monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    monkeypatch.setattr(connections, "IDLE", 0.1)
    with LocalServer() as server, connect(server, before) as slow:
        response = b""
        while before and not response.endswith(b"}"):
            response += slow.recv(65_536)
        for byte in HEAD * 100:
            if not is_open(slow):
                break
            slow.setblocking(True)
            try:
                slow.sendall(bytes([byte]))
            except OSError:
                break
            time.sleep(0.005)
        assert not is_open(slow)


def test_who_is_being_served_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE", 0.05)
    gate = Gate("So far", after=(" so good",))
    with LocalServer(engine=gate) as server, talking(server) as api:
        body = {"assistant_id": api.assistant()}
        with api.stream("/threads/runs", body) as stream:
            stream.until_text("So far")
            time.sleep(0.2)
            gate.open()
            stream.until_text("So far so good")
            stream.rest()


def test_connections_outlast_pauses_and_proxies() -> None:
    # Those of nginx, and of AWS, keep theirs for 60 seconds.
    assert connections.IDLE > 60
    with LocalServer() as server:
        assert server._running
        config = server._running.server.config
        assert config.timeout_keep_alive > 1.25 * connections.IDLE


def test_where_all_places_are_taken_who_waits_longest_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with few(monkeypatch, 3) as server:
        silent = []
        for _ in range(3):
            silent.append(connect(server))
            time.sleep(0.002)
        try:
            assert httpx.get(f"{server.url}/assistants").status_code == 200
            until(lambda: not is_open(silent[0]), "the end of the first one")
            assert is_open(silent[2])
        finally:
            for each in silent:
                each.close()


@pytest.mark.usefixtures("_small_buffers")
def test_who_has_read_late_makes_room_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with few(monkeypatch, 2) as server:
        sent = request_for_much(server)
        with slow(server, sent) as late, late.makefile("rb") as response:
            length = 0
            while line := response.readline().strip().lower():
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            assert len(response.read(length)) == length > 256_000
            with connect(server, DELAYED):
                assert httpx.get(f"{server.url}/assistants").status_code == 200


@pytest.mark.usefixtures("_small_buffers")
@pytest.mark.parametrize("at_once", [True, False])
def test_who_asks_again_without_reading_makes_room(
    monkeypatch: pytest.MonkeyPatch, *, at_once: bool
) -> None:
    with few(monkeypatch, 1) as server:
        sent = request_for_much(server)
        before = len(server.exchanges)
        with slow(server, sent * (2 if at_once else 1)) as greedy:
            if not at_once:
                # The first response is there, but for its end.
                greedy.recv(1)
                greedy.sendall(sent)
            until(lambda: len(server.exchanges) == before + 2, "the requests")
            assert httpx.get(f"{server.url}/assistants").status_code == 200


def test_where_all_are_at_work_nobody_else_gets_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        few(monkeypatch, 2) as server,
        connect(server, DELAYED) as one,
        connect(server, DELAYED) as other,
    ):
        until(lambda: len(server.exchanges) == 2, "the requests")
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.url}/assistants")
        assert is_open(one)
        assert is_open(other)


@pytest.mark.parametrize(
    ("files", "most"),
    [(-1, 10_000), (50, 8), (108, 8), (109, 9), (1024, 924), (10_101, 10_000)],
)
def test_some_files_are_left_for_the_rest(
    monkeypatch: pytest.MonkeyPatch, files: int, most: int
) -> None:
    import resource

    files = resource.RLIM_INFINITY if files < 0 else files
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert connections.Connections()._most == most


def test_the_loop_complains_once_of_what_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    context: dict[str, Any] = {
        "message": "socket.accept() out of system resource",
        "exception": OSError(errno.EMFILE, "Too many open files"),
    }

    async def complain() -> None:
        for _ in range(2000):
            asyncio.get_running_loop().call_exception_handler(context)

    uvicorn_server.run_loop(complain())
    assert len(caplog.records) == 1
