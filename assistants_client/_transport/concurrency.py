"""Calls of several functions at once, plain ones and asynchronous ones."""

from __future__ import annotations

import contextvars
import inspect
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._effects import Overdue, TimeUp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .._effects import Invocation

# More than any sensible run asks for at once; what exceeds it waits.
MOST_THREADS = 32
_NAME = "assistants-tool"


def together(
    invocations: Sequence[Invocation], until: float | None = None
) -> list[object]:
    """Call functions in threads, and return what they return or raise, in order.

    Those that are asynchronous have an event loop of their own.

    Args:
        invocations: the functions.
        until: when to stop waiting, by the monotonic clock; None for no limit.

    Raises:
        TimeUp: not all have ended by then; those in threads go on there.
    """
    if len(invocations) == 1 and until is None and invocations[0].timeout is None:
        return [_result(invocations[0].function)]
    jobs = [_Job(each, until) for each in invocations]
    crew = _Crew(jobs)
    try:
        return crew.wait(until)
    finally:
        # An interruption must not wait for functions that go on.
        crew.dismiss()


async def together_async(invocations: Sequence[Invocation]) -> list[object]:
    """Call functions, plain ones in threads, and return what they return or raise.

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
                in_thread = True
                found = await _in_thread(function)
                in_thread = False
                return await found if inspect.isawaitable(found) else found
        except Exception as error:  # noqa: BLE001 - it is the result
            if isinstance(error, TimeoutError) and timeout.expired():
                assert invocation.timeout is not None
                return Overdue(invocation.timeout, left_behind=in_thread)
            return error

    return await asyncio.gather(*map(one, invocations))


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
        self._awaits = inspect.iscoroutinefunction(invocation.function)
        # Each thread knows the context of who asks, such as the verbosity.
        self._context = contextvars.copy_context()

    @property
    def due(self) -> float | None:
        """Return when it has to be done; None as long as there is no limit."""
        if self.timeout is None or self.began is None:
            return None
        return self.began + self.timeout

    def perform(self) -> object:
        """Call the function; one that is asynchronous is cancelled when it is late."""
        until = _first([self.due, self._until])
        return self._context.run(_result, self._function, until)

    def overdue(self) -> Overdue:
        """Return the result of a function whose timeout has passed."""
        assert self.timeout is not None
        return Overdue(self.timeout, left_behind=not self._awaits)


class _Crew:
    """Threads that do jobs, and whoever waits for them."""

    def __init__(self, jobs: list[_Job]) -> None:
        self._jobs = jobs
        self._left: Iterator[_Job] = iter(jobs)
        self._changed = threading.Condition()
        self._dismissed = False
        for _ in range(min(len(jobs), MOST_THREADS)):
            self._hire()

    def wait(self, until: float | None) -> list[object]:
        """Return the results, as soon as all are there or overdue.

        Raises:
            TimeUp: it is later than `until`.
        """
        with self._changed:
            while True:
                now = time.monotonic()
                for job in self._jobs:
                    if not job.ended and job.due is not None and job.due <= now:
                        self._give_up(job)
                waiting = [each for each in self._jobs if not each.ended]
                for job in self._jobs:
                    if job.interruption is not None:
                        raise job.interruption
                if not waiting:
                    return [each.result for each in self._jobs]
                if until is not None and until <= now:
                    raise TimeUp
                limits = [each.due for each in waiting] + [until]
                left = _first(limits)
                self._changed.wait(None if left is None else left - now)

    def dismiss(self) -> None:
        """Have no more jobs begun; those that have go on."""
        with self._changed:
            self._dismissed = True

    def _hire(self) -> None:
        # Those that are left behind must not keep the interpreter from ending.
        threading.Thread(target=self._work, name=_NAME, daemon=True).start()

    def _give_up(self, job: _Job) -> None:
        job.ended = True
        job.result = job.overdue()
        # Its thread is not to be counted on, and others may be waiting for one.
        self._hire()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            result: object = None
            interruption: BaseException | None = None
            try:
                result = job.perform()
            except BaseException as error:  # noqa: BLE001 - for whoever waits
                interruption = error
            with self._changed:
                if type(result) is _Late and job.due is not None:
                    result = job.overdue()
                if not job.ended:
                    job.ended = True
                    job.result, job.interruption = result, interruption
                self._changed.notify_all()

    def _next(self) -> _Job | None:
        with self._changed:
            job = None if self._dismissed else next(self._left, None)
            if job is not None:
                job.began = time.monotonic()
                self._changed.notify_all()
            return job


def _first(times: Iterable[float | None]) -> float | None:
    return min((each for each in times if each is not None), default=None)


async def _in_thread(function: Callable[[], object]) -> object:
    """Call a function in a thread; where this is cancelled, it goes on there."""
    import asyncio

    loop = asyncio.get_running_loop()
    done: asyncio.Future[object] = loop.create_future()
    context = contextvars.copy_context()

    def settle(result: object, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    def work() -> None:
        result: object = None
        raised: BaseException | None = None
        try:
            result = context.run(function)
        except StopIteration as error:
            # A future can't have this one.
            raised = RuntimeError(f"the function raised {error!r}")
        except BaseException as error:  # noqa: BLE001 - for whoever waits
            raised = error
        # The loop may have ended meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, raised)

    threading.Thread(target=work, name=_NAME, daemon=True).start()
    return await done


class _Late(Exception):  # noqa: N818 - it is the result of a call
    """An asynchronous function was cancelled, as its time was up."""


def _result(function: Callable[[], object], until: float | None = None) -> object:
    try:
        found = function()
        return _awaited(found, until) if inspect.isawaitable(found) else found
    except Exception as error:  # noqa: BLE001 - it is the result
        return error


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
