"""The tasks beside the requests, and their end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from ..quiet_log import QuietLog

# Seconds for deletions, and for what has been cancelled.
_GRACE: Final = 1.0


class Tasks:
    """Tasks that go on until they are ended, and deletions, which end by themselves.

    Attributes:
        are_ending: whether they are being ended.
    """

    def __init__(self, log: QuietLog) -> None:
        self.are_ending = False
        self._all: set[asyncio.Task[None]] = set()
        self._deletions: set[asyncio.Task[None]] = set()
        self._log = log

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin a task that goes on."""
        self._begin(work)

    def begin_deletion(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin a task that deletes something."""
        task = self._begin(work)
        self._deletions.add(task)
        task.add_done_callback(self._deletions.discard)

    async def end(self) -> None:
        """Cancel them; deletions have some time to come to their end."""
        self.are_ending = True
        for task in self._all - self._deletions:
            task.cancel()
        if self._deletions:
            await asyncio.wait(self._deletions, timeout=_GRACE)
        for task in self._deletions:
            task.cancel()
        if self._all:
            await asyncio.wait(self._all, timeout=_GRACE)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._all.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._all.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and not self.are_ending:
            self._log.error("work on the index failed", error)
