"""Pieces of a stream that have come, taken together: under load they are many."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable

AT_ONCE: Final = 0.5
"""Seconds in which a connection ends whose answer has ended."""
# Pieces that wait; whoever sends more of them has to wait as well.
_MOST: Final = 256
# Bytes that are enough for one piece.
_ENOUGH: Final = 65536
# What is being closed, which nobody else may hold.
_closing: set[asyncio.Task[None]] = set()


async def gathered(pieces: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a stream, those in one that have come meanwhile.

    An HTTP library yields one piece for each that the server sent, also where it has
    read many of them at once. To go through all layers with each would take most of the
    time of a busy server.

    Raises:
        Exception: what the stream raised, after the pieces that came before.
    """
    waiting: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(_MOST)

    async def read() -> None:
        try:
            async for piece in pieces:
                await waiting.put(piece)
        except Exception as error:  # noqa: BLE001 - raised where it is due
            await waiting.put(error)
        else:
            await waiting.put(None)

    reading = asyncio.get_running_loop().create_task(read())
    try:
        while True:
            found = b""
            item = await waiting.get()
            while isinstance(item, bytes):
                found += item
                if waiting.empty() or len(found) >= _ENOUGH:
                    break
                item = waiting.get_nowait()
            if found:
                yield found
            if isinstance(item, Exception):
                raise item
            if item is None:
                return
    finally:
        if not reading.done():
            reading.cancel()
            _closing.add(reading)
            reading.add_done_callback(_closing.discard)
            await asyncio.wait([reading])
