"""The request log of a server, which tests inspect."""

from __future__ import annotations

import json
import socket

import httpx
import pytest

from assistants_server import LocalServer
from tests.server.api import TIMEOUT, talking

SECRET = "sk-that-nobody-may-see"
SECRET_HEADERS = (
    *("Authorization", "API-Key", "X-Api-Key", "COOKIE"),
    *("Proxy-Authorization", "Astra-Api-Token"),
)


def test_exchanges_have_requests_and_statuses() -> None:
    with LocalServer(faults=["close=before-headers on=DELETE"]) as server:
        with talking(server) as api:
            made = api.assistant(name="Gr\xfc\xdfe")
            api.get(f"/assistants/{made}/nothing", status=404)
            api.get("/assistants", status=400, limit=0)
            with pytest.raises(httpx.RemoteProtocolError):
                api.delete(f"/assistants/{made}")
        create, nothing, listing, delete = server.exchanges
    assert (create.method, create.path) == ("POST", "/v1/assistants")
    assert (create.operation, create.status) == ("createAssistant", 200)
    assert json.loads(create.body)["name"] == "Gr\xfc\xdfe"
    assert create.headers["content-type"] == "application/json"
    assert (nothing.operation, nothing.status) == (None, 404)
    assert (listing.query, listing.status) == ("limit=0", 400)
    assert (delete.operation, delete.status) == ("deleteAssistant", None)


def test_exchanges_hold_no_secret() -> None:
    with LocalServer(key=SECRET) as server:
        headers = dict.fromkeys(SECRET_HEADERS, SECRET)
        headers["Authorization"] = f"Bearer {SECRET}"
        with httpx.Client(base_url=server.url, verify=False, headers=headers) as http:
            assert http.get("/assistants").status_code == 200
        (exchange,) = server.exchanges
        for name in SECRET_HEADERS:
            assert exchange.headers[name.lower()] == "<REDACTED>"
        assert exchange.headers["user-agent"].startswith("python-httpx")
        assert SECRET not in repr((server, vars(server), exchange, exchange.headers))


def test_last_thousand_exchanges_are_kept() -> None:
    with LocalServer() as server:
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as client:
            for number in range(1001):
                end = "connection: close\r\n" if number == 1000 else ""
                head = f"GET /v1/{number} HTTP/1.1\r\nhost: localhost\r\n{end}\r\n"
                client.sendall(head.encode())
            while client.recv(65536):
                pass
        kept = server.exchanges
    assert [each.path for each in kept] == [f"/v1/{n}" for n in range(1, 1001)]
