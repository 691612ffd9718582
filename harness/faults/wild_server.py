"""A server on loopback that plays other servers, and worse than there are."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from harness.faults.delivery import CLOSE, HOLD, PAUSE, RESET
from harness.faults.dialects import dialects
from harness.faults.responses import Asked, State, answer

if TYPE_CHECKING:
    from typing import Self

    from harness.faults.delivery import Action

LOOPBACK = "127.0.0.1"
DIALECT: Final = "x-dialect"
CELL: Final = "x-cell"
PATIENCE = 20.0
_LARGEST = 1 << 20


class WildServer:
    """The server, in a thread of its own from `with` on.

    Each request says by a header in which dialect it is to be answered, and to which
    cell it belongs.

    Attributes:
        states: what came, cell by cell.
        deaf: how many connections came to the port where each is closed at once.
    """

    def __init__(self) -> None:
        self.states: defaultdict[str, State] = defaultdict(State)
        self.deaf = 0
        self._dialects = dialects()
        self._sockets: list[socket.socket] = []
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=self._run, name="wild-server")
        self._ready = threading.Event()
        self._stop: asyncio.Event
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        """Give where requests are answered."""
        return _url(self._sockets[0])

    @property
    def deaf_url(self) -> str:
        """Give where connections are closed as soon as they are there."""
        return _url(self._sockets[1])

    @property
    def refusing_url(self) -> str:
        """Give where nobody listens."""
        return _url(self._sockets[2])

    def __enter__(self) -> Self:
        # The last one is bound, but doesn't listen: whoever calls is refused.
        self._sockets = [_bound() for _ in range(3)]
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        for each in self._sockets:
            each.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        talking = await asyncio.start_server(
            self._connected, sock=self._sockets[0], limit=_LARGEST
        )
        deaf = await asyncio.start_server(self._refused, sock=self._sockets[1])
        self._ready.set()
        await self._stop.wait()
        for server in (talking, deaf):
            server.close()
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _refused(
        self, _: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.deaf += 1
        writer.close()

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._talk(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # The client hung up, or all is over.
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Serve a request; tell whether the connection can take another."""
        asked = await self._asked(reader)
        dialect = self._dialects[asked.dialect]
        state = self.states[asked.tag]
        state.requests += 1
        said = dialect.rewritten(asked, answer(asked, state))
        # Whoever says these has done nothing; of all others, nobody knows.
        refused = said.status in (409, 429) or "retry-after" in said.headers
        state.created += asked.creates and not refused
        for action in dialect.wire(asked, said):
            if not await _acted(action, reader, writer):
                return False
        return True

    async def _asked(self, reader: asyncio.StreamReader) -> Asked:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        path, _, query = target.partition("?")
        parts = [unquote(part) for part in path.split("/")]
        # Behind "/v1", or behind a project.
        at = next(
            n for n, part in enumerate(parts) if part in ("assistants", "threads")
        )
        tag = headers.get(CELL, "")
        return Asked(
            method=method,
            parts=tuple(parts[at:]),
            query=dict(parse_qsl(query)),
            headers=headers,
            body=json.loads(body) if body else None,
            tag=tag,
            dialect=json.loads(headers.get(DIALECT, '"plain"')),
            number=self.states[tag].requests + 1,
        )


async def _acted(
    action: Action, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    """Do one thing; tell whether the connection is still of use."""
    if isinstance(action, bytes):
        writer.write(action)
        await writer.drain()
    elif action is PAUSE:
        await asyncio.sleep(0)
    elif action is HOLD:
        # Until the client has had enough.
        await reader.read()
        return False
    elif action is RESET:
        _reset(writer)
        return False
    else:
        assert action is CLOSE
        return False
    return True


def _reset(writer: asyncio.StreamWriter) -> None:
    """Have the connection end in a way that its other end notices as an error."""
    found = writer.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _bound() -> socket.socket:
    # With its protocol named, asyncio sends at once.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.bind((LOOPBACK, 0))
    return found


def _url(bound: socket.socket) -> str:
    return f"http://{LOOPBACK}:{bound.getsockname()[1]}/v1"
