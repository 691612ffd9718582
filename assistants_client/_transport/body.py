"""Bodies of responses, read within bounds: of size once decoded, and of time.

A few kilobytes can unpack to gigabytes. httpx decodes at once what it received at once,
so it gets what is encoded in slices, which can't unpack to much; what comes out is
counted.
"""

from __future__ import annotations

import time
from codecs import getincrementaldecoder
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Any

from .._effects import BufferedResponse, UnreadableResponse
from .._errors import KEPT
from .codings import CUT_SHORT, is_known, named_coding, unpack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from datetime import timedelta

    import httpx

    from .exchange import Timing
    from .library import Library

_START = 200
# How much of an encoded body is decoded at once: up to a thousand times as much.
_SLICE = 1024
# From a body to the connection that it comes from, as the HTTP libraries have them.
_INNER = ("_stream", "_httpcore_stream", "_connection")
_LAYERS = 10


class Bound:
    """Reads a body, decoded, and refuses it where that is too much."""

    def __init__(
        self,
        response: httpx.Response,
        library: Library,
        limit: int | None,
        *,
        cut: bool = False,
    ) -> None:
        """Begin.

        Args:
            response: the response, its body unread.
            library: the HTTP library.
            limit: how many bytes it may have once decoded; None for no limit.
            cut: whether what is too much, or can't be decoded, is left out, and not
                refused, so that what an error says is heard.

        Raises:
            UnreadableResponse: it says itself that it is too long, or has a coding
                that was not asked for, such as one whose pieces are not bounded.
        """
        self._response = response
        self._library = library
        self._limit = limit
        self._cut = cut
        self._start = b""
        self._count = 0
        # Up to which count a piece needs no look: not before the start is known.
        self._known = 0.0
        # Read once: each look into headers goes through all of them.
        given = {name.lower(): value for name, value in response.headers.raw}
        self._is_encoded = b"content-encoding" in given
        self._coding = coding = named_coding(response) if self._is_encoded else ""
        if self._is_encoded:
            unpack(response, library, coding)
        if cut:
            return
        if not is_known(coding):
            raise self.unreadable(f"encoded as {coding!r}, which nobody asked for")
        length = given.get(b"content-length", b"")
        if limit is not None and length.isdigit() and int(length[:20]) > limit:
            # As it is received, decoding only makes it longer.
            raise self.unreadable(_too_long(limit))

    def pieces(self) -> Iterator[bytes]:
        """Read the body, decoded, piece by piece.

        Raises:
            UnreadableResponse: it is too long, or not in the coding that it names.
        """
        response, timing = self._response, self._timing()
        # What isn't encoded is taken as it is received: one step less for each piece.
        as_received = not (self._is_encoded or response.is_closed)
        try:
            for piece in response.iter_raw() if as_received else response.iter_bytes():
                self._count += len(piece)
                if self._count > self._known:
                    self._look_at(piece)
                yield piece
                if timing is not None:
                    timing.renew()
            return
        except self._library.http.DecodingError as error:
            why = str(error)
        # Not from within: the cause would hold the request, and so the key.
        raise self.miscoded(why)

    async def pieces_async(self) -> AsyncIterator[bytes]:
        """Read the body, decoded, piece by piece; `pieces` has the errors."""
        response, timing = self._response, self._timing()
        as_received = not (self._is_encoded or response.is_closed)
        try:
            async for piece in (
                response.aiter_raw() if as_received else response.aiter_bytes()
            ):
                self._count += len(piece)
                if self._count > self._known:
                    self._look_at(piece)
                yield piece
                if timing is not None:
                    timing.renew()
            return
        except self._library.http.DecodingError as error:
            why = str(error)
        raise self.miscoded(why)

    def read(self) -> None:
        """Read the whole body, which becomes the content of the response."""
        self._hurry()
        content: list[bytes] = []
        try:
            for piece in self.pieces():
                content.append(piece)  # noqa: PERF402 - what came before an error counts
        except UnreadableResponse:
            if not self._cut:
                raise
            self._response.close()
        # What `read` of the library does as well, which has no bounds.
        self._response._content = b"".join(content)[: self._limit]

    async def read_async(self) -> None:
        """Read the whole body, which becomes the content of the response."""
        self._hurry()
        content: list[bytes] = []
        try:
            async for piece in self.pieces_async():
                content.append(piece)  # noqa: PERF401 - what came before an error counts
        except UnreadableResponse:
            if not self._cut:
                raise
            await self._response.aclose()
        self._response._content = b"".join(content)[: self._limit]

    def _hurry(self) -> None:
        """Have what is left of the body come within the timeout."""
        timing = timing_of(self._response)
        if timing is not None:
            timing.hurry()

    def _timing(self) -> Timing | None:
        """Return what is to know when more is asked for; else its body says so."""
        return timing_of(self._response) if self._is_encoded else None

    def _look_at(self, piece: bytes) -> None:
        """Keep the start of the body; raise an error if the body is too long."""
        if len(self._start) < _START:
            self._start += piece[:_START]
        else:
            self._known = inf if self._limit is None else self._limit
        count = self._count - len(piece) if self._cut else self._count
        if self._limit is not None and count > self._limit:
            raise self.unreadable(_too_long(self._limit))

    def miscoded(self, why: str) -> UnreadableResponse:
        """Return the error that the body isn't in the coding that it names.

        Args:
            why: what can't be decoded about it, in the words of what decodes it.
        """
        coding = self._coding
        if why == CUT_SHORT:
            how = "extra_headers={'accept-encoding': 'identity'} asks for it unpacked"
            return self.unreadable(f"{why}, as its {coding} has no end; {how}")
        why = f"not {coding}, as it says it is" if coding else "not decodable"
        return self.unreadable(why)

    def unreadable(self, why: str) -> UnreadableResponse:
        """Return the error that the body can't be read, with what is known of it."""
        response = self._response
        error = UnreadableResponse(why)
        error.response = BufferedResponse(
            response.status_code, response.headers, self._start[:_START]
        )
        return error


