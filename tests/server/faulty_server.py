"""A tiny application under a real server, with faults in between."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import socket
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn

from assistants_server.faults import HEADER, FaultMiddleware, Faults
from assistants_server.http.connections import Connections
from assistants_server.http.events import frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from starlette.types import Message, Receive, Scope, Send

    from assistants_server.faults import Fault

TIMEOUT = 20.0
"""Seconds after which a test that waits for something has failed."""
THREAD, RUNS = "/threads/t", "/threads/t/runs"
BIG, ENDLESS = "/big", "/endless"
OPERATIONS = {("GET", THREAD): "getThread", ("GET", RUNS): "listRuns"}
OPERATIONS |= {("POST", THREAD): "modifyThread", ("POST", RUNS): "createRun"}

OBJECT = {
    "id": "thread_1",
    "object": "thread",
    "usage": {"total_tokens": 7, "prompt_tokens": 3},
    "content": [{"text": {"value": "Gr\u00fc\u00dfe"}}, {"text": {"value": "too"}}],
}
RUN_OBJECTS = [
    {"id": "run_1", "status": "queued"},
    {"id": "run_2", "status": "failed"},
]
LIST = {
    "object": "list",
    "data": RUN_OBJECTS,
    "first_id": "run_1",
    "has_more": False,
}
EVENTS: list[tuple[str, Any]] = [
    ("thread.run.created", {"id": "run_1", "status": "queued"}),
    ("thread.run.step.created", {"id": "step_1", "status": "in_progress"}),
    ("thread.message.delta", {"id": "msg_1", "delta": {"text": "a\u2028b"}}),
    ("thread.run.requires_action", {"id": "run_1", "status": "requires_action"}),
    ("done", "[DONE]"),
]
FRAMES = [frame(name, data) for name, data in EVENTS]
COMMENT = b": still here\n\n"
WHOLE = json.dumps(OBJECT, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def big_body() -> bytes:
    """Return JSON of 12 MB."""
    return b'{"text": "' + b"x" * 12_000_000 + b'"}'


def body_of(value: Any) -> bytes:
    """Return the bytes that the application answers with."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Bench:
    """The server, what its application did, and what it complained of.

    Attributes:
        handled: the requests that the application carried out: method, path, body.
        struck: the faults that each of them found in its scope.
        complaints: what the server logged, from warnings up.
    """

    def __init__(self) -> None:
        self.faults = Faults()
        self.handled: list[tuple[str, str, bytes]] = []
        self.struck: list[list[Fault]] = []
        self.complaints = _Complaints()
        self.connections = Connections()
        self.asked = threading.Event()
        # Its own, since making one takes longer than a test.
        self.client = httpx.Client(verify=False, timeout=TIMEOUT)
        # asyncio sends at once on sockets that say they are TCP, else it waits.
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket = socket.socket(*kind)
        self._socket.bind(("127.0.0.1", 0))
        app = FaultMiddleware(
            self._app,
            faults=self.faults,
            connections=self.connections,
            operation_of=lambda method, path: OPERATIONS.get((method, path)),
        )
        config = uvicorn.Config(
            app,
            http=self.connections.protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=600,
        )
        self.server = _Server(config)
        self._thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self._socket]}
        )

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        # What earlier tests left tells of it now.
        gc.collect()
        for name in ("uvicorn.error", "asyncio"):
            logging.getLogger(name).addHandler(self.complaints)
        self._thread.start()
        assert self.server.ready.wait(TIMEOUT)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.server.should_exit = True
        self._thread.join(TIMEOUT)
        assert not self._thread.is_alive()
        # A task whose exception nobody took tells of it when it goes.
        gc.collect()
        assert self.complaints.texts == []
        for name in ("uvicorn.error", "asyncio"):
            logging.getLogger(name).removeHandler(self.complaints)

    def settle(self) -> None:
        """Wait until the server is done with all requests; it must not complain."""
        asyncio.run_coroutine_threadsafe(self.server.settle(), self.server.loop).result(
            TIMEOUT
        )
        assert self.complaints.texts == []

    @contextlib.contextmanager
    def in_one_test(self) -> Iterator[None]:
        """Forget what other tests did; see that the server outlives this one."""
        self.handled.clear()
        self.struck.clear()
        self.asked.clear()
        yield
        self.faults.clear()
        assert self.client.get(self.url + THREAD).json() == OBJECT
        self.settle()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        message: Message = {}
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        method, path = scope["method"], scope["path"]
        self.handled.append((method, path, body))
        self.struck.append(scope["local_faults"])
        self.asked.set()
        if (method, path) in (("POST", RUNS), ("POST", ENDLESS)):
            await send(_start(200, [(b"content-type", b"text/event-stream")]))
            for each in [COMMENT, *FRAMES]:
                await send(_piece(each, more=True))
            while path == ENDLESS and message["type"] != "http.disconnect":
                message = await receive()
            await send(_piece(b"", more=False))
            return
        bodies = {THREAD: body_of(OBJECT), RUNS: body_of(LIST)}
        response = big_body() if path == BIG else bodies[path]
        length = b"%d" % len(response)
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send(_start(201 if method == "POST" else 200, headers))
        # In two messages, as applications may.
        await send(_piece(response[:5], more=True))
        await send(_piece(response[5:], more=False))


def _start(status: int, headers: list[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def _piece(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    async def settle(self) -> None:
        while self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks)


class _Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


def ask(
    bench: Bench, method: str, path: str, *faults: str, body: bytes = b""
) -> tuple[bytes, bool]:
    """Send one request on a connection of its own, and read until that ends.

    Returns:
        Every byte that arrived, and whether the connection was reset.
    """
    with socket.create_connection(("127.0.0.1", bench.port), TIMEOUT) as connection:
        connection.sendall(request(method, path, *faults, body=body, last=True))
        arrived = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                arrived += piece
            return arrived, False
        return arrived, True


def request(
    method: str, path: str, *faults: str, body: bytes = b"", last: bool = False
) -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "host: x", f"content-length: {len(body)}"]
    lines += [f"X-Local-Fault: {fault}" for fault in faults]
    lines += ["connection: close"] if last else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def split(response: bytes) -> tuple[bytes, bytes]:
    """Split a response into its head and its body."""
    head, _, body = response.partition(b"\r\n\r\n")
    return head, body


def chunks(body: bytes) -> tuple[list[bytes], bool]:
    """Read the chunks of a body, and tell whether the terminating one is there."""
    found: list[bytes] = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        assert rest[length : length + 2] == b"\r\n"
        if length == 0:
            assert rest == b"\r\n"
            return found, True
        found.append(rest[:length])
        body = rest[length + 2 :]
    return found, False


def get(bench: Bench, *faults: str, path: str = THREAD) -> httpx.Response:
    headers = [(HEADER, each) for each in faults]
    return bench.client.get(bench.url + path, headers=headers)


def stream(bench: Bench, *faults: str, path: str = RUNS) -> tuple[list[bytes], bool]:
    """Start a run; return the pieces of its stream, and whether it ended properly."""
    arrived, _ = ask(bench, "POST", path, *faults)
    head, body = split(arrived)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    return chunks(body)


def events(pieces: list[bytes]) -> list[tuple[str, Any]]:
    return [event(piece) for piece in pieces if piece != COMMENT]


def event(piece: bytes) -> tuple[str, Any]:
    name, data = piece.removesuffix(b"\n\n").split(b"\n")
    text = data.decode().removeprefix("data: ")
    value = text if text == "[DONE]" else json.loads(text)
    return name.decode().removeprefix("event: "), value
