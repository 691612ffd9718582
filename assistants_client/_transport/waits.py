"""Waits in an event loop: until a deadline, and for what must be closed to its end."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from types import coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator


def until(deadline: float | None) -> asyncio.Timeout:
    """Return what ends a block at a deadline of the monotonic clock, if there is one.

    Loops may have clocks of their own.
    """
    if deadline is None:
        return asyncio.timeout(None)
    return asyncio.timeout(max(0.0, deadline - time.monotonic()))


@coroutine
def rest_of(begun: Any, wait: Any) -> Generator[Any, Any, Any]:
    """Await what was begun by its `send`, and return its result.

    What is there at once ends with that, and so needs no timer: each takes longer than
    all else that is done for a piece of a body.

    Args:
        begun: a coroutine, or what `anext` returns.
        wait: what its first step returned, which it waits for.
    """
    while True:
        try:
            yield wait
        except GeneratorExit:
            begun.close()
            raise
        except BaseException as error:  # noqa: BLE001 - what is begun decides
            try:
                wait = begun.throw(error)
            except StopIteration as stop:
                return stop.value
        else:
            # `await` refuses a coroutine that waits for something already.
            return (yield from begun)


async def shielded(closing: Coroutine[Any, Any, None]) -> None:
    """Close something to its end; if the task is cancelled, only then raise that.

    What is half closed would count as used for ever (encode/httpcore#1115).
    """
    task = asyncio.ensure_future(closing)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    # What can't be closed in an orderly way is as good as closed.
    with suppress(Exception):
        task.result()
