"""Calls of several functions at once, plain ones and asynchronous ones."""

from __future__ import annotations

import contextvars
import inspect
import threading
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from .. import _api
from .._effects import Overdue, TimeUp
from .._locks import locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .._effects import Invocation

# More than any sensible run asks for at once; what exceeds it waits.
MOST_THREADS = 32
_NAME = "assistants-tool"
# Seconds that an asynchronous function has to end once it is cancelled.
_MOMENT = 0.1


def together(
    invocations: Sequence[Invocation], until: float | None = None
) -> list[object]:
    """Call functions in threads, and return what they return or raise, in order.

    Those that are asynchronous have an event loop of their own. Those that are not
    concurrent are called here, meanwhile; an asynchronous one is not where this thread
    has an event loop that runs, as there can't be two.

    Args:
        invocations: the functions.
        until: when to stop waiting, by the monotonic clock; None for no limit.

    Raises:
        TimeUp: not all have ended by then; those in threads go on there.
    """
    jobs = [_Job(each, until) for each in invocations]
    here = [each for each in jobs if each.is_for_waiting_thread]
    workers = _Workers(jobs, [each for each in jobs if each not in here])
    try:
        for job in here:
            workers.do(job, until)
        return workers.wait(until)
    finally:
        # An interruption must not wait for functions that go on.
        workers.stop()


async def together_async(invocations: Sequence[Invocation]) -> list[object]:
    """Call functions, plain ones in threads, and return what they return or raise.

    Those that are not concurrent are called in this event loop, one after the other.
    Where this is cancelled, so are those that are asynchronous.
    """
    import asyncio

    permits = asyncio.Semaphore(MOST_THREADS)

    async def one(invocation: Invocation) -> object:
        function = invocation.function
        plain = not inspect.iscoroutinefunction(function)
        timeout = asyncio.timeout(invocation.timeout)
        in_thread = False
        try:
            async with permits, timeout:
                if not plain:
                    return await function()
                if not invocation.concurrent:
                    found = function()
                    return await found if inspect.isawaitable(found) else found
                in_thread = True
                found = await _api.in_thread(function)
                in_thread = False
                return await found if inspect.isawaitable(found) else found
        except BaseException as error:
            if isinstance(error, TimeoutError) and timeout.expired():
                assert invocation.timeout is not None
                return Overdue(invocation.timeout, left_behind=in_thread)
            task = asyncio.current_task()
            cancelled = isinstance(error, asyncio.CancelledError)
            if cancelled and task is not None and task.cancelling():
                raise
            if is_interruption(error, own_thread=invocation.concurrent):
                raise
            return error

    results: dict[int, object] = {}

    async def one_by_one() -> None:
        for number, each in enumerate(invocations):
            if not each.concurrent:
                results[number] = await one(each)

    async def at_once(number: int) -> None:
        results[number] = await one(invocations[number])

    others = [number for number, each in enumerate(invocations) if each.concurrent]
    # These first, so that they have begun when the event loop is held up.
    await asyncio.gather(*map(at_once, others), one_by_one())
    return [results[number] for number in range(len(invocations))]


def is_interruption(error: BaseException, *, own_thread: bool = True) -> bool:
    """Return whether an exception is meant for the program, not for its caller.

    `SystemExit` is a failure of a function that has a thread or task of its own, as it
    can't end the program from there. In the thread that waits, it may be the program's
    own, from a signal.
    """
    kinds = (KeyboardInterrupt,) if own_thread else (KeyboardInterrupt, SystemExit)
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(kinds) is not None
    return isinstance(error, kinds)


class _Job:
    """A function that is called in a thread.

    Attributes:
        timeout: seconds after which it is no longer waited for; None for no limit.
        began: when it began, by the monotonic clock; None before.
        ended: whether there is a result.
        result: what it returned, or the exception that it raised.
        interruption: what ended its thread, such as `SystemExit`.
    """

    def __init__(self, invocation: Invocation, until: float | None) -> None:
        self.timeout = invocation.timeout
        self.began: float | None = None
        self.ended = False
        self.result: object = None
        self.interruption: BaseException | None = None
        self._function = invocation.function
        self._until = until
        self._concurrent = invocation.concurrent
        self._awaits = inspect.iscoroutinefunction(invocation.function)
        # Each thread knows the context of who asks, such as the verbosity.
        self._context = contextvars.copy_context()

    @property
    def due(self) -> float | None:
        """Return when it has to be done; None as long as there is no limit."""
        if self.timeout is None or self.began is None:
            return None
        return self.began + self.timeout

    @property
    def is_for_waiting_thread(self) -> bool:
        """Return whether it has to be done, and can be, in the thread that waits."""
        return not (self._concurrent or (self._awaits and _has_loop()))

    def perform(self) -> object:
        """Call the function; one that is asynchronous is cancelled when it is late."""
        until = _first([self.due, self._until])
        return self._context.run(_result, self._function, until)

    @property
    def given_up(self) -> float | None:
        """Return when to wait no longer; what is cancelled may need a moment."""
        return self.due if self.due is None or not self._awaits else self.due + _MOMENT

    @property
    def is_overdue(self) -> bool:
        """Return whether its own timeout comes before the end of all waiting."""
        return self.due is not None and (self._until is None or self.due <= self._until)

    def overdue(self) -> Overdue:
        """Return the result of a function whose timeout has passed."""
        assert self.timeout is not None
        return Overdue(self.timeout, left_behind=not self._awaits)


