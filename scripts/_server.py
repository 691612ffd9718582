"""A throwaway server on loopback, for the demo and for trying examples by hand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any

from scripts._answers import Answers, RefusalError

if TYPE_CHECKING:
    from typing import Self


class Server:
    """The server, in a thread of its own as long as the context lasts."""

    def __init__(self, port: int = 0, *, pause: float = 0.0) -> None:
        """Listen, not yet answer.

        Args:
            port: the port on 127.0.0.1; 0 takes a free one.
            pause: seconds between two events of a stream.

        Raises:
            OSError: the port is taken.
        """
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._http.pause = pause
        # Asking often whether to stop makes stopping quick.
        self._thread = threading.Thread(
            target=self._http.serve_forever,
            kwargs={"poll_interval": 0.02},
            daemon=True,
        )

    @property
    def url(self) -> str:
        """Give the base URL for clients."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    pause: float

    def __init__(self, address: tuple[str, int], handler: type[_Handler]) -> None:
        self.answers = Answers()
        self.lock = threading.Lock()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        # Not what HTTPServer does: it looks its own name up, which can take seconds.
        TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take a client that hangs up as what it is."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http  # pyright: ignore[reportIncompatibleVariableOverride]

    def _serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.partition("?")[0]
        try:
            with self.server.lock:
                answer = self.server.answers.answer(self.command, path, _decoded(raw))
                body = b"" if isinstance(answer, Iterator) else _encoded(answer)
        except RefusalError as refusal:
            self._send(refusal.status, _encoded(refusal.body))
            return
        if isinstance(answer, Iterator):
            self._send_events(answer)
        else:
            self._send(200, body)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_events(self, events: Iterator[tuple[str, object]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for name, data in events:
            text = data if isinstance(data, str) else json.dumps(data)
            frame = f"event: {name}\ndata: {text}\n\n".encode()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(frame), frame))
            time.sleep(self.server.pause)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Keep the demo's output clean."""


def _decoded(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError as error:
        raise RefusalError(400, f"The body is not JSON: {error}.") from error


def _encoded(value: object) -> bytes:
    return json.dumps(value).encode()
