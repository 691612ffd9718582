"""The connections below HTTP, which an application can't reach otherwise."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from starlette.types import Scope

_STATE = "local_connection"
# Closing with no time to linger is what makes a socket send a reset.
_NO_LINGERING = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Connections:
    """The open connections of a server.

    Attributes:
        protocol: what the server must be run with: `uvicorn.Config(http=...)`.
    """

    def __init__(self) -> None:
        self._open: set[Connection] = set()
        self.protocol: type[H11Protocol] = _watched(self._open)

    def of(self, scope: Scope) -> Connection:
        """Return the connection of a request.

        Raises:
            LookupError: the server runs without the protocol.
        """
        found = scope.get("state", {}).get(_STATE)
        if not isinstance(found, Connection):
            how = "uvicorn.Config(http=connections.protocol)"
            raise LookupError(f"the connection is not known; run uvicorn with {how}")
        return found

    def abort(self) -> None:
        """Abort all of them, whatever is still to be sent."""
        for connection in [*self._open]:
            connection.abort()


class Connection:
    """One connection.

    Attributes:
        is_lost: set when it is gone and the server knows.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self.is_lost = asyncio.Event()
        self._transport = transport

    async def pause(self, seconds: float) -> None:
        """Wait some seconds, but no longer than the connection lasts."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.is_lost.wait(), seconds)

    async def close(self, *, last: bytes = b"", reset: bool = False) -> None:
        """Close it, and wait until the server knows.

        Otherwise uvicorn would log an incomplete response as an error of the
        application.

        Args:
            last: bytes that are still to go out, past HTTP.
            reset: whether to close by a reset. What has gone out already arrives only
                if the client reads it before it sees the reset.
        """
        if self.is_lost.is_set():
            return
        self._transport.write(last)
        if reset:
            opened = self._transport.get_extra_info("socket")
            # Some systems refuse it where the client has just left.
            with suppress(OSError):
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
        self._transport.close()
        await self.is_lost.wait()

    def abort(self) -> None:
        """Abort it, whatever is still to be sent."""
        self._transport.abort()


def _watched(open: set[Connection]) -> type[H11Protocol]:
    """Return a protocol that adds its connection to a set, and to each request."""

    class Watched(H11Protocol):
        _connection: Connection

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._connection = Connection(transport)
            open.add(self._connection)
            # What comes with each request as its state.
            self.app_state = {**self.app_state, _STATE: self._connection}

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            open.discard(self._connection)
            self._connection.is_lost.set()

    return Watched
