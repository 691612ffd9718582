"""The delivery of a response to the client, with what faults do to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..http.errors import HTTPError
from ..http.events import frame
from .bodies import Changes, event_data, event_name

if TYPE_CHECKING:
    from starlette.types import Message, Send

    from ..http.connections import Connection
    from .fault import Fault

_ENDS = ("close", "cut-body", "cut-stream", "end-stream", "error-event")
_BY_COUNT = ("cut-stream", "end-stream", "error-event")
_BODY = "http.response.body"
_PARTIAL_HEADERS = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-len"
_PIECES = 4
_FAILURE = 500
_BINARY = b"application/octet-stream"


class Delivery:
    """A response between an application and the connection."""

    def __init__(self, faults: list[Fault], connection: Connection, send: Send) -> None:
        """Prepare one delivery.

        Args:
            faults: the faults that apply.
            connection: the connection of the request.
            send: the server's `send` of ASGI.
        """
        self._connection = connection
        self._send = send
        self._changes = Changes(faults)
        self._delay = sum(fault.value for fault in faults if fault.name == "delay")
        self._slow = next((f.value for f in faults if f.name == "slow"), None)
        self._closes = any(fault.name == "close-after-5xx" for fault in faults)
        self._end = next((fault for fault in faults if fault.name in _ENDS), None)
        # How many bytes of a stream may still go out before it is cut.
        self._left: int | None = self._value() if self._ends_by("cut-body") else None
        self._start: Message = {}
        self._body = b""
        self._events = 0
        self._sent = 0
        self._over = False

    async def send(self, message: Message) -> None:
        """Send a message of the application; this is its `send` of ASGI."""
        if self._over:
            return
        if message["type"] == "http.response.start":
            self._start = message
            if self._is_stream() or self._is_download():
                await self._begin()
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._is_stream():
            await self._send_event(body)
            await self._end_stream_in_time(more)
            return
        if self._is_download():
            await self._send_part(body, more)
            return
        self._body += body
        if not more:
            await self._send_body(self._changes.of_body(self._body))

    def _is_stream(self) -> bool:
        media = _header(self._start, b"content-type") or b""
        return media.startswith(b"text/event-stream")

    def _is_download(self) -> bool:
        """Return whether it is the content of a file, which may be large."""
        return _header(self._start, b"content-type") == _BINARY

    def _ends_by(self, *names: str) -> bool:
        return self._end is not None and self._end.name in names

    def _value(self) -> Any:
        return self._end and self._end.value

    async def _begin(self) -> None:
        """Send the headers, unless a fault closes the connection before."""
        if self._delay:
            await self._connection.pause(self._delay)
        if self._ends_by("close") and self._value() == "before-headers":
            await self._close()
        elif self._ends_by("close") and self._value() == "in-headers":
            await self._close(last=_PARTIAL_HEADERS)
        else:
            await self._send(self._start)
            if self._ends_by("close"):
                await self._close()
            elif self._is_stream() and self._value() == 0:
                await self._end_stream()

    async def _send_body(self, body: bytes) -> None:
        """Send a body that is no stream, with its headers."""
        if _header(self._start, b"content-length") is not None:
            self._start = _with_length(self._start, len(body))
        await self._begin()
        if self._over:
            return
        size = len(body)
        if self._ends_by("cut-body"):
            size = self._end_of_content(size)
        step = max(1, size if self._slow is None else math.ceil(size / _PIECES))
        for at in range(0, size, step):
            await self._send_piece(body[at : min(at + step, size)])
        if self._ends_by("cut-body"):
            await self._close()
        else:
            await self._finish()

    async def _send_part(self, part: bytes, more: bool) -> None:
        """Send a part of the content of a file, as it comes."""
        size = int(_header(self._start, b"content-length") or 0)
        quarter = max(1, math.ceil(size / _PIECES))
        end = self._end_of_content(size) if self._ends_by("cut-body") else size
        for at in range(0, len(part), quarter):
            piece = part[at : at + quarter][: end - self._sent]
            if self._slow and piece:
                # As often as there are quarters, however the parts are cut.
                crossed = -(-(self._sent + len(piece)) // quarter)
                crossed -= -(-self._sent // quarter)
                await self._connection.pause(self._slow * crossed)
            self._sent += len(piece)
            if piece:
                await self._send({"type": _BODY, "body": piece, "more_body": True})
            if self._ends_by("cut-body") and self._sent == end:
                await self._close()
                return
        if not more:
            await (self._close() if self._ends_by("cut-body") else self._finish())

    def _end_of_content(self, size: int) -> int:
        wanted = size // 2 if self._value() is None else self._value()
        return max(0, min(wanted, size - 1))

    async def _send_event(self, event: bytes) -> None:
        """Send an event, changed by faults; a comment is sent as it is."""
        if not event_data(event):
            await self._send_piece(event)
        elif self._ends_by("end-stream", "error-event") and event_name(event) == "done":
            await self._end_stream()
        else:
            self._events += 1
            piece = self._changes.of_event(event, self._events)
            if self._ends_by("cut-body") and self._left is None:
                self._left = len(piece) // 2
            await self._send_piece(piece)

    async def _end_stream_in_time(self, more: bool) -> None:
        """End a stream after the number of events or bytes, or at its end."""
        if self._over:
            return
        events = self._value() if self._ends_by(*_BY_COUNT) else None
        if not more or self._left == 0 or self._events == events:
            await self._end_stream()

    async def _end_stream(self) -> None:
        if self._ends_by("cut-body", "cut-stream"):
            await self._close()
            return
        if self._ends_by("error-event"):
            error = frame("error", _error(self._end))
            await self._send_piece(self._changes.of_event(error, self._events + 1))
        await self._finish()

    async def _send_piece(self, piece: bytes) -> None:
        if self._is_stream() and self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        if not piece:
            return
        if self._slow:
            await self._connection.pause(self._slow)
        await self._send({"type": _BODY, "body": piece, "more_body": True})

    async def _finish(self) -> None:
        self._over = True
        await self._send({"type": _BODY, "body": b"", "more_body": False})
        if self._closes and self._start["status"] >= _FAILURE:
            await self._connection.close()

    async def _close(self, *, last: bytes = b"") -> None:
        self._over = True
        reset = self._end is not None and self._end.options.get("how") == "reset"
        await self._connection.close(last=last, reset=reset)


def _error(fault: Fault | None) -> Any:
    """Return the data of an error event."""
    body = HTTPError(500, "A fault was requested: an error in the stream.").body
    wrapped = fault is not None and fault.options.get("shape") == "wrapped"
    return body if wrapped else body["error"]


def _header(start: Message, wanted: bytes) -> bytes | None:
    headers = start.get("headers", ())
    return next((v for name, v in headers if name.lower() == wanted), None)


def _with_length(start: Message, length: int) -> Message:
    headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
    return {**start, "headers": [*headers, (b"content-length", b"%d" % length)]}
