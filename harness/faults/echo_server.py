"""A server that answers each request with what was asked, for crowds of callers."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Self

PATIENCE = 20.0
"""Seconds after which something that should happen is taken not to."""
ITEMS = 7
"""How many items each list has."""
PIECES = 5
"""How many pieces of text each stream has."""


async def _steps() -> None:
    """Let the event loop do what it has begun."""
    for _ in range(10):
        await asyncio.sleep(0)


class EchoServer:
    """The server, with an event loop in a thread of its own from `with` on.

    A request with the header `x-hold: NAME` is answered once that name is released.
    One to `.../runs` is answered by events, a GET of `.../messages` by a page, both
    made of the id of the thread; any other by an object whose metadata say what was
    asked.

    Attributes:
        peak: how many connections were open at the same time at most.
        accepted: how many connections there were.
        served: how many requests were read.
    """

    def __init__(self) -> None:
        self.peak = self.accepted = self.served = 0
        self._held: Counter[str] = Counter()
        self._released: set[str] = set()
        self._changed = threading.Condition()
        self._open: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._transports: list[asyncio.WriteTransport] = []
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._work()), name="echo-server"
        )
        self._ready = threading.Event()
        self._port = 0

    @property
    def url(self) -> str:
        """Give what all paths begin with."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def open(self) -> int:
        """Give how many connections are open now."""
        return len(self._open)

    def release(self, name: str) -> None:
        """Let the requests go that are held by this name, and all that come yet."""
        with self._changed:
            self._released.add(name)
        self._loop.call_soon_threadsafe(self._wake)

    def until_held(self, name: str, number: int) -> None:
        """Wait until so many requests are held by this name."""
        with self._changed:
            done = self._changed.wait_for(
                lambda: self._held[name] >= number, timeout=PATIENCE
            )
        assert done, f"{self._held[name]} requests came, not {number}"

    def until_open(self, number: int) -> None:
        """Wait until no more than so many connections are open."""
        with self._changed:
            done = self._changed.wait_for(lambda: self.open <= number, timeout=PATIENCE)
        assert done, f"{self.open} connections are still open, not {number}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting, self._stopping = asyncio.Event(), asyncio.Event()
        serving = asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=1024)
        async with await serving as server:
            self._port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._stopping.wait()
            server.close()
            # What is just being accepted takes some steps until it can be closed.
            await _steps()
            left = [*self._tasks]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            for each in self._transports:
                # Closing would wait for a client that reads no more.
                each.abort()
            await _steps()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, asyncio.Event()
        waiting.set()

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # One that is cancelled before it begins closes nothing.
        self._transports.append(writer.transport)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.accepted += 1
        self.peak = max(self.peak, len(self._open))
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # The client hung up, or the server stops.
            pass
        finally:
            writer.close()
            self._open.discard(task)
            with self._changed:
                self._changed.notify_all()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Read a request and answer it; tell whether there was one."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        start, *lines = head.decode("latin-1").split("\r\n")[:-2]
        pairs = (line.partition(": ") for line in lines)
        headers = {name.lower(): value for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.served += 1
        await self._hold(headers.get("x-hold", ""), reader)
        await _answer(writer, start, headers, body)
        return True

    async def _hold(self, name: str, reader: asyncio.StreamReader) -> None:
        """Wait until a name is released, or the client has hung up."""
        if not name:
            return
        with self._changed:
            self._held[name] += 1
            self._changed.notify_all()
        while name not in self._released:
            gone = asyncio.create_task(reader.read(1))
            both: set[asyncio.Task[Any]] = {
                *(gone, asyncio.create_task(self._waiting.wait()))
            }
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for each in both:
                each.cancel()
            await asyncio.wait(both)
            if not gone.cancelled():
                raise ConnectionResetError


def expected_echo(mark: str) -> dict[str, Any]:
    """Give what is said of the request for a message in a thread."""
    return {
        "method": "POST",
        "path": f"/v1/threads/{mark}/messages",
        "query": {"q": mark},
        "mark": mark,
        "body": {"role": "user", "content": f"of {mark}"},
    }


def expected_items(mark: str) -> list[str]:
    """Give the ids of all items of a thread's list."""
    return [f"{mark}.{number}" for number in range(ITEMS)]


def expected_text(mark: str) -> str:
    """Give the text that a thread's stream makes up."""
    return "".join(f"{mark}:{number} " for number in range(PIECES))


def pool_problems(http: Any, at_most: int) -> list[str]:
    """Give what is wrong with the pool of a client of httpx that nobody uses now."""
    pool = http._transport._pool
    busy = [each for each in pool.connections if not each.is_idle()]
    found = [f"a connection is in use: {each!r}" for each in busy]
    if pool._requests:
        found.append(f"{len(pool._requests)} requests are waiting")
    if len(pool.connections) > at_most:
        found.append(f"{len(pool.connections)} connections")
    return found


async def _answer(
    writer: asyncio.StreamWriter, start: str, headers: dict[str, str], body: bytes
) -> None:
    method, target, _ = start.split(" ")
    path, _, query = target.partition("?")
    asked = dict(parse_qsl(query))
    # The paths are /v1/threads/{mark}/...
    mark, _, what = path.removeprefix("/v1/threads/").partition("/")
    if method == "POST" and what == "runs":
        head = "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
        writer.write(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode())
        async for event in _events(mark):
            writer.write(b"%x\r\n%b\r\n" % (len(event), event))
            await writer.drain()
        writer.write(b"0\r\n\r\n")
    else:
        value = _page(mark, asked) if what == "messages" and method == "GET" else None
        value = value or _echo(method, path, asked, headers, body)
        content = json.dumps(value).encode()
        head = f"content-type: application/json\r\ncontent-length: {len(content)}\r\n"
        writer.write(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + content)
    await writer.drain()


def _page(mark: str, asked: dict[str, str]) -> dict[str, Any]:
    ids = expected_items(mark)
    begin = ids.index(asked["after"]) + 1 if "after" in asked else 0
    end = begin + int(asked["limit"])
    data = [{"id": each, "object": "thread.message"} for each in ids[begin:end]]
    return {"object": "list", "data": data, "has_more": end < len(ids)}


def _echo(
    method: str, path: str, asked: dict[str, str], headers: dict[str, str], body: bytes
) -> dict[str, Any]:
    said = {
        "method": method,
        "path": path,
        "query": asked,
        "mark": headers.get("x-mark"),
        "key": headers.get("authorization"),
        "body": json.loads(body) if body else None,
    }
    return {"id": "msg_1", "object": "thread.message", "metadata": said}


async def _events(mark: str) -> AsyncIterator[bytes]:
    run = {"id": "run_1", "object": "thread.run", "thread_id": mark}
    yield _event("thread.run.created", {**run, "status": "queued"})
    for number in range(PIECES):
        # Others get their turn between two events.
        await asyncio.sleep(0)
        text = {"value": f"{mark}:{number} "}
        delta = {"content": [{"index": 0, "type": "text", "text": text}]}
        kind = "thread.message.delta"
        yield _event(kind, {"id": "msg_1", "object": kind, "delta": delta})
    yield _event("thread.run.completed", {**run, "status": "completed"})
    yield b"event: done\ndata: [DONE]\n\n"


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
