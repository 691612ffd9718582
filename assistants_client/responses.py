"""Responses with all that HTTP says of them: read, or still to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from ._downloads import AsyncDownload, Download
from ._effects import UnreadableResponse
from ._errors import APIConnectionError, APITimeoutError, UsageError
from ._response import Response
from ._text import shortened
from ._transport.body import Bound, timing_of, with_text
from ._transport.failures import forget_secrets, late

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from ._call import CallResult
    from ._transport.async_http import AsyncHttp
    from ._transport.http import Http

T = TypeVar("T")
U = TypeVar("U")


class RawResponse(Response[T]):
    """A response that has been read, with all that HTTP says of it."""

    @property
    def content(self) -> bytes:
        """Return the body."""
        return self.http_response.content

    @property
    def text(self) -> str:
        """Return the body as text."""
        return with_text(self.http_response).text

    def json(self) -> Any:
        """Return the body as JSON data.

        Raises:
            DecodeError: it is not JSON.
        """
        return self._result.json()

    @overload
    def parse(self) -> T: ...
    @overload
    def parse(self, *, to: type[U]) -> U: ...
    def parse(self, *, to: Any = None) -> Any:
        """Return what the method returns without `with_raw_response`.

        Args:
            to: a type to read the body as instead; `Client.get` says which there are.

        Raises:
            DecodeError: the body can't be read as that.
        """
        return self._parsed(to)


class _Unread(Response[T]):
    """A response that is still to be read, awaited or not."""

    def __init__(self, result: CallResult[T], http: Http | AsyncHttp) -> None:
        super().__init__(result)
        self._library = http.library
        self._errors: tuple[type[Exception], ...] = (
            *self._library.broken,
            UnreadableResponse,
        )
        self._shown = None
        if http.transcript:
            kind = result.response.headers.get("content-type", "")
            self._shown = http.transcript.flowing(kind)

    def _bound(self) -> Bound | None:
        """Return what reads the body, unless it was read already, or in pieces."""
        response = self.http_response
        if response.is_closed or response.is_stream_consumed:
            return None
        return Bound(response, self._library, self._result.limit)

    def _renew(self) -> None:
        """Count the time for the next piece from now on."""
        timing = timing_of(self.http_response)
        if timing is not None:
            timing.renew()

    def _show(self, piece: bytes | str) -> None:
        if self._shown:
            self._shown.take(piece.encode() if isinstance(piece, str) else piece)

    def _show_all(self, content: bytes) -> None:
        if self._shown:
            self._shown.take(content)
            self._shown.end()
            self._shown = None

    def _error(self, error: Exception) -> Exception:
        """Return what it means to a caller that the body can't be read."""
        http, result = self._library.http, self._result
        if isinstance(error, http.StreamError):
            return UsageError("the body is gone: it was read in pieces, or closed")
        forget_secrets(error, self._library, result.secrets)
        if isinstance(error, http.DecodingError):
            error = Bound(self.http_response, self._library, None).miscoded(str(error))
        if isinstance(error, UnreadableResponse):
            response = error.response or result.response
            return result.undecodable(response, str(error))
        timed_out = isinstance(error, http.TimeoutException)
        what = late(str(error)) if timed_out else str(error) or type(error).__name__
        kind = APITimeoutError if timed_out else APIConnectionError
        return kind(
            shortened(result.secrets.redact(f"the response broke off: {what}")),
            request=result.request,
            operation=result.call.operation,
            request_id=result.request_id,
            attempts=result.attempts,
        )


