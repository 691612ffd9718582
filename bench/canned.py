"""A server that always gives the same two responses, in a process of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@contextmanager
def canned(page: bytes, run: bytes) -> Iterator[int]:
    """Yield the port of a server of a page and of a run, while within."""
    spawn = get_context("spawn")
    ours, its = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(its, page, run), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def is_page(method: str, path: str) -> bool:
    """Return whether a request is for the page; else it is for one run."""
    return method == "GET" and path.partition("?")[0].endswith("/runs")


def _serve(pipe: Connection, page: bytes, run: bytes) -> None:
    responses = {True: _response(page), False: _response(run)}

    class Canned(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport, self.received = transport, b""

        def data_received(self, data: bytes) -> None:
            # Nobody sends a request before the response to the last one came.
            self.received += data
            header, end, body = self.received.partition(b"\r\n\r\n")
            length = _LENGTH.search(header)
            if end and len(body) >= int(length[1] if length else 0):
                self.received = b""
                method, path, _ = header.decode().split(" ", 2)
                self.transport.write(responses[is_page(method, path)])

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Canned, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def _response(body: bytes) -> bytes:
    header = [
        "HTTP/1.1 200 OK",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "X-Request-Id: req_2f9c",
        "OpenAI-Version: 2020-10-01",
        "Connection: keep-alive",
    ]
    return "\r\n".join([*header, "", ""]).encode() + body
