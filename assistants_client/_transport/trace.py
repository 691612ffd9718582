"""What a transcript says of a connection: opened, encrypted, answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def description(name: str, info: Mapping[str, Any], took: str) -> str | None:
    """Return what happened, in words; None if it isn't worth any.

    Args:
        name: the event, such as `connection.connect_tcp.started`.
        info: what the HTTP library says of it.
        took: how long it took.
    """
    stream = info.get("return_value")
    match name:
        case "connection.connect_tcp.started":
            text = f"connecting to {info.get('host')} port {info.get('port')}"
        case "connection.connect_tcp.complete":
            text = f"connected to {_address(stream)} in {took}"
        case "connection.start_tls.complete":
            text = f"TLS: {_tls(stream)} in {took}"
        case "connection.connect_tcp.failed" | "connection.start_tls.failed":
            text = f"failed after {took}: {info.get('exception')}"
        case "http11.receive_response_headers.complete":
            text = f"HTTP/1.1, response began after {took}"
        case "http2.receive_response_headers.complete":
            text = f"HTTP/2, response began after {took}"
        case "http11.response_closed.complete" | "http2.response_closed.complete":
            text = "the response is complete"
        case _:
            return None
    return text


def _address(stream: Any) -> str:
    """Return the address that a connection leads to, where the stream knows it."""
    found = stream.get_extra_info("server_addr") if stream is not None else None
    return f"{found[0]} port {found[1]}" if found else "the server"


def _tls(stream: Any) -> str:
    found = stream.get_extra_info("ssl_object") if stream is not None else None
    if found is None:
        return "on"
    cipher = found.cipher()
    return f"{found.version()}, {cipher[0] if cipher else 'no cipher'}"
