"""All active runs: started, resumed, cancelled and stopped."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from ..quiet_log import QuietLog
from ..store import StoreError
from ..telemetry.instruments import instruments
from .followers import Followers
from .lane import Lane
from .presence import Presence
from .replays import Replays
from .run_record import ACTIVE, RunRecord
from .run_task import RunTask
from .slots import Slots

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..contents import Contents
    from ..engines.interface import Engine
    from ..http.events import Listener
    from ..settings import Settings
    from ..store import Store
    from ..store.processes import Carrier
    from .file_search import FileSearcher
    from .replay import Replay

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
        self._processes = store.processes
        self._settings = settings
        self._searcher = searcher
        self._contents = contents
        self._slots = Slots(settings.max_turns)
        self._lane = Lane(settings.pace)
        self._run_tasks: dict[str, RunTask] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._followers = Followers(store)
        self._replays = Replays()
        self._presence = Presence(store, self._let_go, self._hear)
        self._news = asyncio.Event()
        self._look: asyncio.Task[None] | None = None
        self._closing = False
        self._drains = False

    @property
    def is_closing(self) -> bool:
        """Return whether it stops, so that no more runs are carried on here."""
        return self._closing or self._drains

    def states(self) -> Counter[str]:
        """Return how many runs are carried on here, by their status."""
        found: Counter[str] = Counter(dict.fromkeys(ACTIVE, 0))
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
        self._take(record.id)
        self._store.after(lambda: instruments().run_started(run))
        self._store.after(partial(self._begin, record))

    def _take(self, run: str) -> bool:
        """Carry on a run here, and return whether it was; or leave it to others."""
        if self._drains:
            self._processes.release(run)
            return False
        return self._processes.take(run)

    async def resume(self) -> None:
        """Resume the runs that an earlier server left, and look after those to come."""
        await self._presence.start()
        await self._adopt(await self._unattended())
        self._look = asyncio.get_running_loop().create_task(self._look_for_runs())

    def cancel(self, id: str) -> JSON:
        """Begin to cancel an active run, and return it as it is then."""
        carrier = self._processes.carrier(id)
        task = self._run_tasks.get(id) if carrier == "here" else None
        if task is None and carrier != "elsewhere":
            return RunRecord(self._store, id, shared=carrier == "nobody").end(
                "cancelled"
            )
        record = task.record if task else RunRecord(self._store, id)
        run = record.set_status("cancelling", required_action=None)
        if task:
            self._store.after(task.cancel)
        else:
            self._processes.tell(id)
        return run

    def submit(
        self, id: str, outputs: dict[str, str], listener: Listener | None
    ) -> JSON:
        """Continue a run that waits for outputs, and return it as it is then."""
        # Whoever carried it on waits for nothing but this.
        self._processes.tell(id)
        task = self._run_tasks.get(id) if self._take(id) else None
        record = task.record if task else RunRecord(self._store, id)
        run = record.submit(outputs, listener)
        self._store.after(task.go_on if task else partial(self._begin, record))
        return run

    def discard(self, id: str) -> None:
        """Stop a run whose thread is being deleted."""
        self._processes.tell(id)
        task = self._run_tasks.get(id)
        if task:
            self._store.after(task.discard)

    def replay(self, replay: Replay, store: Store, listener: Listener) -> None:
        """Replay the stream of a run, when the change that goes on is made.

        Args:
            replay: what the client is told.
            store: the store as the project of the run sees it.
            listener: the client.
        """
        begin = partial(self._replays.begin, replay, store, listener)
        self._store.after(listener.abort if self._closing else begin)

    def detach(self, listener: Listener) -> None:
        """Send no more events to a client that is gone."""
        if listener.is_over:
            # Whoever ended it has let go of it; hundreds of runs need not be asked.
            return
        for run_task in self._run_tasks.values():
            if run_task.record.listener is listener:
                run_task.record.listener = None
        self._followers.detach(listener)
        self._replays.detach(listener)

    async def drain(self, seconds: float) -> None:
        """Begin no more turns, and wait for those that go on.

        Args:
            seconds: how long at most.
        """
        self._drains = True
        for run_task in [*self._run_tasks.values()]:
            run_task.drain()
        if self._tasks and seconds:
            await asyncio.wait(self._tasks, timeout=seconds)

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
        self._followers.abort()
        self._replays.abort()
        self._presence.close()
        leaving = asyncio.ensure_future(self._leave())
        await asyncio.wait([leaving], timeout=_GRACE)

    async def _leave(self) -> None:
        """Let other processes take up the runs at once."""
        with suppress(StoreError):
            await self._store.perform(self._processes.leave)

    async def _unattended(self) -> dict[str, Carrier]:
        """Return the active runs that no task carries on, and whose they are."""
        known = {*self._run_tasks}
        find = partial(self._processes.unattended, besides=known)
        return await self._store.perform(find)

    async def _adopt(self, runs: Iterable[str]) -> None:
        """Carry on runs that no task carries on."""
        for each in runs:
            if each in self._run_tasks:
                # It has been lost, and its task is about to notice.
                continue
            record = await self._store.perform(partial(self._recovered, each))
            if record and each not in self._run_tasks:
                self._begin(record)

    def _recovered(self, id: str) -> RunRecord | None:
        """Claim a run, and return it if it can be carried on."""
        carrier = self._processes.claim(id)
        if carrier is None:
            return None
        record = RunRecord(self._store, id)
        if carrier == "elsewhere":
            # Who listened to another process may still do so, whoever has it next.
            record.share()
        self._followers.hand_over(record)
        return record if record.recover() else None

    async def _look_for_runs(self) -> None:
        """See what others did, and take up what nobody carries on, again and again."""
        quiet = QuietLog()
        before: dict[str, Carrier] = {}
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _LOOK)
            self._news.clear()
            try:
                await self._store.perform(self._look_at_changes)
                await self._followers.look()
                found = {} if self._drains else await self._unattended()
                # What has just begun here may be found before its task is there.
                await self._adopt(
                    run for run in found if found[run] != "here" or run in before
                )
                before = found
            except Exception as error:  # noqa: BLE001 - such as a disk that is full
                quiet.error("runs that nobody carries on can't be taken up yet", error)

    def _look_at_changes(self) -> None:
        """Pass on to the tasks of runs what other processes did to these."""
        tasks = {**self._run_tasks}
        for run, change in self._processes.changes(tasks).items():
            task = tasks[run]
            if change == "gone":
                self._store.after(task.discard)
            elif change == "taken":
                self._store.after(task.leave)
            else:
                cancel = partial(task.cancel_from_elsewhere, task.record.run())
                self._store.after(cancel)

    def _hear(self, run: str | None) -> None:
        """Look soon at what another process tells of."""
        if run is None or run in self._followers:
            self._news.set()

    def _lose(self, record: RunRecord) -> None:
        """Follow a run for the client that still listens to it here."""
        self._followers.add(record)
        self._news.set()

    def _let_go(self) -> None:
        """Leave all runs to others, which take this process for dead."""
        _log.error(
            "the store can't be reached for %g s: runs are left to other processes",
            self._processes.lease,
        )
        for run_task in [*self._run_tasks.values()]:
            run_task.leave()

    def _begin(self, record: RunRecord) -> None:
        if self.is_closing:
            # The next server takes it up.
            if record.listener:
                record.listener.abort()
            return
        earlier = self._run_tasks.get(record.id)
        if earlier:
            # Another process had the run meanwhile, and this one didn't hear of it.
            earlier.leave()
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
            self._lose,
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
