"""Bodies of responses where they are awaited; `body` has the same for threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .body import Body
from .waits import rest_of, shielded, until

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
        coming: Any = anext(pieces, None)
        piece: bytes | None
        try:
            wait = coming.send(None)
            async with until(self.timing.piece):
                piece = await rest_of(coming, wait)
        except StopIteration as stop:
            # It had been received with what came before.
            piece = stop.value
        except TimeoutError:
            raise self._late("the body comes too slowly") from None
        return piece

    async def aclose(self) -> None:
        if self.timing.lease is not None:
            await self._stream.aclose()
        else:
            # What isn't one of our connections may be left half closed.
            await shielded(self._stream.aclose())
