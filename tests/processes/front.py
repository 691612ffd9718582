"""What stands in front of several servers: one address, whoever is there behind it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

_PIECE = 65536


class Front:
    """A proxy of TCP: each connection goes to the first server that listens.

    Attributes:
        url: the base URL for clients.
    """

    def __init__(self, servers: Sequence[str]) -> None:
        """Take the base URLs of the servers."""
        self._servers = [httpx.URL(each) for each in servers]
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = str(self._servers[0].copy_with(port=port))

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            for each in self._servers:
                with suppress(OSError):
                    server = socket.create_connection((each.host, each.port or 0))
                    break
            else:
                return
            with server:
                back = threading.Thread(target=_forward, args=[server, client])
                back.start()
                _forward(client, server)
                back.join()


def _forward(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
