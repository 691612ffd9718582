"""All active runs: started, resumed, cancelled and stopped."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from .run_task import RunTask

if TYPE_CHECKING:
    from .engines.interface import Engine
    from .events import Listener
    from .file_search import FileSearcher
    from .settings import Settings
    from .store import Store

JSON = dict[str, Any]
# Seconds.
_GRACE = 0.3
_log = logging.getLogger("assistants_server")


class Scheduler:
    """Carry out every active run in a task of its own.

    Attributes:
        engine: the engine of runs that start from now on.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        engine: Engine,
        searcher: FileSearcher,
    ) -> None:
        self.engine = engine
        self._store = store
        self._settings = settings
        self._searcher = searcher
        self._run_tasks: dict[str, RunTask] = {}

    def deadline(self) -> float:
        """Return when a run that starts now will expire, in seconds since 1970."""
        return time.time() + self._settings.expires_after

    def start(self, run: JSON, listener: Listener | None = None) -> None:
        """Start a run of the store.

        Args:
            run: the run.
            listener: receives its events.
        """
        run_task = self._run_task(run, listener)
        if listener:
            listener.send("thread.run.created", {**run})
            listener.send("thread.run.queued", {**run})
        self._begin(run_task)

    def resume(self) -> None:
        """Resume the runs that an earlier server left."""
        for run in self._store.active_runs():
            run_task = self._run_task(run)
            with self._store.changes():
                continues = run_task.recover()
            if continues:
                self._begin(run_task)

    def cancel(self, id: str) -> JSON:
        """Begin to cancel an active run, and return it as it is then."""
        return self._run_tasks[id].cancel()

    def submit(
        self, id: str, outputs: dict[str, str], listener: Listener | None
    ) -> JSON:
        """Continue a run that waits for outputs, and return it as it is then."""
        return self._run_tasks[id].submit(outputs, listener)

    def discard(self, id: str) -> None:
        """Stop a run whose thread was deleted."""
        run_task = self._run_tasks.get(id)
        if run_task:
            run_task.discard()

    def detach(self, listener: Listener) -> None:
        """Send no more events to a client that is gone."""
        for run_task in self._run_tasks.values():
            if run_task.listener is listener:
                run_task.listener = None

    async def close(self) -> None:
        """Stop all runs where they are, and end the event streams."""
        # From here on nothing is written: the store has them as they are.
        tasks = [each.stop() for each in self._run_tasks.values()]
        if tasks:
            # An engine that ignores being cancelled isn't waited for.
            await asyncio.wait(tasks, timeout=_GRACE)

    def _run_task(self, run: JSON, listener: Listener | None = None) -> RunTask:
        return RunTask(
            run["id"],
            self._store,
            self._settings,
            self.engine,
            self._searcher,
            listener,
        )

    def _begin(self, run_task: RunTask) -> None:
        self._run_tasks[run_task.id] = run_task
        task = run_task.start()
        task.add_done_callback(lambda done: self._ended(run_task, done))

    def _ended(self, run_task: RunTask, task: asyncio.Task[None]) -> None:
        self._run_tasks.pop(run_task.id, None)
        error = None if task.cancelled() else task.exception()
        if error and not run_task.discarded:
            _log.error("run %s failed", run_task.id, exc_info=error)
            # Else its thread would stay locked until the run expires.
            run_task.fail()
