"""What connections send and receive through: in time, and closed from outside.

Each connection of an HTTP library gets a line of its own in the place of the library's
network backend. So its socket is known from the moment at which it is open, whatever
the library makes of it, and each read can be shortened by what is left of a deadline.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# How much is written at once: what a send may take has to be looked at in between.
_SLICE: Final = 64 * 1024


class Line:
    """The line of one connection; it is a network backend of httpcore.

    Attributes:
        deadline: when what is awaited has to be there, by the monotonic clock.
        is_closed: whether it was closed.
    """

    def __init__(self, backend: Any, core: Any) -> None:
        """Set up.

        Args:
            backend: the network backend of the library.
            core: the library, httpcore or httpcore2.
        """
        self.deadline: float | None = None
        self.is_closed = False
        self.core = core
        self.is_used = False
        self._backend = backend
        self._stream: Any = None

    def left(self, seconds: float | None, late: Any) -> float | None:
        """Return how long something may take that has a timeout of its own.

        Args:
            seconds: that timeout.
            late: what is raised where no time is left.
        """
        if self.deadline is None:
            return seconds
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise late("it came too slowly")
        return left if seconds is None else min(seconds, left)

    def connect_tcp(self, *args: Any, timeout: float | None, **options: Any) -> Any:
        """Connect, in time."""
        return self._connected(self._backend.connect_tcp, args, timeout, options)

    def connect_unix_socket(
        self, *args: Any, timeout: float | None, **options: Any
    ) -> Any:
        """Connect, in time."""
        connect = self._backend.connect_unix_socket
        return self._connected(connect, args, timeout, options)

    def sleep(self, seconds: float) -> None:
        """Sleep between two attempts to connect."""
        self._backend.sleep(self.left(seconds, self.core.ConnectTimeout))

    def _connected(
        self,
        connect: Callable[..., Any],
        args: tuple[Any, ...],
        timeout: float | None,
        options: dict[str, Any],
    ) -> Any:
        left = self.left(timeout, self.core.ConnectTimeout)
        self.hold(connect(*args, timeout=left, **options))
        return _Stream(self, self._stream)

    def hold(self, stream: Any) -> None:
        """Take note of the stream that is to be closed; the pool may be closed by now.

        Raises:
            ConnectError: it is.
        """
        self._stream = stream
        if self.is_closed:
            stream.close()
            raise self.core.ConnectError("the client was closed meanwhile")

    def shut(self) -> None:
        """End it for whoever reads from it in another thread, and so closes it."""
        self.is_closed = True
        # Closing alone doesn't wake a thread that waits for a response.
        found = self._stream and self._stream.get_extra_info("socket")
        if isinstance(found, socket.socket):
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)
        if not self.is_used:
            self.close()

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self.is_closed = True
        if self._stream is not None:
            self._stream.close()


class _Stream:
    """A network stream of httpcore that looks at the deadline of its line."""

    def __init__(self, line: Line, stream: Any) -> None:
        self._line = line
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        line = self._line
        left = line.left(timeout, line.core.ReadTimeout)
        line.is_used = True
        try:
            found: bytes = self._stream.read(max_bytes, left)
        finally:
            line.is_used = False
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        line = self._line
        line.is_used = True
        try:
            for start in range(0, len(buffer) or 1, _SLICE):
                left = line.left(timeout, line.core.WriteTimeout)
                self._stream.write(buffer[start : start + _SLICE], left)
        finally:
            line.is_used = False

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: Any = None, timeout: Any = None
    ) -> _Stream:
        line = self._line
        left = line.left(timeout, line.core.ConnectTimeout)
        line.hold(self._stream.start_tls(ssl_context, server_hostname, left))
        return _Stream(line, line._stream)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class AsyncLine:
    """The same where it is awaited; deadlines are looked at by whoever awaits it."""

    def __init__(self, backend: Any, core: Any) -> None:
        self.is_closed = False
        self.core = core
        self._backend = backend
        self._stream: Any = None

    async def connect_tcp(self, *args: Any, **options: Any) -> Any:
        """Connect."""
        return await self._hold(await self._backend.connect_tcp(*args, **options))

    async def connect_unix_socket(self, *args: Any, **options: Any) -> Any:
        """Connect."""
        made = await self._backend.connect_unix_socket(*args, **options)
        return await self._hold(made)

    async def sleep(self, seconds: float) -> None:
        """Sleep between two attempts to connect."""
        await self._backend.sleep(seconds)

    async def _hold(self, stream: Any) -> Any:
        # That of TLS goes through this one, so it is the one to be closed.
        self._stream = stream
        if self.is_closed:
            await stream.aclose()
            raise self.core.ConnectError("the client was closed meanwhile")
        return stream

    async def close(self) -> None:
        """Close it; a second time does nothing."""
        self.is_closed = True
        if self._stream is not None:
            await self._stream.aclose()
