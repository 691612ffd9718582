"""Answers whose body is read when it is asked for, piece by piece if need be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, overload

from ._effects import UnreadableResponse
from ._errors import APIConnectionError, APITimeoutError
from ._json import decode
from ._text import shortened
from ._transport.body import limit_to, named, readable
from ._transport.exchange import forget_request
from ._transport.library import library_of
from .responses import Head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from ._call import CallResult
    from ._transcript import Flowing

T = TypeVar("T")
U = TypeVar("U")
_Errors: TypeAlias = tuple[type[Exception], ...]


class _Streamed(Head[T]):
    """What both have in common: showing what is read, and telling what breaks."""

    def __init__(self, result: CallResult[T], shown: Flowing | None = None) -> None:
        super().__init__(result)
        self._shown = shown
        self._library = library_of(self.http_response)
        self._errors: _Errors = (*self._library.errors, UnreadableResponse)

    def _show(self, piece: bytes | str) -> None:
        if self._shown:
            self._shown.take(piece.encode() if isinstance(piece, str) else piece)

    def _show_all(self, content: bytes) -> None:
        if self._shown:
            self._shown.take(content)
            self._shown.end()
            self._shown = None

    def _broken(self, error: Exception) -> Exception:
        if isinstance(error, self._library.stream_error):
            return RuntimeError("the body is gone: it was read in pieces, or closed")
        answer = self._result
        if isinstance(error, UnreadableResponse):
            response = named(error, self.http_response).response
            assert response is not None
            return answer.undecodable(response, str(error))
        forget_request(error, self._library)
        timed_out = isinstance(error, self._library.timed_out)
        what = str(error) or ("timed out" if timed_out else type(error).__name__)
        kind = APITimeoutError if timed_out else APIConnectionError
        return kind(
            shortened(answer.secrets.redact(f"the answer broke off: {what}")),
            request=answer.request,
            operation=answer.call.operation,
            request_id=answer.request_id,
            attempts=answer.attempts,
        )


class StreamedResponse(_Streamed[T]):
    """An answer whose body is still to be read."""

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Give the body in pieces, as they come or of a size in bytes.

        Raises:
            APIConnectionError: the connection breaks.
        """
        return self._each(self.http_response.iter_bytes(chunk_size))

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """Give the body as text, in pieces; `iter_bytes` has the errors."""
        return self._each(readable(self.http_response).iter_text(chunk_size))

    def iter_lines(self) -> Iterator[str]:
        """Give the body as text, line by line; `iter_bytes` has the errors."""
        return self._each(readable(self.http_response).iter_lines(), end="\n")

    def read(self) -> bytes:
        """Give the whole body; `iter_bytes` has the errors.

        Raises:
            RuntimeError: it was read in pieces, or the answer was closed.
        """
        limit_to(self.http_response, self._result.limit)
        try:
            content = self.http_response.read()
        except self._errors as error:
            self.http_response.close()
            raise self._broken(error) from error
        self._show_all(content)
        return content

    def text(self) -> str:
        """Give the whole body as text; `iter_bytes` has the errors."""
        self.read()
        return readable(self.http_response).text

    def json(self) -> Any:
        """Give the whole body as JSON data; `iter_bytes` has the errors.

        Raises:
            ValueError: it is not JSON.
        """
        return decode(self.read())

    @overload
    def parse(self) -> T: ...
    @overload
    def parse(self, *, to: type[U]) -> U: ...
    def parse(self, *, to: Any = None) -> Any:
        """Give what the method gives without `with_streaming_response`.

        Args:
            to: a type to read the body as instead; `Client.get` tells which there are.

        Raises:
            APIConnectionError: the connection breaks.
            DecodeError: the body can't be read as that.
        """
        self.read()
        return self._parsed(to)

    def close(self) -> None:
        """Give the connection back, whether the body was read or not."""
        self.http_response.close()

    def _each(self, pieces: Iterator[U], end: str = "") -> Iterator[U]:
        try:
            for piece in pieces:
                self._show(f"{piece}{end}" if end else piece)  # type: ignore[arg-type]
                yield piece
        except self._errors as error:
            raise self._broken(error) from error
        self._show_all(b"")


class AsyncStreamedResponse(_Streamed[T]):
    """An answer whose body is still to be read, by methods that are awaited."""

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Give the body in pieces, as they come or of a size in bytes.

        Raises:
            APIConnectionError: the connection breaks.
        """
        return self._each(self.http_response.aiter_bytes(chunk_size))

    def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """Give the body as text, in pieces; `iter_bytes` has the errors."""
        return self._each(readable(self.http_response).aiter_text(chunk_size))

    def iter_lines(self) -> AsyncIterator[str]:
        """Give the body as text, line by line; `iter_bytes` has the errors."""
        return self._each(readable(self.http_response).aiter_lines(), end="\n")

    async def read(self) -> bytes:
        """Give the whole body; `iter_bytes` has the errors.

        Raises:
            RuntimeError: it was read in pieces, or the answer was closed.
        """
        limit_to(self.http_response, self._result.limit)
        try:
            content = await self.http_response.aread()
        except self._errors as error:
            await self.http_response.aclose()
            raise self._broken(error) from error
        self._show_all(content)
        return content

    async def text(self) -> str:
        """Give the whole body as text; `iter_bytes` has the errors."""
        await self.read()
        return readable(self.http_response).text

    async def json(self) -> Any:
        """Give the whole body as JSON data; `iter_bytes` has the errors.

        Raises:
            ValueError: it is not JSON.
        """
        return decode(await self.read())

    @overload
    async def parse(self) -> T: ...
    @overload
    async def parse(self, *, to: type[U]) -> U: ...
    async def parse(self, *, to: Any = None) -> Any:
        """Give what the method gives without `with_streaming_response`.

        Args:
            to: a type to read the body as instead; `Client.get` tells which there are.

        Raises:
            APIConnectionError: the connection breaks.
            DecodeError: the body can't be read as that.
        """
        await self.read()
        return self._parsed(to)

    async def close(self) -> None:
        """Give the connection back, whether the body was read or not."""
        await self.http_response.aclose()

    async def _each(self, pieces: AsyncIterator[U], end: str = "") -> AsyncIterator[U]:
        try:
            async for piece in pieces:
                self._show(f"{piece}{end}" if end else piece)  # type: ignore[arg-type]
                yield piece
        except self._errors as error:
            raise self._broken(error) from error
        self._show_all(b"")


class StreamedCall(Generic[T]):
    """A call that is made by `with`, whose answer is closed at the end of it."""

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
    """A call that is made by `async with`, whose answer is closed at the end of it."""

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
