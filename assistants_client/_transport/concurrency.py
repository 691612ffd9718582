"""Calls of several functions at once, plain ones and asynchronous ones."""

from __future__ import annotations

import contextvars
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import ThreadPoolExecutor

# More than any sensible run asks for at once; what exceeds it waits.
MOST_THREADS = 32


def together(functions: Sequence[Callable[[], object]]) -> list[object]:
    """Call functions in threads, and return what they return or raise, in order.

    Those that are asynchronous have an event loop of their own.
    """
    if len(functions) == 1:
        return [_result(functions[0])]
    pool = _pool(len(functions))
    try:
        # Each thread knows the context of who asks, such as the verbosity.
        waiting = [
            pool.submit(contextvars.copy_context().run, _result, function)
            for function in functions
        ]
        return [each.result() for each in waiting]
    finally:
        # An interruption must not wait for functions that go on.
        pool.shutdown(wait=False, cancel_futures=True)


async def together_async(functions: Sequence[Callable[[], object]]) -> list[object]:
    """Call functions, plain ones in threads, and return what they return or raise.

    Where this is cancelled, so are those that are asynchronous.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    pool = _pool(len(functions))

    async def one(function: Callable[[], object]) -> object:
        try:
            if inspect.iscoroutinefunction(function):
                return await function()
            run = contextvars.copy_context().run
            found = await loop.run_in_executor(pool, run, function)
            return await found if inspect.isawaitable(found) else found
        except Exception as error:  # noqa: BLE001 - it is the result
            return error

    try:
        return await asyncio.gather(*map(one, functions))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pool(number: int) -> ThreadPoolExecutor:
    # Imported late, as few calls need threads.
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(
        max_workers=max(1, min(number, MOST_THREADS)),
        thread_name_prefix="assistants-tool",
    )


def _result(function: Callable[[], object]) -> object:
    try:
        found = function()
        return _awaited(found) if inspect.isawaitable(found) else found
    except Exception as error:  # noqa: BLE001 - it is the result
        return error


def _awaited(found: Any) -> object:
    import asyncio

    async def wait() -> object:
        return await found

    return asyncio.run(wait())
