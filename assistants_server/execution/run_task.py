"""The task that carries one run from queued to its end, whatever its engine does."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from .._api import in_thread
from ..contents.loans import Loans
from ..contract import objects
from ..engines.turn_events import Fail, Incomplete
from ..store import StoreAwayError, UncertainChangeError, is_from
from ..telemetry.instruments import instruments
from .engine_turn import outcome_of, take_turn
from .made_files import MadeFiles
from .run_record import ACTIVE, OverError, action_calls
from .slots import Slot
from .turn_context import next_turn
from .turn_usage import TurnUsage
from .turn_writer import TurnWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..contents import Contents
    from ..contract.objects import Ending
    from ..engines.interface import Engine
    from ..settings import Settings
    from ..store import Store
    from .file_search import FileSearcher
    from .lane import Lane
    from .run_record import RunRecord
    from .slots import Slots

JSON = dict[str, Any]
# Seconds that an engine has to clean up when its run is cancelled or expires.
_CLEAN_UP = 2.0
# Seconds between two tries to end a run, where the store can't be written to.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_INTERNAL = {
    "code": "server_error",
    "message": "Internal error of the server; its log has the details.",
}
_log = logging.getLogger("assistants_server")
# Work that doesn't end is kept: to be collected would wake its engine up once more.
_at_work: set[asyncio.Task[None]] = set()


class RunTask:
    """What carries on a run.

    The work of the engine is a task of its own, and this one looks after it: an engine
    that never comes back, or swallows being cancelled, is left alone, and the run ends
    all the same.
    """

    def __init__(
        self,
        record: RunRecord,
        store: Store,
        settings: Settings,
        engine: Engine,
        searcher: FileSearcher,
        contents: Contents,
        slots: Slots,
        lane: Lane,
        on_lost: Callable[[RunRecord], None],
    ) -> None:
        """Prepare to carry on a run of the store, whatever its status.

        Args:
            record: the run.
            store: where it, its steps and messages are.
            settings: for the longest time.
            engine: what answers.
            searcher: what searches files for it.
            contents: the contents of files.
            slots: bounds how many engines are at work.
            lane: where it waits between two steps.
            on_lost: called where the run goes on without this task, and a client still
                listens to it.
        """
        self.record = record
        self._store = store
        self._settings = settings
        self._engine = engine
        self._searcher = searcher
        self._contents = contents
        self._slot = Slot(slots)
        self._lane = lane
        self._on_lost = on_lost
        self._has_turn = False
        self._drains = False
        self._submitted = asyncio.Event()
        self._writer: TurnWriter | None = None
        # What it was told from outside, or that its time is over.
        self._told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._left = False
        self._task: asyncio.Task[None]

    def start(self) -> asyncio.Task[None]:
        """Start to carry on the run."""
        self._task = asyncio.get_running_loop().create_task(self._look_after())
        return self._task

    def cancel(self) -> None:
        """Cancel the run soon; the store has it as cancelling."""
        self._tell("cancelled")

    def go_on(self) -> None:
        """Take the next turn: the outputs are in the store."""
        self._submitted.set()

    def cancel_from_elsewhere(self, run: JSON) -> None:
        """Cancel the run soon; another process has made it cancelling."""
        if not self._is_over():
            if self.record.listener:
                self.record.listener.send("thread.run.cancelling", run)
            self.cancel()

    def discard(self) -> None:
        """Write no more, and end the stream: the thread is gone."""
        self.record.close_stream()
        self._leave()

    def stop(self) -> None:
        """Write no more: the server stops, and the run goes on later."""
        self._abort_stream()
        self._leave()

    def drain(self) -> None:
        """Begin no more turns; one that goes on may end."""
        self._drains = True
        if not self._has_turn:
            self.stop()

    def leave(self) -> None:
        """Write no more: another process carries on the run, or will."""
        self._leave()

    def _leave(self) -> None:
        """Do nothing more, even if it was told to end the run before."""
        if not self._left:
            # Once: it may be leaving already, and wait for a change that goes on.
            self._left = True
            self._tell("left")
            self._task.cancel()

    def _tell(self, what: str) -> None:
        if not self._told.done():
            self._told.set_result(what)

    def _is_over(self) -> bool:
        return self._told.done()

    async def _look_after(self) -> None:
        """Carry on the run until it has ended, in the store too."""
        with instruments().run(self.record.id, self.record.trace):
            await self._carry_to_its_end()

    async def _carry_to_its_end(self) -> None:
        work = asyncio.get_running_loop().create_task(self._carry_on())
        _at_work.add(work)
        work.add_done_callback(_forget)
        try:
            await self._wait_for(work)
        finally:
            self._tell("left")
            if not work.done():
                work.cancel()
            self._slot.leave()
            await self.record.leave()
            if self.record.listener:
                # The run came to its end, or goes on, somewhere else.
                self._on_lost(self.record)

    async def _wait_for(self, work: asyncio.Task[None]) -> None:
        # A clock that was set back makes no run longer than it may be.
        left = min(self.record.expires - time.time(), self._settings.expires_after)
        end = asyncio.get_running_loop().time() + max(left, 0)
        while not work.done() and not self._told.done():
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                self._tell("expired")
                break
            await self._wait(work, self._told, seconds=left)
        if self._told.done():
            told = self._told.result()
            if told in ("cancelled", "expired"):
                work.cancel()
                await self._wait(work, seconds=_CLEAN_UP)
                await self._end("cancelled" if told == "cancelled" else "expired")
        elif work.cancelled():
            self._tell("failed")
            error = {**_INTERNAL, "message": "The run was cancelled from within."}
            await self._end("failed", error)
        elif isinstance(work.exception(), OverError):
            # It may be cancelled, and this task has not been told yet. Or else somebody
            # else has it.
            await self._end("cancelled", among=("cancelling",))
        elif is_from(raised := work.exception(), StoreAwayError):
            # The run is as after a crash: it is found soon, and taken up again.
            self._tell("left")
            if is_from(raised, UncertainChangeError):
                # What was to be said of it wasn't, and won't be: that is for clients to
                # look up, as they do where a stream breaks off.
                self._abort_stream()
        elif raised:
            self._tell("failed")
            _log.error("run %s failed", self.record.id, exc_info=raised)
            # What is in memory may be more than the store has.
            self._writer = None
            await self._end("failed", _INTERNAL)

    async def _wait(self, *futures: asyncio.Future[Any], seconds: float) -> None:
        """Wait for the first of some futures, for so many seconds at most."""
        try:
            await asyncio.wait(
                futures, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        except asyncio.CancelledError:
            # Else it is an engine that cancels all tasks that it finds.
            if self._left:
                raise

    async def _end(
        self,
        ending: Ending,
        error: JSON | None = None,
        *,
        among: tuple[str, ...] = ACTIVE,
    ) -> None:
        """End the run in the store; where that can't be written to, as soon as it can.

        A disk may be full for some seconds. Until then the run is not over.

        Args:
            ending: how it ends.
            error: its last error.
            among: the statuses in which it ends.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                end = partial(self._end_now, ending, error, among)
                await self.record.perform(end, ending=True)
            except OverError:
                return
            except Exception as failed:  # noqa: BLE001 - whatever it is
                if pause == _FIRST_PAUSE:
                    why = "run %s can't be ended yet: %s"
                    _log.error(why, self.record.id, failed)
                self._writer = None
                await self._wait(self._never, seconds=pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                return

    def _end_now(
        self, ending: Ending, error: JSON | None, among: tuple[str, ...]
    ) -> None:
        if self.record.run()["status"] not in among:
            # A task that cancels itself is cancelled in the end, although it did all
            # that it had to.
            return
        if self._writer:
            self._writer.abandon()
        self.record.end(ending, error=error)

    def _abort_stream(self) -> None:
        if self.record.listener:
            self.record.listener.abort()
            self.record.listener = None

    def _begun(self) -> JSON:
        """Return the run as it is found; end one that is cancelled."""
        run = self.record.run()
        self.record.status = run["status"]
        if run["status"] == "cancelling":
            self.record.end("cancelled")
        elif run["status"] not in ACTIVE:
            raise OverError
        return run

    async def _carry_on(self) -> None:
        """Take one turn after the other, to the end of the run."""
        # Before anything is waited for: turns begin in the order of their runs.
        self._slot.queue()
        run = await self.record.perform(self._begun, ending=True)
        instruments().run_found(run)
        if run["status"] == "cancelling":
            return
        calls = action_calls(run)
        while True:
            if calls:
                self._slot.leave()
                with instruments().calls(self.record.id, calls):
                    await self._submitted.wait()
            self._submitted.clear()
            with instruments().waiting():
                await self._slot.reached()
            await self._lane.pause()
            self._has_turn = True
            try:
                calls = await self._take_turn()
            finally:
                self._has_turn = False
            if not calls:
                return
            if self._drains:
                self.stop()

    async def _take_turn(self) -> list[JSON]:
        """Let the engine take a turn; return the calls that the client acts on now."""
        loans = Loans(self._contents)
        try:
            return await self._take_turn_with(loans)
        finally:
            if loans.are_out:
                await in_thread(loans.close)

    async def _take_turn_with(self, loans: Loans) -> list[JSON]:
        self._check()
        await self.record.perform(self._begin_turn)
        turn, prompt = await next_turn(self._store, loans, self.record)
        self._check()
        if turn.prompt_room is not None and turn.prompt_room < 0:
            end = partial(self.record.end, "incomplete", reason="max_prompt_tokens")
            await self.record.perform(end)
            return []
        usage = TurnUsage(prompt=prompt, budget=turn.completion_room)
        make = partial(TurnWriter, self._store, self.record, usage)
        self._writer = writer = await self.record.perform(make)
        with instruments().turn(turn.run, turn.number) as took:
            ended = await take_turn(
                self._engine,
                turn,
                writer,
                self._searcher,
                MadeFiles(self._store, self._contents),
                lane=self._lane,
                is_over=self._is_over,
            )
            took.outcome = outcome_of(ended)
        self._check()
        calls = await self.record.perform(partial(self._end_turn, writer, ended))
        self._writer = None
        return calls

    def _begin_turn(self) -> None:
        run = self.record.run()
        if run["status"] == "in_progress":
            # The turn was begun before, and whoever listens has been told.
            return
        started = run["started_at"] or objects.now()
        self.record.set_status("in_progress", started_at=started)

    def _end_turn(
        self, writer: TurnWriter, ended: Fail | Incomplete | None
    ) -> list[JSON]:
        """End a turn, and return the calls that the client has to act on now."""
        if ended:
            if ended == Incomplete("content_filter"):
                writer.have_message()
            writer.abandon()
            self._end_by_engine(ended)
            return []
        calls = writer.finish()
        if calls:
            self.record.require(calls)
        else:
            self.record.complete()
        return calls

    def _end_by_engine(self, ended: Fail | Incomplete) -> None:
        if isinstance(ended, Incomplete):
            self.record.end("incomplete", reason=ended.reason)
            return
        error = {"code": ended.code, "message": ended.message}
        self.record.end("failed", error=error)

    def _check(self) -> None:
        if self._is_over():
            raise OverError


def _forget(work: asyncio.Task[None]) -> None:
    _at_work.discard(work)
    if not work.cancelled():
        # How an engine ends that nobody waits for is its own affair.
        work.exception()