class StreamedResponse(_Unread[T], Download):
    """A response whose body is still to be read."""

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Iterate over the body in pieces, as they come or of a size in bytes.

        Raises:
            APIConnectionError: the connection breaks.
        """
        return self._each(self.http_response.iter_bytes(chunk_size))

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """Iterate over the body as text, in pieces; `iter_bytes` has the errors."""
        return self._each(with_text(self.http_response).iter_text(chunk_size))

    def iter_lines(self) -> Iterator[str]:
        """Iterate over the lines of the body; `iter_bytes` has the errors."""
        return self._each(with_text(self.http_response).iter_lines(), end="\n")

    def read(self) -> bytes:
        """Return the whole body; `iter_bytes` has the errors.

        Raises:
            UsageError: it was read in pieces, or the response was closed.
        """
        try:
            bound = self._bound()
            if bound is not None:
                bound.read()
            content = self.http_response.read()
        except self._errors as error:
            self.http_response.close()
            raise self._error(error) from error
        self._show_all(content)
        return content

    def text(self) -> str:
        """Return the whole body as text; `iter_bytes` has the errors."""
        self.read()
        return with_text(self.http_response).text

    def json(self) -> Any:
        """Return the whole body as JSON data; `iter_bytes` has the errors.

        Raises:
            DecodeError: it is not JSON.
        """
        self.read()
        return self._result.json()

    @overload
    def parse(self) -> T: ...
    @overload
    def parse(self, *, to: type[U]) -> U: ...
    def parse(self, *, to: Any = None) -> Any:
        """Return what the method returns without `with_streaming_response`.

        Args:
            to: a type to read the body as instead; `Client.get` says which there are.

        Raises:
            APIConnectionError: the connection breaks.
            DecodeError: the body can't be read as that.
        """
        self.read()
        return self._parsed(to)

    def close(self) -> None:
        """Close the response, whether its body was read or not."""
        self.http_response.close()

    def _each(self, pieces: Iterator[U], end: str = "") -> Iterator[U]:
        try:
            self._renew()
            for piece in pieces:
                self._show(f"{piece}{end}" if end else piece)  # type: ignore[arg-type]
                yield piece
                self._renew()
        except self._errors as error:
            raise self._error(error) from error
        self._show_all(b"")


class AsyncStreamedResponse(_Unread[T], AsyncDownload):
    """A response whose body is still to be read, by methods that are awaited."""

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Iterate over the body in pieces, as they come or of a size in bytes.

        Raises:
            APIConnectionError: the connection breaks.
        """
        return self._each(self.http_response.aiter_bytes(chunk_size))

    def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """Iterate over the body as text, in pieces; `iter_bytes` has the errors."""
        return self._each(with_text(self.http_response).aiter_text(chunk_size))

    def iter_lines(self) -> AsyncIterator[str]:
        """Iterate over the lines of the body; `iter_bytes` has the errors."""
        return self._each(with_text(self.http_response).aiter_lines(), end="\n")

    async def read(self) -> bytes:
        """Return the whole body; `iter_bytes` has the errors.

        Raises:
            UsageError: it was read in pieces, or the response was closed.
        """
        try:
            bound = self._bound()
            if bound is not None:
                await bound.read_async()
            content = await self.http_response.aread()
        except self._errors as error:
            await self.http_response.aclose()
            raise self._error(error) from error
        self._show_all(content)
        return content

    async def text(self) -> str:
        """Return the whole body as text; `iter_bytes` has the errors."""
        await self.read()
        return with_text(self.http_response).text

    async def json(self) -> Any:
        """Return the whole body as JSON data; `iter_bytes` has the errors.

        Raises:
            DecodeError: it is not JSON.
        """
        await self.read()
        return self._result.json()

    @overload
    async def parse(self) -> T: ...
    @overload
    async def parse(self, *, to: type[U]) -> U: ...
    async def parse(self, *, to: Any = None) -> Any:
        """Return what the method returns without `with_streaming_response`.

        Args:
            to: a type to read the body as instead; `Client.get` says which there are.

        Raises:
            APIConnectionError: the connection breaks.
            DecodeError: the body can't be read as that.
        """
        await self.read()
        return self._parsed(to)

    async def close(self) -> None:
        """Close the response, whether its body was read or not."""
        await self.http_response.aclose()

    async def _each(self, pieces: AsyncIterator[U], end: str = "") -> AsyncIterator[U]:
        try:
            self._renew()
            async for piece in pieces:
                self._show(f"{piece}{end}" if end else piece)  # type: ignore[arg-type]
                yield piece
                self._renew()
        except self._errors as error:
            raise self._error(error) from error
        self._show_all(b"")


class StreamedCall(Generic[T]):
    """A call that is made by `with`, whose response is closed at the end of it."""

    def __init__(self, begin: Callable[[], StreamedResponse[T]]) -> None:
        self._begin = begin
        self._begun: StreamedResponse[T] | None = None

    def __enter__(self) -> StreamedResponse[T]:
        self._begun = self._begin()
        return self._begun

    def __exit__(self, *_: object) -> None:
        if self._begun is not None:
            self._begun.close()


class AsyncStreamedCall(Generic[T]):
    """A call that is made by `async with`, whose response is closed at its end."""

    def __init__(
        self, begin: Callable[[], Awaitable[AsyncStreamedResponse[T]]]
    ) -> None:
        self._begin = begin
        self._begun: AsyncStreamedResponse[T] | None = None

    async def __aenter__(self) -> AsyncStreamedResponse[T]:
        self._begun = await self._begin()
        return self._begun

    async def __aexit__(self, *_: object) -> None:
        if self._begun is not None:
            await self._begun.close()
