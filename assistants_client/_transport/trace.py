"""What happens to the connection under a request, as the HTTP library tells it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What gives a stream; with TLS, another one takes the place of the first.
_OPENED = ("connect_tcp.complete", "start_tls.complete")
Stage: TypeAlias = Literal["connect", "sent", "answered"]


class ConnectionTrace:
    """Follow one request; the HTTP library calls it, by the extension `trace`.

    Attributes:
        stage: how far the request came.
        reused: whether its connection had served others before.
    """

    def __init__(
        self,
        note: Callable[[str], None] | None = None,
        opened: Callable[[Any], bool] | None = None,
    ) -> None:
        # Until something tells that there is no connection yet: not every transport
        # tells what it does, and what may have been sent must not be sent again.
        self.stage: Stage = "sent"
        self.reused = True
        self._tunnelling = False
        self._is_late = False
        self._note = note
        self._opened = opened
        self._began: dict[str, float] = {}

    def __call__(self, name: str, info: Mapping[str, Any]) -> None:
        """Take note of what happens, by its name: `connection.connect_tcp.started`."""
        if name.endswith("send_request_headers.started"):
            # To a proxy, which is asked for a tunnel first: that isn't our request.
            self._tunnelling = getattr(info.get("request"), "method", b"") == b"CONNECT"
        if not self._tunnelling:
            self._follow(name)
        if self._opened and name.endswith(_OPENED):
            self._is_late = self._opened(info.get("return_value"))
        if self._note:
            self._tell(name, info, self._note)

    def found(self) -> None:
        """Take note that there is an answer, and so a connection that is known.

        An answer and its body may hold each other. What watched it must not hold the
        client then, whose connections would be found too late where it is forgotten.
        """
        self.stage = "answered"
        self._opened = None

    async def asynchronously(self, name: str, info: Mapping[str, Any]) -> None:
        """Do the same where it is awaited."""
        self(name, info)
        if self._is_late:
            # Of what the client had when it was closed, this was none yet.
            self._is_late = False
            await info["return_value"].aclose()

    def _follow(self, name: str) -> None:
        if name.endswith("send_request_headers.started"):
            self.stage = "sent"
            if self.reused and self._note:
                self._note("the connection is one that was kept")
        elif name.endswith("receive_response_headers.complete"):
            self.stage = "answered"
        elif name.startswith("connection.connect_") and name.endswith(".started"):
            self.stage = "connect"
            self.reused = False

    def _tell(
        self, name: str, info: Mapping[str, Any], note: Callable[[str], None]
    ) -> None:
        event, _, part = name.rpartition(".")
        now = time.perf_counter()
        if part == "started":
            self._began[event] = now
        took = f"{(now - self._began.get(event, now)) * 1000:.1f} ms"
        match name:
            case "connection.connect_tcp.started":
                note(f"connecting to {info.get('host')} port {info.get('port')}")
            case "connection.connect_tcp.complete":
                note(f"connected to {_address(info.get('return_value'))} in {took}")
            case "connection.start_tls.complete":
                note(f"TLS: {_tls(info.get('return_value'))} in {took}")
            case "connection.connect_tcp.failed" | "connection.start_tls.failed":
                note(f"failed after {took}: {info.get('exception')}")
            case "http11.receive_response_headers.complete":
                note(f"HTTP/1.1, answer began after {took}")
            case "http2.receive_response_headers.complete":
                note(f"HTTP/2, answer began after {took}")
            case "http11.response_closed.complete" | "http2.response_closed.complete":
                note("the answer is through")


def _address(stream: Any) -> str:
    """Give the address that a connection leads to, where the stream knows it."""
    found = stream.get_extra_info("server_addr") if stream is not None else None
    return f"{found[0]} port {found[1]}" if found else "the server"


def _tls(stream: Any) -> str:
    found = stream.get_extra_info("ssl_object") if stream is not None else None
    if found is None:
        return "on"
    cipher = found.cipher()
    return f"{found.version()}, {cipher[0] if cipher else 'no cipher'}"