class _Workers:
    """Threads that do jobs, and whoever waits for them."""

    def __init__(self, jobs: list[_Job], theirs: list[_Job]) -> None:
        """Begin.

        Args:
            jobs: all jobs.
            theirs: those that are done in threads; the others are for `do`.
        """
        self._jobs = jobs
        self._left: Iterator[_Job] = iter(theirs)
        self._lock = threading.RLock()
        # What is in it only wakes who waits.
        self._changed: SimpleQueue[None] = SimpleQueue()
        self._stopped = False
        for _ in range(min(len(theirs), MOST_THREADS)):
            self._start()

    def do(self, job: _Job, until: float | None) -> None:
        """Do a job here; what interrupts it is raised.

        Raises:
            TimeUp: it is later than `until` already.
        """
        if until is not None and until <= time.monotonic():
            raise TimeUp
        job.began = time.monotonic()
        result = job.perform()
        if isinstance(result, BaseException) and is_interruption(
            result, own_thread=False
        ):
            raise result
        self._note(job, result)

    def wait(self, until: float | None) -> list[object]:
        """Return the results, as soon as all are there or overdue.

        Raises:
            TimeUp: it is later than `until`.
        """
        while True:
            now = time.monotonic()
            waiting = self._waiting(now)
            if not waiting:
                if any(type(each.result) is _Late for each in self._jobs):
                    raise TimeUp
                return [each.result for each in self._jobs]
            if until is not None and until <= now:
                raise TimeUp
            ends = _first([*(each.given_up for each in waiting), until])
            with suppress(Empty):
                left = None if ends is None else max(ends - now, 0.0)
                self._changed.get(timeout=left)

    @locked
    def _waiting(self, now: float) -> list[_Job]:
        """Return the jobs that have not ended; those that are overdue are given up.

        Raises:
            BaseException: it ended the thread of a job.
        """
        for job in self._jobs:
            if job.given_up is not None and job.given_up <= now and not job.ended:
                self._give_up(job)
        for job in self._jobs:
            if job.interruption is not None:
                raise job.interruption
        return [each for each in self._jobs if not each.ended]

    def stop(self) -> None:
        """Have no more jobs begun; those that have go on."""
        self._stopped = True

    def _start(self) -> None:
        # Those that are left behind must not keep the interpreter from ending.
        threading.Thread(target=self._work, name=_NAME, daemon=True).start()

    def _give_up(self, job: _Job) -> None:
        job.ended = True
        job.result = job.overdue()
        # Its thread is not to be counted on, and others may be waiting for one.
        self._start()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            result: object = None
            interruption: BaseException | None = None
            try:
                result = job.perform()
            except BaseException as error:  # noqa: BLE001 - for whoever waits
                interruption = error
            self._note(job, result, interruption)
            self._changed.put(None)

    @locked
    def _note(
        self, job: _Job, result: object, interruption: BaseException | None = None
    ) -> None:
        if type(result) is _Late and job.is_overdue:
            result = job.overdue()
        if not job.ended:
            job.ended = True
            job.result, job.interruption = result, interruption

    @locked
    def _next(self) -> _Job | None:
        job = None if self._stopped else next(self._left, None)
        if job is not None:
            job.began = time.monotonic()
            self._changed.put(None)
        return job


def _first(times: Iterable[float | None]) -> float | None:
    return min((each for each in times if each is not None), default=None)


class _Late(Exception):  # noqa: N818 - it is the result of a call
    """An asynchronous function was cancelled, as its time was up."""


def _result(function: Callable[[], object], until: float | None = None) -> object:
    try:
        found = function()
        return _awaited(found, until) if inspect.isawaitable(found) else found
    except BaseException as error:
        if is_interruption(error):
            raise
        return error


def _has_loop() -> bool:
    """Return whether an event loop runs in this thread, as in a notebook."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _awaited(found: Any, until: float | None) -> object:
    """Return what an awaitable results in, in an event loop of its own."""
    import asyncio

    async def wait() -> object:
        left = None if until is None else max(until - time.monotonic(), 0.0)
        timeout = asyncio.timeout(left)
        try:
            async with timeout:
                return await found
        except TimeoutError:
            if timeout.expired():
                raise _Late from None
            raise

    return asyncio.run(wait())
