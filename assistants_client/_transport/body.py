"""Bodies of answers, read within bounds: of size once unpacked, and of time."""

from __future__ import annotations

import time
from codecs import getincrementaldecoder
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from .._effects import BufferedResponse, UnreadableResponse
from .decompression import Inflater, inflater_of
from .library import library_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from datetime import timedelta

    import httpx

ERROR_BYTES: Final = 8 * 1024**2
"""How much is kept of the body of an error; what follows says nothing new."""
_MARGIN = 256 * 1024
_START = 200
# From a body to the connection that it comes from, as the HTTP libraries have them.
_INNER = ("_stream", "_httpcore_stream", "_connection")
_LAYERS = 10


class _Gauge:
    """Takes a body as it came, gives what it says, and stops where that is too much.

    Attributes:
        limit: how many bytes it may say, none for no limit.
        start: what it says first.
        coding: what undoes its coding, if it has one.
    """

    def __init__(
        self, limit: int | None, deadline: float | None, late: type[Exception]
    ) -> None:
        """Begin.

        Args:
            limit: how many bytes it may say, none for no limit.
            deadline: when it has to be there, by the monotonic clock.
            late: what is raised where it isn't.
        """
        self.limit = limit
        self.start = b""
        self.coding: Inflater | None = None
        self._deadline = deadline
        self._late = late
        self._count = 0
        self._packed = 0

    def take(self, chunk: bytes) -> Iterator[bytes]:
        """Give what a piece of the body says.

        Raises:
            Unusable: it is too much, or isn't in the coding that it should be in.
            Exception: it takes too long; it is the one that was asked for.
        """
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise self._late("the body comes too slowly")
        if self.coding is None:
            yield self._counted(chunk)
            return
        self._packed += len(chunk)
        if self.limit is not None and self._packed > self.limit + _MARGIN:
            # It may say nothing at all, without an end.
            raise UnreadableResponse(_too_long(self.limit))
        for piece in self.coding.take(chunk):
            yield self._counted(piece)

    def finish(self) -> None:
        """Take the end.

        Raises:
            Unusable: it comes too early.
        """
        if self.coding is not None:
            self.coding.finish()

    def _counted(self, piece: bytes) -> bytes:
        if len(self.start) < _START:
            self.start += piece[:_START]
        self._count += len(piece)
        if self.limit is not None and self._count > self.limit:
            raise UnreadableResponse(_too_long(self.limit))
        return piece


class _Body:
    """The body of an answer within its bounds; what is to be done at its end, once.

    An HTTP library reads bodies of its own classes only: see `_kind`.
    """

    def __init__(self, stream: Any, gauge: _Gauge, connection: Any) -> None:
        self.gauge = gauge
        self._stream = stream
        self._connection = connection
        self._at_end: Callable[[], None] | None = None

    def at_end(self, done: Callable[[], None]) -> None:
        """Have something done when it is closed."""
        self._at_end = done

    @property
    def elapsed(self) -> timedelta | None:
        """Tell how long the answer took, where the HTTP library asks its body."""
        found: timedelta | None = getattr(self._stream, "elapsed", None)
        return found

    def _ended(self) -> None:
        done, self._at_end = self._at_end, None
        if done is not None:
            done()


class _Bounded(_Body):
    """A body that is read."""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            yield from self.gauge.take(chunk)
        if _has_more(self._stream):
            self._connection.close()
        self.gauge.finish()

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            self._ended()


