"""A real HTTP server on loopback that says what it is told and notes what it saw."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from typing import Self

PATIENCE = 20.0
"""Seconds after which a test that waits for something has failed."""


@dataclass(frozen=True)
class Seen:
    """One request as it came over the socket."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        query = self.target.partition("?")[2]
        return parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What to answer; pieces of a body go out one by one, as chunks."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    content_type: str | None = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any, status: int = 200) -> Answer:
        return cls(status, json.dumps(value).encode())


class Loopback:
    """The server; `answer` decides, `seen` remembers."""

    def __init__(self) -> None:
        self.answer: Callable[[Seen], Answer] = lambda _: Answer.of({})
        self.seen: list[Seen] = []
        self.connections = 0
        self.hung_up = threading.Event()
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def always(self, answer: Answer) -> None:
        """Give the same answer to every request."""
        self.answer = lambda _: answer

    def reset(self) -> None:
        """Forget what was seen; answer `{}` again."""
        self.answer = lambda _: Answer.of({})
        self.seen = []
        self.connections = 0
        self.hung_up.clear()
        self.stopping.clear()

    def note(self, seen: Seen) -> None:
        with self._lock:
            self.seen.append(seen)

    def connected(self) -> int:
        with self._lock:
            self.connections += 1
            return self.connections

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    loopback: Loopback

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take a client that hangs up as what it is."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        assert isinstance(self.server, _Server)
        self.loopback = self.server.loopback
        self.connection_number = self.loopback.connected()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def _serve(self) -> None:
        seen = Seen(
            method=self.command,
            target=self.path,
            # What was sent twice stands here twice.
            headers={
                key.lower(): ", ".join(self.headers.get_all(key, []))
                for key in self.headers
            },
            body=self.rfile.read(int(self.headers.get("content-length", 0))),
            connection=self.connection_number,
        )
        self.loopback.note(seen)
        self._send(self.loopback.answer(seen))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _send(self, answer: Answer) -> None:
        lines = [f"HTTP/1.1 {answer.status} Whatever"]
        if answer.content_type is not None:
            lines.append(f"Content-Type: {answer.content_type}")
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if isinstance(answer.body, bytes):
            lines.append(f"Content-Length: {len(answer.body)}")
            self._write("\r\n".join([*lines, "", ""]).encode() + answer.body)
            return
        lines.append("Transfer-Encoding: chunked")
        self._write("\r\n".join([*lines, "", ""]).encode())
        for piece in answer.body:
            if piece:
                self._write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self._write(b"0\r\n\r\n")

    def _write(self, data: bytes) -> None:
        try:
            self.connection.sendall(data)
        except OSError:
            self.loopback.hung_up.set()
            raise

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""
