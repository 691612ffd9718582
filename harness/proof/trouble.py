"""What goes wrong meanwhile: processes are killed, and the database ends."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.processes import ProcessError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from harness.postgres import Cluster
    from harness.server_process import ServerProcess

_DOWN, _PATIENCE = 1.0, 60.0


@dataclass
class Trouble:
    """What goes wrong, and when it did.

    Attributes:
        processes: the processes of the server.
        cluster: the database.
        chance: what decides whom it meets.
        kills: when processes were killed.
        outage: from when to when the database was away, or None.
    """

    processes: Sequence[ServerProcess]
    cluster: Cluster
    chance: Random
    kills: list[float] = field(default_factory=list)
    outage: tuple[float, float] | None = None

    async def kill_every(self, seconds: float) -> None:
        """Kill a process again and again, and start it after a second each time."""
        while True:
            await asyncio.sleep(seconds)
            process = self.chance.choice(self.processes)
            await asyncio.to_thread(process.kill)
            self.kills.append(time.time())
            await asyncio.sleep(_DOWN)
            await self._restart(process)

    async def _restart(self, process: ServerProcess) -> None:
        """Start a process again, as a supervisor does until it stays."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                await asyncio.to_thread(process.start)
            except ProcessError:
                # Without the database there is no server.
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(_DOWN)
            else:
                return

    async def restart_database(self, after: float) -> None:
        """Let the database end, as if it crashed, and start it again."""
        await asyncio.sleep(after)
        began = time.time()
        await asyncio.to_thread(self.cluster.stop, at_once=True)
        await asyncio.sleep(_DOWN)
        await asyncio.to_thread(self.cluster.start)
        self.outage = began, time.time()

    def between(self, begin: float, end: float) -> int:
        """Return how much of it happened in a span of time."""
        found = sum(begin <= each <= end for each in self.kills)
        if self.outage and self.outage[0] <= end and self.outage[1] >= begin:
            found += 1
        return found
