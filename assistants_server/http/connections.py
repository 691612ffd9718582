"""The connections below HTTP, which an application can't reach otherwise."""

from __future__ import annotations

import asyncio
import math
import os
import socket
import struct
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from .errors import HTTPError

if TYPE_CHECKING:
    from starlette.types import Scope

_STATE = "local_connection"
IDLE = 75.0
"""Seconds that a client may say nothing, or read nothing.

Proxies keep connections for a minute, and those who poll pause for some round number of
seconds: a request of theirs must not meet the end of its connection.
"""
# How many connections there are at most, and how many files are left for the rest.
_MOST, _RESERVE = 10_000, 100
# What can still be answered; where an answer has begun, h11 takes no other one.
_UNANSWERED = (h11.IDLE, h11.SEND_RESPONSE)
# Closing with no time to linger is what makes a socket send a reset.
_NO_LINGERING = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Connections:
    """The open connections of a server.

    A client that says nothing, or doesn't read what it asked for, loses its connection
    after a while; and where there are as many as there may be, whoever waits longest
    without a request makes room.

    Attributes:
        protocol: what the server must be run with: `uvicorn.Config(http=...)`.
        keep_alive: likewise: `uvicorn.Config(timeout_keep_alive=...)`. It is so long
            that connections are ended from here.
    """

    def __init__(self, *, idle: float | None = None, most: int | None = None) -> None:
        """Prepare.

        Args:
            idle: seconds that a connection may be of no use; `IDLE` by default.
            most: how many there may be; by default as many as the system lets this
                process have files, but for some.
        """
        self._idle = IDLE if idle is None else idle
        self._most = _limit() if most is None else most
        self.keep_alive = math.ceil(2 * self._idle)
        self._open: dict[Connection, None] = {}
        self._ended = False
        self.protocol: type[H11Protocol] = _watched(self)

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

    def add(self, connection: Connection) -> None:
        """Take in a new connection, in the place of an old one if need be."""
        if self._ended:
            connection.abort()
        elif len(self._open) >= self._most:
            idle = (each for each in self._open if each.idle_since is not None)
            longest = min(idle, key=lambda each: each.idle_since or 0, default=None)
            # Where all are at work, there is no place for another one.
            (longest or connection).abort()
            if longest:
                del self._open[longest]
        self._open[connection] = None

    def remove(self, connection: Connection) -> None:
        """Note that a connection is gone."""
        self._open.pop(connection, None)

    async def end_idle(self) -> None:
        """End connections that are of no use, again and again."""
        while True:
            await asyncio.sleep(self._idle / 4)
            now = time.monotonic()
            for each in [*self._open]:
                if each.idle_since is not None and now - each.idle_since > self._idle:
                    each.abort()

    def abort(self) -> None:
        """Abort all of them, whatever is still to be sent, and those that come yet.

        What a listener has accepted becomes a connection a turn of the loop later, also
        when the listener is closed by then; left alone, its client would wait for a
        server that is no more.
        """
        self._ended = True
        for connection in [*self._open]:
            connection.abort()


class Connection:
    """One connection.

    Attributes:
        is_lost: set when it is gone and the server knows.
        idle_since: since when its client is waited for, by `time.monotonic`; None while
            the server is at work for it.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self.is_lost = asyncio.Event()
        self.idle_since: float | None = time.monotonic()
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


def _limit() -> int:
    """Return how many connections there may be: some files are for other things."""
    if sys.platform == "win32":
        return _MOST
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST
    return max(8, min(files - _RESERVE, _MOST))


def _refusal(connection: h11.Connection, error: BaseException | None) -> bytes:
    """Return the last answer of a connection to what is no request."""
    message = "This is no valid request of HTTP/1.1."
    status = HTTPStatus.BAD_REQUEST
    too_large = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    if getattr(error, "error_status_hint", status) == too_large:
        message = "The head of the request is too long; send fewer or shorter headers."
        status = too_large
    response = HTTPError(status, message, headers={"connection": "close"}).response()
    events = (
        h11.Response(
            status_code=status, headers=response.raw_headers, reason=status.phrase
        ),
        h11.Data(data=bytes(response.body)),
        h11.EndOfMessage(),
    )
    return b"".join(connection.send(event) or b"" for event in events)


def _watched(connections: Connections) -> type[H11Protocol]:
    """Return a protocol that makes its connection known, also to each request."""

    class Watched(H11Protocol):
        _connection: Connection

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._connection = Connection(transport)
            # What comes with each request as its state.
            self.app_state = {**self.app_state, _STATE: self._connection}
            connections.add(self._connection)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            cycle: Any = self.cycle
            if cycle is None or cycle.response_complete:
                # Of a head that doesn't end, the first byte counts.
                return
            # Of a body each piece counts; after it, it is the server's turn.
            self._note_turn()

        def send_400_response(self, msg: str) -> None:
            # uvicorn's is plain text, and tries to be a second answer to a request
            # that was refused before its body came, which is an error then.
            if self.conn.our_state in _UNANSWERED:
                self.transport.write(_refusal(self.conn, sys.exception()))
            self.transport.close()

        def _unsupported_upgrade_warning(self) -> None:
            # Clients of the JDK offer HTTP/2 with every request; HTTP/1.1 will do.
            pass

        def on_response_complete(self) -> None:
            super().on_response_complete()
            # Of requests that came together the next one may have begun.
            self._note_turn()

        def pause_writing(self) -> None:
            # The client doesn't read what it asked for.
            self._connection.idle_since = time.monotonic()
            super().pause_writing()

        def resume_writing(self) -> None:
            super().resume_writing()
            # The end of a response may have been read only now.
            self._note_turn()

        def _note_turn(self) -> None:
            if self.flow.write_paused:
                # Whatever else it sends: it has yet to read.
                return
            cycle = self.cycle
            is_ours = not cycle.response_complete and not cycle.more_body
            self._connection.idle_since = None if is_ours else time.monotonic()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            connections.remove(self._connection)
            self._connection.is_lost.set()

    return Watched
