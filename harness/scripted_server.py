"""An HTTP server on loopback that does what a script says, byte by byte if it must.

A script gets each request and returns what to do about it: a `Response`, raw bytes, or
a sequence of actions. Actions are bytes to send, seconds to pause, an event to wait
for, and `CLOSE`, `RESET` and `HOLD`; a generator makes them one by one. Each connection
has a thread, so a script may block; all threads have ended when the server has.
"""

from __future__ import annotations

import contextlib
import enum
import http.client
import itertools
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl

import httpx

if TYPE_CHECKING:
    from typing import Self

LOOPBACK = "127.0.0.1"
TIMEOUT = 20.0
"""Seconds after which a test that waits for something has failed."""
_ABORTING = socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)


class Effect(enum.Enum):
    """How a connection ends: closed, by an error, or when the client hangs up."""

    CLOSE = enum.auto()
    RESET = enum.auto()
    HOLD = enum.auto()


CLOSE, RESET, HOLD = Effect.CLOSE, Effect.RESET, Effect.HOLD
Action: TypeAlias = bytes | float | threading.Event | Effect


@dataclass(frozen=True)
class Request:
    """One request as it came; connections are numbered from 1, `raw` is all bytes."""

    method: str
    target: str
    headers: httpx.Headers
    body: bytes
    connection: int
    raw: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """Return the path, percent-encoded, also of an absolute target."""
        path = self.target.partition("?")[0]
        scheme, slashes, rest = path.partition("://")
        if slashes and scheme in ("http", "https"):
            return f"/{rest.partition('/')[2]}"
        return path

    @property
    def query(self) -> list[tuple[str, str]]:
        query = self.target.partition("?")[2]
        return parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Response:
    """A response; the pieces of a body that is none of bytes are sent as chunks."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    content_type: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return a response with a value as JSON."""
        return cls(status, json.dumps(value).encode(), headers=headers or {})

    def head(self, *lines: str) -> bytes:
        """Return the status line and the headers, with `lines` as the last of them."""
        found = [f"HTTP/1.1 {self.status} {http.client.responses.get(self.status, '')}"]
        if self.content_type is not None:
            found.append(f"Content-Type: {self.content_type}")
        found += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*found, *lines, "", ""]).encode("latin-1")

    def actions(self) -> Iterator[Action]:
        """Yield what is sent, as it should be."""
        if self.status in (204, 304):
            yield self.head()
        elif isinstance(self.body, bytes):
            yield self.head(f"Content-Length: {len(self.body)}") + self.body
        else:
            yield self.head("Transfer-Encoding: chunked")
            yield from (chunk(piece) for piece in self.body if piece)
            yield chunk(b"")


Reply: TypeAlias = Response | bytes | Iterable[Action]
Script: TypeAlias = Callable[[Request], Reply]


