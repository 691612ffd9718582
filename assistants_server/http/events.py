"""Server-sent events: their bytes, and the client that they go to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ..compact_json import to_ascii_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_END = b"[DONE]"
# What clients leave out, but whatever is on the way to them notices.
_COMMENT = b": the run goes on\n\n"
# Bytes of events that are sent at once, if so many wait.
_MOST = 65536


def frame(name: str, data: Any) -> bytes:
    """Return the bytes of one event."""
    text = _END if name == "done" else to_ascii_json(data)
    return b"event: %b\ndata: %b\n\n" % (name.encode(), text)


class Listener:
    """The client that a run's events go to, for as long as it listens.

    What it has not yet received waits in memory; no more than one turn of a run can.

    Attributes:
        is_over: whether its end was added.
    """

    def __init__(self) -> None:
        self.is_over = False
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()

    def put(self, event: bytes) -> None:
        """Add an event, as `frame` returns it."""
        self._frames.put_nowait(event)

    def send(self, name: str, data: Any) -> None:
        """Add an event."""
        self.put(frame(name, data))

    def end(self) -> None:
        """Add the last event."""
        self.send("done", None)
        self.abort()

    def abort(self) -> None:
        """End without a last event: the server stops, the run goes on later."""
        self.is_over = True
        self._frames.put_nowait(None)

    async def frames(
        self, *, together: bool = True, keep_alive: float | None = None
    ) -> AsyncIterator[bytes]:
        """Yield one event after the other until the end.

        Args:
            together: whether events that wait may come as one piece.
            keep_alive: after how many seconds without an event there is a comment, so
                that no proxy takes the connection for dead; None for never.
        """
        ended = False
        while not ended:
            if self._frames.empty():
                try:
                    async with asyncio.timeout(keep_alive):
                        each = await self._frames.get()
                except TimeoutError:
                    yield _COMMENT
                    continue
            else:
                each = self._frames.get_nowait()
            if each is None:
                break
            while together and len(each) < _MOST and not self._frames.empty():
                following = self._frames.get_nowait()
                if following is None:
                    ended = True
                    break
                each += following
            yield each
            # Many may wait; only in between is it seen that the client has gone.
            await asyncio.sleep(0)
