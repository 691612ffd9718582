"""This process among others on the same store: seen by them, and hearing of them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from ..quiet_log import QuietLog
from ..store.processes import LET_GO

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..store import Store

# How often it lets itself be seen during a lease.
_BEATS = 3
# Seconds between two looks at the clock.
_LOOK = 0.5


class Presence:
    """Lets this process be seen, as long as it can reach the store.

    Where it can't for as long as a lease, others take it for dead and carry on its
    runs, so that it has to let go of them. What it would still write is refused by the
    store, whatever its clock says.
    """

    def __init__(
        self,
        store: Store,
        on_lost: Callable[[], None],
        on_heard: Callable[[str | None], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare.

        Args:
            store: what the processes share.
            on_lost: called when others may take this process for dead.
            on_heard: called with what others tell; see `Processes.listen`.
            clock: returns a time in seconds.
        """
        self._store = store
        self._on_lost = on_lost
        self._on_heard = on_heard
        self._clock = clock
        self._seen = clock()
        self._is_lost = False
        self._tasks: list[asyncio.Task[None]] = []
        self._quiet = QuietLog()

    async def start(self) -> None:
        """Be seen from now on.

        Raises:
            StoreError: the store can't be used.
        """
        if self._store.processes.alone:
            return
        await self.beat()
        loop = asyncio.get_running_loop()
        for each in (self._beat_on(), self._look_on(), self._listen()):
            self._tasks.append(loop.create_task(each))

    def close(self) -> None:
        """Stop it."""
        for each in self._tasks:
            each.cancel()

    async def beat(self) -> None:
        """Be seen now."""
        # What counts is when it was asked for: the answer may be late.
        begun = self._clock()
        await self._store.perform(self._store.processes.beat)
        self._seen, self._is_lost = begun, False

    def look(self) -> None:
        """Let go of everything, where it wasn't seen for too long."""
        late = self._clock() - self._seen
        if late > self._store.processes.lease * LET_GO and not self._is_lost:
            self._is_lost = True
            self._on_lost()

    async def _beat_on(self) -> None:
        while True:
            await asyncio.sleep(self._store.processes.lease / _BEATS)
            try:
                await self.beat()
            except Exception as error:  # noqa: BLE001 - such as a network that is down
                what = "other servers can't see this one"
                self._quiet.error(what, error, traceback=False)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(min(_LOOK, self._store.processes.lease / _BEATS))
            self.look()

    async def _listen(self) -> None:
        await self._store.processes.listen(self._on_heard)
