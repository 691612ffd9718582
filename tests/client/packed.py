"""Packed bodies, and what reads them with nothing around it."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import httpx

from assistants_client._transport.body import Bound
from assistants_client._transport.library import Library

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

LIBRARY = Library("httpx")


def deflated(content: bytes, bits: int = 15) -> bytes:
    engine = zlib.compressobj(wbits=bits)
    return engine.compress(content) + engine.flush()


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": deflated,
    "deflate ": lambda content: deflated(content, -15),
    "x-gzip": gzip.compress,
    "identity": bytes,
    "": bytes,
    # What some servers say by mistake.
    "utf-8": bytes,
    "none": bytes,
}


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces, which counts what is taken of it."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.taken = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.taken += 1
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.taken += 1
            yield piece

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


def response(
    content: bytes, coding: str, size: int = 0, kind: str = ""
) -> httpx.Response:
    size = size or max(len(content), 1)
    pieces = (content[at : at + size] for at in range(0, len(content), size))
    headers = {"content-encoding": coding} if coding else {}
    if kind:
        headers["content-type"] = kind
    return httpx.Response(200, headers=headers, stream=Pieces(pieces))


def read(
    content: bytes,
    coding: str,
    *,
    size: int = 0,
    limit: int | None = None,
    kind: str = "",
) -> bytes:
    found = response(content, coding, size, kind)
    Bound(found, LIBRARY, limit).read()
    return found.content
