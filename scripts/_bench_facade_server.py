"""A server that says the same again and again, in a process of its own, on loopback.

It reads its answers from the first line of its input, prints its port, and ends when
its input does, so with whoever started it.
"""

from __future__ import annotations

import json
import socket
import sys
from threading import Thread

_READ_AT_ONCE = 65536
_HEAD_END = b"\r\n\r\n"


def main() -> None:
    """Serve until the input ends."""
    answers = json.loads(sys.stdin.readline())
    page, run = (_whole(answers[name].encode()) for name in ("page", "run"))
    listening = socket.create_server(("127.0.0.1", 0))
    Thread(target=_accept, args=(listening, page, run), daemon=True).start()
    print(listening.getsockname()[1], flush=True)
    sys.stdin.read()


def is_page(method: str, path: str) -> bool:
    """Tell whether a request is for the page, else it is for one run."""
    return method == "GET" and path.partition("?")[0].endswith("/runs")


def _whole(body: bytes) -> bytes:
    head = [
        "HTTP/1.1 200 OK",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "X-Request-Id: req_2f9c",
        "OpenAI-Version: 2020-10-01",
        "Connection: keep-alive",
    ]
    return "\r\n".join(head).encode() + _HEAD_END + body


def _accept(listening: socket.socket, page: bytes, run: bytes) -> None:
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Thread(target=_serve, args=(connection, page, run), daemon=True).start()


def _serve(connection: socket.socket, page: bytes, run: bytes) -> None:
    got = b""
    with connection:
        while True:
            while _HEAD_END not in got:
                more = connection.recv(_READ_AT_ONCE)
                if not more:
                    return
                got += more
            head, _, got = got.partition(_HEAD_END)
            left = _length(head) - len(got)
            while left > 0:
                more = connection.recv(_READ_AT_ONCE)
                if not more:
                    return
                left -= len(more)
            # Nobody sends a request before the answer to the last one came.
            got = b""
            method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            connection.sendall(page if is_page(method, path) else run)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


if __name__ == "__main__":
    main()
