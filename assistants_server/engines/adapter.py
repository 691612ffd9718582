"""Calls of engines, of whatever kind they are."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Iterable,
)
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from ..interrupts import StopNow
from .turn_events import EngineError

if TYPE_CHECKING:
    from .interface import Engine, Turn
    from .turn_events import Output


_END = object()
# What is being closed, which nobody else may hold.
_closing: set[asyncio.Future[None]] = set()


async def call_engine(engine: Engine, turn: Turn) -> AsyncGenerator[Output, Any]:
    """Call an engine, and yield its outputs as they come.

    What is sent in return is the value of the engine's own `yield`. Closing this closes
    the engine's generator.

    Raises:
        EngineError: what it returned is no iterable of outputs, or it raised what would
            end the server, such as SystemExit.
        Exception: whatever else the engine raised.
    """
    thread: _EngineThread | None = None
    returned: Any = None
    try:
        if _is_asynchronous(engine):
            returned = engine(turn)
            step = _asynchronous(returned)
        else:
            # A plain function may take its time; others go on meanwhile.
            thread = _EngineThread()
            returned = await thread.call(lambda: engine(turn))
            if inspect.isawaitable(returned):
                returned = await _guarded(returned)
            step = _steps(returned, thread)
        reply = None
        while (output := await step(reply)) is not _END:
            reply = yield output
    finally:
        if thread:
            thread.end()
        if isinstance(returned, AsyncGenerator):
            await _close(returned)


async def _close(outputs: AsyncGenerator[Any, Any]) -> None:
    """Close what an engine returned, to its end.

    A run may be cancelled while its turn is being closed; a connection whose closing is
    interrupted would stay open for ever.
    """
    if getattr(outputs, "ag_frame", outputs) is None:
        # It went to its end, and to wait here would cancel a run whose work is done.
        return
    closing = asyncio.ensure_future(_guarded(outputs.aclose()))
    _closing.add(closing)
    closing.add_done_callback(_forget)
    # How an engine ends when it is closed is its own affair.
    with suppress(Exception):
        await asyncio.shield(closing)


def _forget(closing: asyncio.Future[None]) -> None:
    _closing.discard(closing)
    if not closing.cancelled():
        # Else asyncio complains that nobody has looked at it.
        closing.exception()


def _is_asynchronous(engine: Engine) -> bool:
    """Return whether an engine is an asynchronous generator, or an object with one."""
    call = getattr(engine, "__call__", None)  # noqa: B004 - to look at it
    return inspect.isasyncgenfunction(engine) or inspect.isasyncgenfunction(call)


def _steps(returned: Any, thread: _EngineThread) -> Callable[[Any], Awaitable[Any]]:
    """Return what gets the next output of what an engine returned, or `_END`."""
    if isinstance(returned, AsyncIterable):
        return _asynchronous(returned)
    if isinstance(returned, Iterable) and not isinstance(returned, str):
        return _in_thread(thread, iter(returned))
    what = type(returned).__name__
    raise EngineError(f"it returned {what}, not an iterable of outputs")


async def _guarded(work: Awaitable[Any]) -> Any:
    """Await something of an engine; what it raises must not end the server.

    A task that raises SystemExit or KeyboardInterrupt ends its event loop.
    """
    try:
        return await work
    except (Exception, asyncio.CancelledError, StopNow):
        raise
    except BaseException as error:
        raise EngineError(f"it raised {type(error).__name__}") from error


def _asynchronous(iterable: AsyncIterable[Any]) -> Callable[[Any], Awaitable[Any]]:
    """Return what gets the next output of an engine, or `_END`."""
    iterator: Any = aiter(iterable)
    send = getattr(iterator, "asend", None)

    async def step(reply: Any) -> Any:
        try:
            return await _guarded(send(reply) if send else anext(iterator))
        except StopAsyncIteration:
            return _END

    return step


def _in_thread(thread: _EngineThread, iterator: Any) -> Callable[[Any], Awaitable[Any]]:
    """Return what gets the next output of a plain engine, or `_END`."""
    if hasattr(iterator, "close"):
        thread.at_the_end(iterator.close)
    send = getattr(iterator, "send", None)

    def step(reply: Any) -> Any:
        try:
            return send(reply) if send else next(iterator)
        except StopIteration:
            return _END

    return lambda reply: thread.call(lambda: step(reply))


class _EngineThread:
    """A thread that makes one call after the other for an event loop.

    It is a daemon: an engine that never returns can't keep the server from ending.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._calls: SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None]
        self._calls = SimpleQueue()
        self._last: Callable[[], Any] | None = None
        threading.Thread(target=self._work, name="local-engine", daemon=True).start()

    async def call(self, function: Callable[[], Any]) -> Any:
        """Call a function there; a cancelled one goes on until it returns."""
        future: asyncio.Future[Any] = self._loop.create_future()
        # What it logs, or measures, belongs to the run.
        there = partial(copy_context().run, function)
        self._calls.put((there, future))
        return await future

    def at_the_end(self, function: Callable[[], Any]) -> None:
        """Register a function to call when there is nothing more to do."""
        self._last = function

    def end(self) -> None:
        """End the thread, as soon as the current call returns."""
        self._calls.put(None)

    def _work(self) -> None:
        while (todo := self._calls.get()) is not None:
            function, future = todo
            result, error = None, None
            try:
                result = function()
            except Exception as raised:  # noqa: BLE001 - raised again where it is due
                error = raised
            except BaseException as raised:  # noqa: BLE001 - it must not end the server
                error = EngineError(f"it raised {type(raised).__name__}")
                error.__cause__ = raised
            # The loop may be gone, if this took long.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(_settle, future, result, error)
        if self._last:
            # How an engine ends when it is cancelled is its own affair.
            with suppress(Exception):
                self._last()


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if isinstance(error, StopIteration):
        # No future can hold one.
        error = EngineError("it raised StopIteration")
    if error:
        future.set_exception(error)
    else:
        future.set_result(result)