def bound_for(response: httpx.Response, library: Library, limit: int | None) -> Bound:
    """Return what reads the body of a response, of which `Bound` has the errors.

    Args:
        response: the response, its body unread.
        library: the HTTP library.
        limit: how many bytes the body of a success may have; None for no limit.
    """
    if response.is_success:
        return Bound(response, library, limit)
    most = KEPT if limit is None else min(limit, KEPT)
    return Bound(response, library, most, cut=True)


class Body:
    """The body of a response as it is received: in time, and in small pieces.

    An HTTP library reads bodies of its own classes only: see `_kind`.

    Attributes:
        base: the name of the class that the HTTP library has for bodies of this kind.
        timing: the deadlines of the exchange.
    """

    base: str

    def __init__(
        self, response: httpx.Response, library: Library, timing: Timing
    ) -> None:
        self._stream: Any = response.stream
        self._connection: Any = response.extensions.get("network_stream")
        self._late = library.http.ReadTimeout
        self.timing = timing
        self._slice = _SLICE if "content-encoding" in response.headers else None
        # Many servers close the connection after a failure without a word, and the next
        # request would be lost on it. HTTP/2 shares it with others, and says so.
        failed = response.status_code >= 500 or response.status_code == 408
        self._is_last = failed and response.http_version.startswith("HTTP/1")

    @property
    def elapsed(self) -> timedelta | None:
        """Return how long the response took; httpx2 asks the body for it."""
        found: timedelta | None = getattr(self._stream, "elapsed", None)
        return found

    def _check(self, ends: float) -> None:
        """Raise an error if a piece came after all of it had to be there."""
        if time.monotonic() > ends:
            raise self._late("the body comes too slowly")

    def _must_close(self) -> bool:
        """Return whether no other request may use the connection."""
        return self._is_last or _has_more(self._stream)

    def _slices(self, piece: bytes, size: int) -> Iterable[bytes]:
        """Return a piece that is encoded in small ones."""
        return (piece[at : at + size] for at in range(0, len(piece), size))


class SyncBody(Body):
    base = "SyncByteStream"

    def __iter__(self) -> Iterator[bytes]:
        timing, size = self.timing, self._slice
        for piece in self._stream:
            if timing.whole is not None:
                self._check(timing.whole)
            if size is None:
                yield piece
                # More is asked for. What is encoded may never become anything.
                timing.renew()
            else:
                yield from self._slices(piece, size)
        if self._connection is not None and self._must_close():
            self._connection.close()

    def close(self) -> None:
        self._stream.close()


@cache
def _kind(kind: Any, base: type[Any]) -> Any:
    """Return a class of bodies as an HTTP library takes them, from its own class."""
    return type(kind.__name__, (kind, base), {})


def supervise(
    response: httpx.Response, library: Library, timing: Timing, kind: type[Body]
) -> None:
    """Have the body of a response end in time.

    Args:
        response: the response.
        library: the HTTP library.
        timing: the deadlines of the exchange.
        kind: the class of the body, of those that are awaited or of the others.
    """
    chosen: Any = kind
    made = _kind(chosen, getattr(library.http, kind.base))
    response.stream = made(response, library, timing)


def hurry_if_whole(response: Any) -> None:
    """Have a response come within the timeout that is read as a whole anyway.

    Some servers send the run where its events were asked for.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    timing = timing_of(response)
    if timing is not None and kind.endswith(("json", "html")):
        timing.hurry()


def timing_of(response: Any) -> Timing | None:
    """Return the deadlines of a response, if it has any."""
    found: Timing | None = getattr(response.stream, "timing", None)
    return found


def with_text(response: httpx.Response) -> httpx.Response:
    """Have the text of a response read as UTF-8 if its charset isn't one of text."""
    charset = response.charset_encoding
    if charset is not None and response.encoding != "utf-8":
        try:
            # "hex" and its like are known, but make no text.
            getincrementaldecoder(charset)("replace").decode(b"a\xff", True)
            b"a".decode(charset)
        except (AssertionError, LookupError, TypeError, ValueError):
            response.encoding = "utf-8"
    return response


def _has_more(stream: Any) -> bool:
    """Return whether bytes were received behind the end of a response.

    The connection must not be used again then: the HTTP library would take them for
    the response to the next request. It doesn't show them, so this looks into it; in
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
    return f"longer than the {limit} bytes that max_response_bytes allows"
