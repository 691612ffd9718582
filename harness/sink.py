"""A server on loopback that reads what is uploaded to it, and keeps none of it."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Self

_PIECE = 1024 * 1024


class Sink:
    """The server, which runs from `with` on.

    Attributes:
        received: the bytes of the body of each request.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.received: list[int] = []
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, name="sink")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        socket.create_connection(self._listener.getsockname(), 20).close()
        self._thread.join(20)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection, connection.makefile("rb", buffering=_PIECE) as stream:
                if self._stopping:
                    return
                self.received.append(_discard(stream))
                body = json.dumps({"id": "file-1", "bytes": self.received[-1]}).encode()
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                size = b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
                connection.sendall(head + size + body)


def _discard(stream: Any) -> int:
    """Read a request; return the length of its body."""
    stream.readline()
    length: int | None = None
    while (line := stream.readline().strip().lower()) != b"":
        name, _, value = line.partition(b":")
        if name == b"content-length":
            length = int(value)
    if length is not None:
        return _skip(stream, length)
    found = 0
    while size := int(stream.readline(), 16):
        found += _skip(stream, size)
        stream.readline()
    stream.readline()
    return found


def _skip(stream: Any, size: int) -> int:
    buffer = memoryview(bytearray(min(size, _PIECE)))
    left = size
    while left:
        count = stream.readinto(buffer[: min(left, len(buffer))])
        if not count:
            break
        left -= count
    return size - left
