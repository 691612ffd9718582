"""Undoing the content codings of answers, piece by piece.

A few kilobytes can unpack to gigabytes. What HTTP libraries unpack at once is unpacked
here in pieces, so that whoever counts them can stop in time.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from .._effects import UnreadableResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

_PIECE = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
# With a header of gzip, or one of zlib, or none, as zlib counts.
_GZIP, _ZLIB, _BARE = 31, 15, -15


class Inflater:
    """Undoes gzip or deflate, in pieces that are never large."""

    def __init__(self, coding: str) -> None:
        self._name = coding
        # None before the beginning, and after the end.
        self._engine: Any = None
        self._begun = b""
        self._ended = False

    def take(self, data: bytes) -> Iterator[bytes]:
        """Give what a piece says; Unusable is raised where it is damaged."""
        while True:
            if self._engine is None:
                data = self._begun = self._begun + data
                self._engine = self._beginning(data)
            engine = self._engine
            if engine is None:
                return
            try:
                piece = engine.decompress(data, _PIECE)
            except zlib.error as error:
                raise UnreadableResponse(
                    f"not {self._name}, as it says it is"
                ) from error
            if piece:
                yield piece
            if engine.eof:
                data, self._begun = engine.unused_data, b""
                self._engine, self._ended = None, True
            else:
                data = engine.unconsumed_tail
                if not data and len(piece) < _PIECE:
                    return

    def finish(self) -> None:
        """Take the end; Unusable is raised where it comes too early."""
        if self._engine is not None or (self._begun and not self._ended):
            raise UnreadableResponse(f"cut in the middle of its {self._name}")

    def _beginning(self, data: bytes) -> Any:
        """Give what undoes it, as soon as there are the two bytes that tell."""
        if len(data) < 2:
            return None
        kind = _GZIP
        if self._name == "deflate":
            is_zlib = data[0] & 15 == 8 and (data[0] * 256 + data[1]) % 31 == 0
            kind = _ZLIB if is_zlib else _BARE
        if self._ended and (kind != _GZIP or not data.startswith(_GZIP_MAGIC)):
            # Several of gzip may stand one after the other; anything else is nothing.
            self._begun = data[:2]
            return None
        return zlib.decompressobj(kind)


def inflater_of(named: str, headers: httpx.Headers) -> Inflater | None:
    """Give what undoes the coding of a body, and take the header away."""
    named = named.lower().strip()
    if not named or named == "identity":
        return None
    name = named.removeprefix("x-")
    if name not in ("gzip", "deflate"):
        raise UnreadableResponse(f"encoded as {named!r}, which nobody asked for")
    del headers["content-encoding"]
    return Inflater(name)
