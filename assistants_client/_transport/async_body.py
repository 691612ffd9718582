"""Bodies of responses where they are awaited; `body` has the same for threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .body import Body
from .waits import shielded, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class AsyncBody(Body):
    """The body of a response as it is received, in time."""

    base = "AsyncByteStream"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        while (piece := await self._next(pieces)) is not None:
            self._came()
            if self._slice is None:
                yield piece
            else:
                for each in self._slices(piece, self._slice):
                    yield each
        if self._connection is not None and self._must_close():
            await self._connection.aclose()

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        try:
            async with until(self.timing.piece):
                return await anext(pieces, None)
        except TimeoutError:
            raise self._late("the body comes too slowly") from None

    async def aclose(self) -> None:
        if self.timing.lease is not None:
            await self._stream.aclose()
        else:
            # What isn't one of our connections may be left half closed.
            await shielded(self._stream.aclose())