def chunk(piece: bytes) -> bytes:
    """Return a piece of a body in the chunked coding."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def in_turn(*replies: Reply) -> Script:
    """Return a script with a reply for each request; the last one stays."""
    left = itertools.chain(replies[:-1], itertools.repeat(replies[-1]))
    return lambda _: next(left)


def cut(reply: Reply, at: int, end: Effect = CLOSE) -> Iterator[Action]:
    """Yield the actions of a reply until so many bytes are sent, then an end."""
    for action in actions_of(reply):
        if isinstance(action, bytes):
            yield action[:at]
            at -= len(action)
            if at <= 0:
                break
        else:
            yield action
    yield end


def actions_of(reply: Reply) -> Iterator[Action]:
    """Yield the actions of any reply."""
    if isinstance(reply, Response):
        yield from reply.actions()
    elif isinstance(reply, bytes):
        yield reply
    else:
        yield from reply


class ScriptedServer:
    """The server, which runs from `with` on.

    Attributes:
        connections: how many there were.
        peak: how many connections were open at a time, at most.
        hung_up: set when a client hangs up before its response has ended.
        stopping: set when the server is to end.
    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        greeting: Callable[[], Iterable[Action]] = tuple,
    ) -> None:
        """Bind a port; `greeting` is done on each connection before it is read."""
        self.script = script or (lambda _: Response.of({}))
        self.requests: list[Request] = []
        self.connections = self.peak = 0
        self.hung_up = threading.Event()
        self.stopping = threading.Event()
        self._greeting = greeting
        self._open: dict[int, socket.socket] = {}
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._errors: list[Exception] = []
        self._listener = socket.create_server((LOOPBACK, 0), backlog=1024)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"

    @property
    def open(self) -> int:
        return len(self._open)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds that requests or connections change."""
        with self._changed:
            assert self._changed.wait_for(condition, TIMEOUT), "waited in vain"

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._accept, name="scripted-server")]
        self._threads[0].start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.stopping.set()
        # Nothing else ends `accept` on all systems.
        with socket.create_connection((LOOPBACK, self.port), TIMEOUT):
            self._threads[0].join(TIMEOUT)
        self._listener.close()
        for each in [*self._open.values()]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(TIMEOUT)
            assert not thread.is_alive(), "a script goes on after its server"
        if self._errors and kind is None:
            raise self._errors[0]

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self.stopping.is_set():
                connection.close()
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                self.connections += 1
                number = self.connections
                self._open[id(connection)] = connection
                # Some threads may not yet have noticed that theirs is closed.
                used = sum(not _is_closed(each) for each in self._open.values())
                self.peak = max(self.peak, used)
            self._threads[1:] = [each for each in self._threads[1:] if each.is_alive()]
            given = (connection, number)
            self._threads.append(threading.Thread(target=self._serve, args=given))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            going = self._act(connection, self._greeting())
            with connection.makefile("rb") as stream:
                while going and (request := _read(stream, number)):
                    with self._changed:
                        self.requests.append(request)
                        self._changed.notify_all()
                    going = self._act(connection, actions_of(self.script(request)))
        except OSError:
            # Either end closed it between two requests, or in one.
            pass
        except Exception as error:  # noqa: BLE001 - raised when the server ends
            self._errors.append(error)
        finally:
            with self._changed:
                del self._open[id(connection)]
                # What is waited for is told of it when it is really closed.
                connection.close()
                self._changed.notify_all()

    def _act(self, connection: socket.socket, actions: Iterable[Action]) -> bool:
        """Do what a script says; return whether the connection is of further use."""
        for action in actions:
            try:
                if isinstance(action, bytes):
                    connection.sendall(action)
                elif isinstance(action, threading.Event):
                    while not action.wait(0.05):
                        if _is_closed(connection):
                            raise ConnectionResetError
                elif not isinstance(action, Effect):
                    time.sleep(action)
                elif action is HOLD:
                    while connection.recv(65536):
                        pass
                    raise ConnectionResetError
                else:
                    if action is RESET:
                        connection.setsockopt(*_ABORTING)
                    return False
            except OSError:
                if not self.stopping.is_set():
                    self.hung_up.set()
                return False
        return True


def _read(stream: Any, number: int) -> Request | None:
    """Read a request; return None where the client has closed the connection."""
    start = stream.readline()
    if not start.endswith(b"\r\n"):
        return None
    lines = []
    while (line := stream.readline()) != b"\r\n":
        if not line:
            return None
        lines.append(line)
    pairs = [line.rstrip(b"\r\n").partition(b":")[::2] for line in lines]
    headers = httpx.Headers([(name, value.strip()) for name, value in pairs])
    if headers.get("transfer-encoding") == "chunked":
        chunks = [*_chunks(stream)]
        if chunks[-1]:
            return None
        body = b"".join(chunks)
    else:
        length = int(headers.get("content-length", 0))
        body = stream.read(length)
        if len(body) < length:
            return None
    method, target, _ = start.decode("latin-1").split(" ", 2)
    raw = b"".join([start, *lines, b"\r\n", body])
    return Request(method, target, headers, body, number, raw)


def _chunks(stream: Any) -> Iterator[bytes]:
    """Yield the pieces of a body in the chunked coding, an empty one at its end."""
    while line := stream.readline().strip():
        yield stream.read(int(line, 16))
        stream.readline()
        if not int(line, 16):
            return
    yield b"cut off"


def _is_closed(connection: socket.socket) -> bool:
    """Return whether the client has closed a connection."""
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
