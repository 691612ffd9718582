"""Requests as no client would send them, and what is expected of a refusal."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from tests.server.conformance import deviations
from tests.server.talking import PATIENCE

if TYPE_CHECKING:
    import httpx

    from assistants_server import LocalServer

JSON_TYPE = {"content-type": "application/json"}


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Give the error of an answer that is one, in the document's shape."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    body = answer.json()
    assert deviations(body, "ErrorResponse") == []
    error: dict[str, Any] = body["error"]
    assert 0 < len(error["message"]) < 1500
    return error


def send(
    http: httpx.Client, path: str, body: bytes | str, **headers: str
) -> httpx.Response:
    """Send a body as it is, as JSON unless a header says otherwise."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.post(path, content=body, headers={**JSON_TYPE, **named})


def raw(server: LocalServer, request: bytes) -> tuple[bytes, bytes]:
    """Send bytes, and give the head and the body of what comes until the end."""
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body
