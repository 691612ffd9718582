"""A server that writes down each request as it came, and the clients to compare."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import openai

from assistants_client import AsyncClient, Client

if TYPE_CHECKING:
    from typing import Self

KEY = "key-of-the-tests"
LOOPBACK = "127.0.0.1"
"""No name, so that nothing is looked up."""


@dataclass(frozen=True)
class Recorded:
    """One request, before anybody made sense of it.

    Attributes:
        target: what stands between the method and the version.
        headers: in the order in which they came, each as often as it did.
        connection: which connection it came on, from 1.
    """

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        """Give the path, percent-encoded, of a target in either form."""
        target = self.target.partition("?")[0]
        scheme, slashes, rest = target.partition("://")
        is_absolute = slashes and scheme in ("http", "https")
        return f"/{rest.partition('/')[2]}" if is_absolute else target

    def all(self, name: str) -> list[str]:
        """Give all values of a header."""
        wanted = name.lower()
        return [value for found, value in self.headers if found.lower() == wanted]

    def one(self, name: str) -> str:
        """Give the value of a header that came once."""
        (value,) = self.all(name)
        return value

    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer that is more than JSON with status 200."""

    status: int = 200
    value: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Answers: TypeAlias = Callable[[Recorded], Any] | Mapping[str, Any]
Call: TypeAlias = Callable[[Any], Any]


class RecordingServer:
    """The server, in threads of its own from `with` on.

    Attributes:
        seen: all requests, oldest first.
    """

    def __init__(self, answers: Answers = {}) -> None:  # noqa: B006 - it stays empty
        """Prepare a server; nobody is served yet.

        Args:
            answers: what gives the answer to a request, or a table of answers by
                method and path, such as "GET /v1/assistants"; what isn't there is
                answered by `{}`. An answer is a `Reply` or what becomes JSON.
        """
        self.answers = answers
        self.seen: list[Recorded] = []
        self._lock = threading.Lock()
        self._server = _Server(self)
        # It looks so often whether it is to end.
        interval = {"poll_interval": 0.02}
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs=interval, name="recording-server"
        )

    @property
    def port(self) -> int:
        """Give the port, which is open from the beginning."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """Give what all paths begin with, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    def clear(self) -> None:
        """Forget the requests that came so far."""
        with self._lock:
            self.seen.clear()

    def only(self) -> Recorded:
        """Give the one request that came."""
        (found,) = self.seen
        return found

    def record(self, request: Recorded) -> Reply:
        """Write a request down; give the answer."""
        with self._lock:
            self.seen.append(request)
        if callable(self.answers):
            answer = self.answers(request)
        else:
            answer = self.answers.get(f"{request.method} {request.path}", {})
        return answer if isinstance(answer, Reply) else Reply(value=answer)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    # They are waited for, so that none outlives its test.
    daemon_threads = False

    def __init__(self, recording: RecordingServer) -> None:
        self.recording = recording
        self.open: dict[socket.socket, int] = {}
        self._accepted = 0
        super().__init__((LOOPBACK, 0), _Handler)

    def server_bind(self) -> None:
        """Bind without asking for the name of the host, which may take seconds."""
        self.socket.bind((LOOPBACK, 0))
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection, and remember that it is open."""
        connection, address = super().get_request()
        self._accepted += 1
        self.open[connection] = self._accepted
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection that is through."""
        self.open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell what went wrong, unless it is a client that hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Close all connections, also those that are kept, and wait for the threads."""
        for connection in [*self.open]:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # The client was quicker.
                continue
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer leaves at once, and in one piece.
    disable_nagle_algorithm = True
    wbufsize = -1
    # A test that hangs ends.
    timeout = 20

    def setup(self) -> None:
        super().setup()
        self._server = cast("_Server", self.server)
        self._number = self._server.open[self.request]

    def _answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        request = Recorded(
            method=self.command,
            target=self.path,
            headers=self.headers.items(),
            body=self.rfile.read(length),
            connection=self._number,
        )
        reply = self._server.recording.record(request)
        content = json.dumps(reply.value).encode()
        self.send_response_only(reply.status)
        headers = {
            "content-type": "application/json",
            "content-length": str(len(content)),
            **reply.headers,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    # A proxy is asked for a tunnel by CONNECT; none is built.
    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_CONNECT = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""


class Clients:
    """The package's client and ours, of one server."""

    def __init__(
        self, server: RecordingServer, *, asynchronous: bool, **settings: Any
    ) -> None:
        """Make them; `settings` are the same for both."""
        known = {"base_url": f"{server.url}/v1", "api_key": KEY, "max_retries": 0}
        given: Any = known | settings
        self.asynchronous = asynchronous
        self._server = server
        self._runner = asyncio.Runner()
        self._theirs: Any
        self._ours: Any
        if asynchronous:
            self._theirs, self._ours = openai.AsyncOpenAI(**given), AsyncClient(**given)
        else:
            self._theirs, self._ours = openai.OpenAI(**given), Client(**given)

    def compare(
        self, call: Call, ours: Call | None = None
    ) -> tuple[Recorded, Recorded]:
        """Call something of both; give the package's request and ours.

        Args:
            call: gets the client.
            ours: what is called of ours, where that is something else.
        """
        ((theirs, mine),) = self.all(call, ours)
        return theirs, mine

    def all(
        self, call: Call, ours: Call | None = None
    ) -> list[tuple[Recorded, Recorded]]:
        """Call what sends several requests; give both of each, in their order."""
        theirs = self._sent(self._theirs, call)
        return [*zip(theirs, self._sent(self._ours, ours or call), strict=True)]

    def _sent(self, client: Any, call: Call) -> list[Recorded]:
        self._server.clear()
        answer = call(client)
        if inspect.isawaitable(answer):
            self._runner.run(_awaited(answer))
        return [*self._server.seen]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in (self._theirs, self._ours):
            closed = client.close()
            if closed is not None:
                self._runner.run(closed)
        self._runner.close()


async def _awaited(answer: Awaitable[Any]) -> None:
    await answer