class _AsyncBounded(_Body):
    """A body that is awaited."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            for piece in self.gauge.take(chunk):
                yield piece
        if _has_more(self._stream):
            await self._connection.aclose()
        self.gauge.finish()

    async def aclose(self) -> None:
        # Whoever awaits has it loaded; others needn't.
        import asyncio

        # A task that is cancelled meanwhile must not leave it half closed: the HTTP
        # library would count the connection as taken for ever.
        closing = asyncio.ensure_future(self._stream.aclose())
        cancelled: asyncio.CancelledError | None = None
        try:
            while not closing.done():
                try:
                    await asyncio.wait([closing])
                except asyncio.CancelledError as error:
                    cancelled = error
            if cancelled is not None:
                raise cancelled
            closing.result()
        finally:
            self._ended()


@cache
def _kind(body: type[_Body], base: type[Any]) -> Any:
    """Give a class of bodies as an HTTP library takes them, from its own class."""
    return type(body.__name__, (body, base), {})


def bind(response: httpx.Response, limit: int | None, deadline: float | None) -> None:
    """Have the body of an answer read within bounds.

    Its `content-encoding` goes: what is read then is no longer encoded.

    Args:
        response: the answer, its body unread.
        limit: how many bytes it may be once unpacked, none for no limit.
        deadline: when the last of it has to be there, by the monotonic clock; none
            for no limit.

    Raises:
        Unusable: it says itself that it is too long, or has a coding that nobody
            asked for.
    """
    if response.is_closed:
        # Made without a network, and read by that.
        if limit is not None and len(response.content) > limit:
            raise UnreadableResponse(_too_long(limit), response.content[:_START])
        return
    library = library_of(response)
    gauge = _Gauge(limit, deadline, library.read_timeout)
    stream = response.stream
    connection = response.extensions.get("network_stream")
    kinds: Any = ((_Bounded, library.stream), (_AsyncBounded, library.async_stream))
    for body, base in kinds:
        if isinstance(stream, base):
            response.stream = _kind(body, base)(stream, gauge, connection)
            break
    # Read once: each look into headers goes through all of them.
    given = {name.lower(): value for name, value in response.headers.raw}
    if b"content-encoding" in given:
        named = response.headers["content-encoding"]
        gauge.coding = inflater_of(named, response.headers)
    if gauge.coding is None and limit is not None:
        length = given.get(b"content-length", b"")
        if length.isdigit() and int(length[:20]) > limit:
            raise UnreadableResponse(_too_long(limit))


class ErrorBody:
    """The body of an error: what can be had of it, and no more than is of use."""

    def __init__(
        self, response: httpx.Response, limit: int | None, deadline: float | None
    ) -> None:
        self._response = response
        self._limit = ERROR_BYTES if limit is None else min(limit, ERROR_BYTES)
        self._deadline = deadline
        self._pieces: list[bytes] = []
        self._count = 0

    def begin(self) -> None:
        """Have it unpacked; Unusable is raised, here and later, where it can't be."""
        # It is cut, not refused, so that what the error says is heard.
        bind(self._response, None, self._deadline)

    @property
    def response(self) -> BufferedResponse:
        """Give the answer, with as much of its body as there is."""
        content = b"".join(self._pieces)[: self._limit]
        return BufferedResponse(
            self._response.status_code, self._response.headers, content
        )

    def take(self, piece: bytes) -> bool:
        """Take a piece of the body; tell whether it is enough."""
        self._pieces.append(piece)
        self._count += len(piece)
        return self._count > self._limit


def named(error: UnreadableResponse, response: httpx.Response) -> UnreadableResponse:
    """Have what is raised where an answer can't be used say which answer that is."""
    gauge = getattr(response.stream, "gauge", None)
    start = error.start or (gauge.start if gauge is not None else b"")
    error.response = BufferedResponse(
        response.status_code, response.headers, start[:_START]
    )
    return error


def readable(response: httpx.Response) -> httpx.Response:
    """Have the text of an answer read as UTF-8 where its charset is none of text."""
    charset = response.charset_encoding
    if charset is not None and response.encoding != "utf-8":
        try:
            # "hex" and its like are known, but make no text.
            getincrementaldecoder(charset)("replace").decode(b"a\xff", True)
            b"a".decode(charset)
        except (AssertionError, LookupError, TypeError, ValueError):
            response.encoding = "utf-8"
    return response


def at_end(response: httpx.Response, done: Callable[[], None]) -> None:
    """Have something done when an answer is closed, at once if it is already."""
    stream = response.stream
    if isinstance(stream, _Body) and not response.is_closed:
        stream.at_end(done)
    else:
        done()


def limit_to(response: httpx.Response, limit: int | None) -> None:
    """Have the rest of a body end where it gets longer than something, in bytes."""
    gauge = getattr(response.stream, "gauge", None)
    if gauge is not None:
        gauge.limit = limit


def _has_more(stream: Any) -> bool:
    """Tell whether bytes were received that stand behind the end of an answer.

    The connection must not be used again then: the HTTP library would take them for
    the answer to the next request. It says nothing of them, so this looks into it; in
    a version that is built otherwise, nothing is found.
    """
    for _ in range(_LAYERS):
        state = getattr(stream, "_h11_state", None)
        if state is not None:
            return bool(state.trailing_data[0])
        for name in _INNER:
            inner = getattr(stream, name, None)
            if inner is not None:
                stream = inner
                break
        else:
            break
    return False


def _too_long(limit: int) -> str:
    """Say that an answer is longer than it may be."""
    return f"longer than the {limit} bytes that max_response_bytes allows"
