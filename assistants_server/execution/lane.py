"""Who goes on in which turn of the event loop, where many could."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST: Final = 2


class Lane:
    """Lets some tasks go on in each turn of the event loop; the others wait in order.

    Where hundreds of runs have something to write, a turn of the loop would last as
    long as a step of each of them, and a request needs several turns to its first word.
    So a turn has few of their steps, and more only where it is long without them, as
    when hundreds of clients poll: about half of what all else takes.
    """

    def __init__(
        self, pace: float = 0.0, *, clock: Callable[[], float] = time.thread_time
    ) -> None:
        """Prepare a lane.

        Args:
            pace: seconds that all pause in place of waiting, unless it is 0.
            clock: returns how long the thread has had a processor, in seconds.
        """
        self._pace = pace
        self._clock = clock
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._most = _LEAST
        self._begun = self._ended = 0.0
        self._is_open = False

    async def pause(self) -> None:
        """Pause for as long as the pace says, or until it is one's turn."""
        if self._pace:
            await asyncio.sleep(self._pace)
        else:
            await self._wait()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[None] = loop.create_future()
        self._waiting.append(mine)
        if not self._is_open:
            self._is_open = True
            self._ended = self._clock()
            loop.call_soon(self._let, loop)
        await mine

    def _let(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the first ones go on in the next turn of the loop."""
        # What is called soon is called in this order, with nothing else in between.
        loop.call_soon(self._begin)
        for _ in range(min(self._most, len(self._waiting))):
            first = self._waiting.popleft()
            # A run may have been cancelled meanwhile.
            if not first.done():
                first.set_result(None)
        loop.call_soon(self._end, loop)

    def _begin(self) -> None:
        self._begun = self._clock()

    def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        """Compare what their steps took with all else since the last ones."""
        now = self._clock()
        steps, others = now - self._begun, self._begun - self._ended
        self._ended = now
        if steps > others / 2:
            self._most = max(self._most // 2, _LEAST)
        elif steps < others / 4:
            self._most = min(2 * self._most, len(self._waiting) + _LEAST)
        self._is_open = bool(self._waiting)
        if self._is_open:
            self._let(loop)
