"""The contents of files, as the server returns them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._json import decode
from ._local_file import LocalFile
from ._transport.body import with_text

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Generator, Iterator

    import httpx

    from ._call import CallResult

T = TypeVar("T")


class HttpxBinaryResponseContent:
    """The contents of a file, all of which have been received.

    Attributes:
        response: the response of the HTTP library; its request holds the key.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.response = response

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {len(self.content)} bytes>"

    @property
    def content(self) -> bytes:
        """Return the contents."""
        return self.response.content

    @property
    def text(self) -> str:
        """Return the contents as text."""
        return with_text(self.response).text

    @property
    def encoding(self) -> str | None:
        """Return the encoding by which the contents are read as text."""
        return with_text(self.response).encoding

    @property
    def charset_encoding(self) -> str | None:
        """Return the encoding that the server says, if it says one."""
        return self.response.charset_encoding

    def json(self) -> Any:
        """Return the contents as JSON data.

        Raises:
            ValueError: they are not JSON.
        """
        return decode(self.content)

    def read(self) -> bytes:
        """Return the contents."""
        return self.content

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Iterate over the contents, in pieces of so many bytes."""
        return self.response.iter_bytes(chunk_size)

    def iter_raw(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Do what `iter_bytes` does: what was encoded on the way is decoded."""
        return self.iter_bytes(chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """Iterate over the contents as text, in pieces of so many characters."""
        return with_text(self.response).iter_text(chunk_size)

    def iter_lines(self) -> Iterator[str]:
        """Iterate over the lines of the contents."""
        return with_text(self.response).iter_lines()

    def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Write the contents to a file, which appears when it is whole.

        Use `with_streaming_response` and its `stream_to_file` for what shall not be
        held in memory.

        Args:
            file: the path; what is there is replaced.

        Raises:
            ConfigurationError: no file can be there.
            FileError: it can't be written.
        """
        with LocalFile(file) as local:
            local.write(self.content)

    def stream_to_file(
        self, file: str | os.PathLike[str], *, chunk_size: int | None = None
    ) -> None:
        """Do what `write_to_file` does; the contents are in memory already."""
        self.write_to_file(file)

    def close(self) -> None:
        """Do nothing: the response was closed when all of it had come."""

    async def aread(self) -> bytes:
        """Return the contents."""
        return self.content

    def aiter_bytes(self, chunk_size: int | None = None) -> Pieces[bytes]:
        """Iterate over the contents, in pieces of so many bytes."""
        return Pieces(self.iter_bytes(chunk_size))

    def aiter_raw(self, chunk_size: int | None = None) -> Pieces[bytes]:
        """Do what `aiter_bytes` does: what was encoded on the way is decoded."""
        return Pieces(self.iter_raw(chunk_size))

    def aiter_text(self, chunk_size: int | None = None) -> Pieces[str]:
        """Iterate over the contents as text, in pieces of so many characters."""
        return Pieces(self.iter_text(chunk_size))

    def aiter_lines(self) -> Pieces[str]:
        """Iterate over the lines of the contents."""
        return Pieces(self.iter_lines())

    async def astream_to_file(
        self, file: str | os.PathLike[str], *, chunk_size: int | None = None
    ) -> None:
        """Do what `write_to_file` does, in a thread."""
        import asyncio

        await asyncio.to_thread(self.write_to_file, file)

    async def aclose(self) -> None:
        """Do nothing: the response was closed when all of it had come."""


def contents(result: CallResult[object]) -> HttpxBinaryResponseContent:
    """Return the contents of a file from the response that has them."""
    response: Any = result.response
    return HttpxBinaryResponseContent(response)


class Pieces(Generic[T]):
    """What `async for` iterates over, with `await` before it or without.

    The `openai` package has its iterators awaited first.
    """

    def __init__(self, pieces: Iterator[T]) -> None:
        self._pieces = pieces

    def __await__(self) -> Generator[Any, Any, Pieces[T]]:
        return self._itself().__await__()

    async def _itself(self) -> Pieces[T]:
        return self

    async def __aiter__(self) -> AsyncIterator[T]:
        for piece in self._pieces:
            yield piece
