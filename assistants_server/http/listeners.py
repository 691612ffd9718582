"""The sockets that a server listens on: the API's, and perhaps one for metrics."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

    from ..settings import Settings


class ListenError(OSError):
    """An address can't be used.

    Attributes:
        host: the address.
        port: its port.
        option: what the option for the port is called.
    """

    host: str
    port: int
    option: str


class Listeners:
    """The sockets of a server, bound but not yet listening.

    Attributes:
        port: the port of the API.
        metrics_port: that of metrics; None if they are at the API's.
    """

    def __init__(self, settings: Settings) -> None:
        """Bind them.

        Raises:
            ListenError: an address can't be used.
        """
        self.sockets: list[socket.socket] = []
        self.metrics_port: int | None = None
        try:
            self.port = self._bind(settings.host, settings.port, "port")
            if settings.metrics_port is not None:
                self.metrics_port = self._bind(
                    settings.metrics_host, settings.metrics_port, "metrics-port"
                )
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close them."""
        for each in self.sockets:
            each.close()

    def _bind(self, host: str, port: int, option: str) -> int:
        """Bind a socket, and return its port."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # With its protocol named, asyncio turns Nagle's algorithm off; without, each
        # response on a kept-alive connection waits some 40 ms for the client's ACK.
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.sockets.append(made)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((host, port))
        except OSError as error:
            failed = ListenError(error.errno, error.strerror or str(error))
            failed.host, failed.port, failed.option = host, port, option
            raise failed from error
        bound: int = made.getsockname()[1]
        return bound


def origin_of(host: str, port: int) -> str:
    """Return the origin of an address, such as `http://127.0.0.1:8000`."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
