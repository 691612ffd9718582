"""Waits in an event loop: until a deadline, and for what must be closed to its end."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine


def until(deadline: float | None) -> asyncio.Timeout:
    """Return what ends a block at a deadline of the monotonic clock, if there is one.

    Loops may have clocks of their own.
    """
    if deadline is None:
        return asyncio.timeout(None)
    return asyncio.timeout(max(0.0, deadline - time.monotonic()))


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
