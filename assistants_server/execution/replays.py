"""Streams that are replayed, for clients that repeat the request for one."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from ..quiet_log import QuietLog
from ..store import StoreError

if TYPE_CHECKING:
    from ..http.events import Listener
    from ..store import Store
    from .replay import Replay

# Seconds between two looks at a run, and where the store can't be used.
_PAUSE, _LONGER = 0.1, 1.0
_log = logging.getLogger("assistants_server")


class Replays:
    """The streams that this process replays."""

    def __init__(self) -> None:
        self._tasks: dict[Listener, asyncio.Task[None]] = {}
        self._quiet = QuietLog()

    def begin(self, replay: Replay, store: Store, listener: Listener) -> None:
        """Send a client the events of a run, to the end of its stream.

        Args:
            replay: what the client is told.
            store: the store as the project of the run sees it.
            listener: the client.
        """
        sending = self._send(replay, store, listener)
        task = asyncio.get_running_loop().create_task(sending)
        self._tasks[listener] = task
        task.add_done_callback(partial(self._ended, listener))

    def detach(self, listener: Listener) -> None:
        """Send no more to a client that is gone."""
        if listener in self._tasks:
            self._tasks[listener].cancel()

    def abort(self) -> None:
        """End all streams without a last event."""
        for task in self._tasks.values():
            task.cancel()

    async def _send(self, replay: Replay, store: Store, listener: Listener) -> None:
        while True:
            try:
                found = await store.perform(partial(replay.read, store))
            except StoreError as error:
                self._quiet.error("no stream can be replayed", error)
                await asyncio.sleep(_LONGER)
                continue
            for event in replay.events(found) if found else ():
                listener.send(*event)
            if found is None or replay.is_over:
                listener.end()
                return
            await asyncio.sleep(_PAUSE)

    def _ended(self, listener: Listener, task: asyncio.Task[None]) -> None:
        del self._tasks[listener]
        error = None if task.cancelled() else task.exception()
        if error:
            _log.error("a stream can't be replayed", exc_info=error)
        if error or task.cancelled():
            listener.abort()
