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


def test_a_head_that_comes_byte_by_byte_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE", 0.1)
    with LocalServer() as server, connect(server) as slow:
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


def test_where_all_are_at_work_nobody_else_gets_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with few(monkeypatch, 2) as server:
        late = (
            b"GET /v1/assistants HTTP/1.1\r\nhost: a\r\nX-Local-Fault: delay=9\r\n\r\n"
        )
        late = late.replace(b"host: a", b"host: localhost")
        with connect(server, late) as one, connect(server, late) as other:
            until(lambda: len(server.exchanges) == 2, "the requests")
            with pytest.raises(httpx.TransportError):
                httpx.get(f"{server.url}/assistants")
            assert is_open(one)
            assert is_open(other)


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
