"""Responses that are saved to a file while they are received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ._errors import ConfigurationError
from ._local_file import LocalFile
from ._progress import ProgressLine
from ._transport.upload import plain

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from typing import TypeAlias

    Progress: TypeAlias = bool | Callable[[int, int | None], Any]

_PIECE: Final = 256 * 1024


class Download:
    """A response whose body is still to be read."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers."""
        raise NotImplementedError

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Iterate over the body in pieces."""
        raise NotImplementedError

    def stream_to_file(
        self,
        file: str | os.PathLike[str],
        *,
        chunk_size: int | None = None,
        progress: Progress = False,
    ) -> None:
        """Save the body to a file, which appears when all of it is there.

        Args:
            file: the path; what is there is replaced.
            chunk_size: how many bytes are written at once.
            progress: whether a line on the terminal shows how much has come; or a
                function that is called with the bytes that came and their whole
                number, None if that is unknown.

        Raises:
            ConfigurationError: no file can be there.
            FileError: it can't be written.
            APIConnectionError: the connection breaks; no file appears.
        """
        received = _Received(progress, self.headers)
        try:
            with LocalFile(file) as local:
                for piece in self.iter_bytes(chunk_size or _PIECE):
                    local.write(piece)
                    plain(received.took(len(piece)))
        finally:
            received.line.clear()


class AsyncDownload:
    """A response whose body is still to be read, by methods that are awaited."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers."""
        raise NotImplementedError

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Iterate over the body in pieces."""
        raise NotImplementedError

    async def stream_to_file(
        self,
        file: str | os.PathLike[str],
        *,
        chunk_size: int | None = None,
        progress: Progress = False,
    ) -> None:
        """Save the body to a file, which threads write to; see `Download`.

        Args:
            file: the path; what is there is replaced.
            chunk_size: how many bytes are written at once.
            progress: as for `StreamedResponse`; the function may be asynchronous.
        """
        import asyncio
        import inspect

        received = _Received(progress, self.headers)
        try:
            with LocalFile(file) as local:
                async for piece in self.iter_bytes(chunk_size or _PIECE):
                    await asyncio.to_thread(local.write, piece)
                    found = received.took(len(piece))
                    if inspect.isawaitable(found):
                        await found
        finally:
            received.line.clear()


class _Received:
    """How much of a body has come."""

    def __init__(self, progress: Any, headers: Mapping[str, str]) -> None:
        if not (callable(progress) or isinstance(progress, bool)):
            kind = type(progress).__name__
            raise ConfigurationError(f"progress must be True or a function, not {kind}")
        self.line = ProgressLine()
        self._tell: Any = self.line.show_bytes if progress is True else progress
        self._count = 0
        length = headers.get("content-length", "")
        # That of what is encoded says nothing of what comes out.
        is_known = length.isdigit() and "content-encoding" not in headers
        self._total = int(length[:20]) if is_known else None

    def took(self, count: int) -> Any:
        """Note that so many bytes have come."""
        self._count += count
        return self._tell(self._count, self._total) if self._tell else None
