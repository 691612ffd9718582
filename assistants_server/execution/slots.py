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
        self._waiting: deque[Slot] = deque()

    def queue(self) -> Slot:
        """Return the last place of the queue, which may be at its turn already."""
        slot = Slot(self)
        if self._most is not None and self._taken >= self._most:
            self._waiting.append(slot)
        else:
            self._taken += 1
            slot.begin()
        return slot

    def free(self) -> None:
        """Let whoever waits longest begin, in place of one who has begun."""
        while self._waiting:
            if self._waiting.popleft().begin():
                return
        self._taken -= 1


class Slot:
    """A place in the queue, and then among those who go on."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._is_left = False

    def begin(self) -> bool:
        """Let its owner begin; return whether it is still there."""
        if self._begun.done():
            return False
        self._begun.set_result(None)
        return True

    async def reached(self) -> None:
        """Wait until its owner may begin."""
        await self._begun

    def leave(self) -> None:
        """Leave the place to others, whether its owner has begun or not."""
        if self._is_left:
            return
        self._is_left = True
        if not self._begun.cancel() and not self._begun.cancelled():
            self._slots.free()
