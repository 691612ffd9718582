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
        timing, size, pieces = self.timing, self._slice, aiter(self._stream)
        while True:
            coming: Any = anext(pieces, None)
            try:
                wait = coming.send(None)
            except StopIteration as stop:
                # It had been received with what came before.
                piece = stop.value
            else:
                piece = await self._rest_of(coming, wait)
            if piece is None:
                break
            if timing.whole is not None:
                self._check(timing.whole)
            if size is None:
                yield piece
                # More is asked for. What is encoded may never become anything.
                timing.renew()
            else:
                for each in self._slices(piece, size):
                    yield each
        if self._connection is not None and self._must_close():
            await self._connection.aclose()

    async def _rest_of(self, coming: Any, wait: Any) -> bytes | None:
        try:
            async with until(self.timing.piece):
                piece: bytes | None = await rest_of(coming, wait)
        except TimeoutError:
            raise self._late("the body comes too slowly") from None
        return piece

    async def aclose(self) -> None:
        if self.timing.lease is not None:
            await self._stream.aclose()
        else:
            # What isn't one of our connections may be left half closed.
            await shielded(self._stream.aclose())
