"""How many turns go on at once; those that wait have places in a queue."""

from __future__ import annotations

import asyncio
from collections import deque


class Slots:
    """So many turns go on at once, and others begin in the order of their places.

    Unlike with a semaphore, a place is taken before anything is waited for, so that
    what a run has to read first changes nothing about the order.
    """

    def __init__(self, most: int | None) -> None:
        """Let so many turns go on at once; None for no limit."""
        self._most = most
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def enter(self) -> asyncio.Future[None]:
        """Return a future that is done when whoever enters now may begin."""
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._most is not None and self._taken >= self._most:
            self._waiting.append(place)
        else:
            self._taken += 1
            place.set_result(None)
        return place

    def free(self) -> None:
        """Let whoever waits longest begin, in place of one who has begun."""
        while self._waiting:
            place = self._waiting.popleft()
            # Whoever left the queue is still in it.
            if not place.done():
                place.set_result(None)
                return
        self._taken -= 1


class Slot:
    """The place of one run, in the queue and then among those who go on.

    It has none at first; it may leave and queue again as often as it likes.
    """

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._place: asyncio.Future[None] | None = None

    def queue(self) -> None:
        """Take the last place, unless there is one already."""
        if self._place is None:
            self._place = self._slots.enter()

    async def reached(self) -> None:
        """Wait until the run may begin its turn."""
        self.queue()
        assert self._place is not None
        await self._place

    def leave(self) -> None:
        """Leave the place to others, if there is one."""
        place, self._place = self._place, None
        if place and not place.cancel() and not place.cancelled():
            self._slots.free()
