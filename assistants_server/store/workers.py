"""Changes that are made in threads, for stores that wait for another machine."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

_T = TypeVar("_T")


async def in_worker(
    workers: Executor, change: Callable[[], tuple[_T, list[Callable[[], None]]]]
) -> _T:
    """Make a change in a thread, call what was left for after it, return its result.

    A task that is cancelled meanwhile waits for its end: whoever goes on with the same
    objects must not find a change that is still being made.

    Args:
        workers: the threads.
        change: makes the change; returns its result and what is to be called then, on
            the loop.

    Raises:
        asyncio.CancelledError: the task was cancelled, whatever came of the change.
    """
    # In the context of the task, so that what is logged there belongs to its request.
    there = partial(copy_context().run, change)
    made = asyncio.get_running_loop().run_in_executor(workers, there)
    cancelled: asyncio.CancelledError | None = None
    while not made.done():
        try:
            await asyncio.wait([made])
        except asyncio.CancelledError as error:
            cancelled = error
    if failed := made.exception():
        raise cancelled or failed
    result, effects = made.result()
    for effect in effects:
        effect()
    if cancelled:
        raise cancelled
    return result
