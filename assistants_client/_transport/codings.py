"""Content codings: bodies that were packed on the way, unpacked piece by piece.

Those of the HTTP libraries say nothing where a body ends before what is packed in it
does, lose all but the first of several members, and unpack a body as often as a server
says that it was packed, each time up to a thousand times as much.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from .library import Library

CUT_SHORT: Final = "cut short"
"""What an error says of a body that ended before what is packed in it did."""
_GZIP, _DEFLATE = "gzip", "deflate"
_NAMES: Final = {
    _GZIP: _GZIP,
    "x-gzip": _GZIP,
    _DEFLATE: _DEFLATE,
    # The last ones are mistakes that some servers make; they pack nothing.
    **dict.fromkeys(("", "identity", "none", "utf-8", "utf8"), ""),
}
_RAW = -zlib.MAX_WBITS
_GZIP_BITS = zlib.MAX_WBITS | 16
# How further members of gzip begin; some servers fill up with zeros behind the last.
_MEMBER, _FILLING = b"\x1f", b"\0"
# Who reads it notices where it is cut short, and needs no more than all of it.
_LENIENT: Final = "json"


def named_coding(response: httpx.Response) -> str:
    """Return what a response says of the coding of its body."""
    # Several fields of the name come joined, as one list.
    found: str = response.headers.get("content-encoding", "")
    return found.strip().lower()


def is_known(coding: str) -> bool:
    """Return whether a body of a coding can be read."""
    return coding in _NAMES


def unpack(response: httpx.Response, library: Library, coding: str) -> None:
    """Have a body unpacked as it is read; one of an unknown coding stays packed.

    Nothing is done where it is being read already, nor where the library has no place
    for another decoder; its own one then unpacks the body.

    Args:
        response: the response.
        library: the HTTP library that it is of.
        coding: what it says of its coding.
    """
    known: Any = response
    in_pieces = library.decodes_in_pieces
    if in_pieces is None or hasattr(known, "_decoder"):
        return
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    decoder = Decoder(
        _NAMES.get(coding, ""),
        library.http.DecodingError,
        lenient=kind.endswith(_LENIENT),
        in_pieces=in_pieces,
    )
    # Where the library has its own one, which it has no other way to exchange.
    known._decoder = decoder


class Decoder:
    """Unpacks a body; the HTTP library calls it in place of its own."""

    def __init__(
        self,
        coding: str,
        error: Callable[[str], Exception],
        *,
        lenient: bool = False,
        in_pieces: bool = False,
    ) -> None:
        """Begin.

        Args:
            coding: gzip, deflate, or "" for none.
            error: makes the error of what can't be unpacked.
            lenient: whether a body may end too early.
            in_pieces: whether what comes out has to be a sequence of pieces.
        """
        self._coding = coding
        self._error = error
        self._lenient = lenient
        self._in_pieces = in_pieces
        self._held = b""
        # None before the first bytes of a member.
        self._engine: Any = None
        self._is_first, self._is_over = True, False

    def decode(self, data: bytes) -> Any:
        """Return what a piece of the body unpacks to."""
        return self._shaped(self._unpacked(data) if self._coding else data)

    def flush(self) -> Any:
        """Return nothing: at the end of a body, all of it is unpacked.

        Raises:
            Exception: it ended too early.
        """
        if not self._lenient and (self._held or self._engine is not None):
            raise self._error(CUT_SHORT)
        return self._shaped(b"")

    def _shaped(self, content: bytes) -> Any:
        return (content,) if self._in_pieces else content

    def _unpacked(self, data: bytes) -> bytes:
        data, self._held = self._held + data, b""
        found = []
        while data and not self._is_over:
            if self._engine is None:
                data = self._next(data)
                self._engine = self._begun(data)
            engine = self._engine
            if engine is None:
                self._held = data
                break
            try:
                found.append(engine.decompress(data))
            except zlib.error as error:
                raise self._error(str(error)) from error
            data = engine.unused_data
            if engine.eof:
                self._engine, self._is_first = None, False
        return b"".join(found)

    def _next(self, data: bytes) -> bytes:
        """Return what there is to unpack where a member begins, or should."""
        if not self._is_first:
            data = data.lstrip(_FILLING)
            is_next = self._coding == _GZIP and _MEMBER.startswith(data[:1])
            self._is_over = not is_next
        return b"" if self._is_over else data

    def _begun(self, data: bytes) -> Any:
        """Return what unpacks from here on; None before enough is known for that."""
        if self._coding == _GZIP:
            return zlib.decompressobj(_GZIP_BITS) if data else None
        if len(data) < 2:
            return None
        # Some servers leave out the head that zlib puts before deflate.
        has_head = data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if has_head else _RAW)
