"""All active runs: started, resumed, cancelled and stopped."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from .lane import Lane
from .quiet_log import QuietLog
from .run_record import ACTIVE, RunRecord
from .run_task import RunTask
from .telemetry.instruments import instruments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .contents import Contents
    from .engines.interface import Engine
    from .events import Listener
    from .file_search import FileSearcher
    from .settings import Settings
    from .store import Store

JSON = dict[str, Any]
# Seconds: for tasks to end when the server stops, and between two looks for runs that
# nobody carries on.
_GRACE, _LOOK = 0.3, 1.0
_log = logging.getLogger("assistants_server")


class Scheduler:
    """Carry out every active run in a task of its own.

    The store says which runs these are. What is asked of one is changed there first,
    and its task learns of it when the change is made; where no task carries it on, it
    ends there, or gets one.

    Attributes:
        engine: the engine of runs that start from now on.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        engine: Engine,
        searcher: FileSearcher,
        contents: Contents,
    ) -> None:
        self.engine = engine
        self._store = store
        self._settings = settings
        self._searcher = searcher
        self._contents = contents
        most = settings.max_turns
        self._slots = None if most is None else asyncio.Semaphore(most)
        self._lane = Lane(settings.pace)
        self._run_tasks: dict[str, RunTask] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._look: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def is_closing(self) -> bool:
        """Return whether it stops, so that no more runs are carried on here."""
        return self._closing

    def states(self) -> Counter[str]:
        """Return how many runs are carried on here, by their status."""
        found = Counter(dict.fromkeys(ACTIVE, 0))
        found.update(each.record.status for each in self._run_tasks.values())
        return found

    def deadline(self) -> float:
        """Return when a run that starts now will expire, in seconds since 1970."""
        return time.time() + self._settings.expires_after

    def start(self, run: JSON, listener: Listener | None = None) -> None:
        """Start a run of the store, when the change that adds it is made.

        Args:
            run: the run.
            listener: receives its events.
        """
        record = RunRecord(self._store, run["id"], listener)
        record.emit("thread.run.created", run)
        record.emit("thread.run.queued", run)
        self._store.after(lambda: instruments().run_started(run))
        self._store.after(partial(self._begin, record))

    async def resume(self) -> None:
        """Resume the runs that an earlier server left, and look after those to come."""
        await self._adopt(await self._unattended())
        self._look = asyncio.get_running_loop().create_task(self._look_for_runs())

    def cancel(self, id: str) -> JSON:
        """Begin to cancel an active run, and return it as it is then."""
        task = self._run_tasks.get(id)
        if task is None:
            return RunRecord(self._store, id).end("cancelled")
        run = task.record.set_status("cancelling", required_action=None)
        self._store.after(task.cancel)
        return run

    def submit(
        self, id: str, outputs: dict[str, str], listener: Listener | None
    ) -> JSON:
        """Continue a run that waits for outputs, and return it as it is then."""
        task = self._run_tasks.get(id)
        record = task.record if task else RunRecord(self._store, id)
        run = record.submit(outputs, listener)
        self._store.after(task.go_on if task else partial(self._begin, record))
        return run

    def discard(self, id: str) -> None:
        """Stop a run whose thread is being deleted."""
        task = self._run_tasks.get(id)
        if task:
            self._store.after(task.discard)

    def detach(self, listener: Listener) -> None:
        """Send no more events to a client that is gone."""
        for run_task in self._run_tasks.values():
            if run_task.record.listener is listener:
                run_task.record.listener = None

    async def close(self) -> None:
        """Stop all runs where they are, and end the event streams."""
        # From here on nothing is written: the store has them as they are.
        self._closing = True
        if self._look:
            self._look.cancel()
        for run_task in [*self._run_tasks.values()]:
            run_task.stop()
        if self._tasks:
            # An engine that ignores being cancelled isn't waited for.
            await asyncio.wait(self._tasks, timeout=_GRACE)

    async def _unattended(self) -> list[str]:
        """Return the active runs that no task carries on."""
        known = {*self._run_tasks}
        find = partial(self._store.active_runs, besides=known)
        return [run["id"] for run in await self._store.perform(find)]

    async def _adopt(self, runs: Iterable[str]) -> None:
        """Carry on runs that no task carries on."""
        for each in runs:
            record = await self._store.perform(partial(self._recovered, each))
            if record:
                self._begin(record)

    def _recovered(self, id: str) -> RunRecord | None:
        """Return a run, if it can be carried on."""
        self._store.lock(id)
        record = RunRecord(self._store, id)
        return record if record.recover() else None

    async def _look_for_runs(self) -> None:
        """Find runs whose task came to nothing, again and again."""
        quiet = QuietLog()
        before: list[str] = []
        while True:
            await asyncio.sleep(_LOOK)
            try:
                found = await self._unattended()
                # What has just begun may be found before its task is there.
                await self._adopt([each for each in found if each in before])
                before = found
            except Exception as error:  # noqa: BLE001 - such as a disk that is full
                quiet.error("runs that nobody carries on can't be taken up yet", error)

    def _begin(self, record: RunRecord) -> None:
        if self._closing:
            # The next server takes it up.
            if record.listener:
                record.listener.abort()
            return
        if record.id not in self._run_tasks:
            self._carry_on(record)

    def _carry_on(self, record: RunRecord) -> None:
        run_task = self._run_tasks[record.id] = RunTask(
            record,
            record.store,
            self._settings,
            self.engine,
            self._searcher.of(record.store),
            self._contents,
            self._slots,
            self._lane,
        )
        task = run_task.start()
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, run_task))

    def _ended(self, run_task: RunTask, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._run_tasks.get(run_task.record.id) is run_task:
            del self._run_tasks[run_task.record.id]
        error = None if task.cancelled() else task.exception()
        if error and not self._closing:
            _log.error("run %s is not carried on", run_task.record.id, exc_info=error)
