"""Asking an engine, of whatever kind it is, for the outputs of a turn."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from .interface import EngineError

if TYPE_CHECKING:
    from .interface import Engine, Output, Turn


async def ask(engine: Engine, turn: Turn) -> AsyncGenerator[Output, None]:
    """Ask an engine, and give its outputs as they come.

    Raises:
        EngineError: what it gave is nothing to go through.
        Exception: whatever the engine raised.
    """
    if inspect.isasyncgenfunction(engine):
        async for output in engine(turn):
            yield output
        return
    # A plain function may take its time; others go on meanwhile.
    thread = _Thread()
    try:
        answer: Any = await thread.call(lambda: engine(turn))
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, AsyncIterable):
            async for output in answer:
                yield output
            return
        if not isinstance(answer, Iterable) or isinstance(answer, str):
            what = type(answer).__name__
            raise EngineError(f"it gave {what}, not an iterable of outputs")
        iterator: Any = iter(answer)
        if hasattr(iterator, "close"):
            thread.at_the_end(iterator.close)
        end = object()
        while (output := await thread.call(lambda: next(iterator, end))) is not end:
            yield output
    finally:
        thread.end()


class _Thread:
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
        """Call a function there; one that is given up goes on until it returns."""
        future: asyncio.Future[Any] = self._loop.create_future()
        self._calls.put((function, future))
        return await future

    def at_the_end(self, function: Callable[[], Any]) -> None:
        """Have a function called when there is nothing more to do."""
        self._last = function

    def end(self) -> None:
        """End the thread, as soon as what it does returns."""
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
            # The loop may be gone, if this took long.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(_settle, future, result, error)
        if self._last:
            # What an engine does when it is given up is its own affair.
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
