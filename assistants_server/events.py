"""Server-sent events: their bytes, and the client that they go to."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_END = "[DONE]"


def frame(name: str, data: Any) -> bytes:
    """Return the bytes of one event."""
    text = data if name == "done" else json.dumps(data, separators=(",", ":"))
    return f"event: {name}\ndata: {text}\n\n".encode()


class Listener:
    """The client that a run's events go to, for as long as it listens.

    What it has not yet received waits in memory; no more than one turn of a run can.
    """

    def __init__(self) -> None:
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()

    def put(self, event: bytes) -> None:
        """Add an event, as `frame` returns it."""
        self._frames.put_nowait(event)

    def send(self, name: str, data: Any) -> None:
        """Add an event."""
        self.put(frame(name, data))

    def end(self) -> None:
        """Add the last event."""
        self.send("done", _END)
        self._frames.put_nowait(None)

    def abort(self) -> None:
        """End without a last event: the server stops, the run goes on later."""
        self._frames.put_nowait(None)

    async def frames(self) -> AsyncIterator[bytes]:
        """Yield one event after the other until the end."""
        while (each := await self._frames.get()) is not None:
            yield each
            # Many may wait; only in between is it seen that the client has gone.
            await asyncio.sleep(0)
