"""All runs that go on: started, taken up again, cancelled and stopped."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from .run_task import Life

if TYPE_CHECKING:
    from .engines.interface import Engine
    from .events import Listener
    from .settings import Settings
    from .store.sqlite import Store

JSON = dict[str, Any]
# Seconds.
_GRACE = 0.3
_log = logging.getLogger("assistants_server")


class Conductor:
    """Keep every run that goes on in a task of its own.

    Attributes:
        engine: what answers in runs that begin from now on.
    """

    def __init__(self, store: Store, settings: Settings, engine: Engine) -> None:
        self.engine = engine
        self._store = store
        self._settings = settings
        self._lives: dict[str, Life] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def deadline(self) -> float:
        """Give the time at which a run that begins now will expire."""
        return time.time() + self._settings.expires_after

    def start(self, run: JSON, listener: Listener | None = None) -> None:
        """Let a run of the store begin.

        Args:
            run: the run.
            listener: who gets its events.
        """
        life = Life(run["id"], self._store, self._settings, self.engine, listener)
        if listener:
            listener.send("thread.run.created", {**run})
            listener.send("thread.run.queued", {**run})
        self._begin(life)

    def resume(self) -> None:
        """Take up the runs that an earlier server left."""
        for run in self._store.active_runs():
            life = Life(run["id"], self._store, self._settings, self.engine)
            with self._store.changes():
                goes_on = life.tidy()
            if goes_on:
                self._begin(life)

    def cancel(self, id: str) -> JSON:
        """Begin to cancel a run that goes on, and give it as it is then."""
        run = self._lives[id].cancel()
        self._tasks[id].cancel()
        return run

    def submit(
        self, id: str, outputs: dict[str, str], listener: Listener | None
    ) -> JSON:
        """Let a run that waits for outputs go on, and give it as it is then."""
        return self._lives[id].submit(outputs, listener)

    def drop(self, id: str) -> None:
        """Forget a run whose thread was deleted."""
        life = self._lives.get(id)
        if life:
            life.drop()
            self._tasks[id].cancel()

    def leave(self, listener: Listener) -> None:
        """Send no more events to a client that is gone."""
        for life in self._lives.values():
            if life.listener is listener:
                life.listener = None

    async def close(self) -> None:
        """Stop all runs where they are, and end the streams of events."""
        tasks = [*self._tasks.values()]
        for life in self._lives.values():
            # From here on nothing is written: the store has them as they are.
            life.dropped = True
            if life.listener:
                life.listener.break_off()
                life.listener = None
        for task in tasks:
            task.cancel()
        if tasks:
            # An engine that doesn't let go isn't waited for.
            await asyncio.wait(tasks, timeout=_GRACE)

    def _begin(self, life: Life) -> None:
        task = asyncio.get_running_loop().create_task(life.live())
        self._lives[life.id] = life
        self._tasks[life.id] = task
        task.add_done_callback(lambda done: self._ended(life, done))

    def _ended(self, life: Life, task: asyncio.Task[None]) -> None:
        self._lives.pop(life.id, None)
        self._tasks.pop(life.id, None)
        error = None if task.cancelled() else task.exception()
        if error and not life.dropped:
            _log.error("run %s broke off", life.id, exc_info=error)
            # Else its thread would stay locked until the run expires.
            life.break_off()
