"""Work in threads that nobody has to wait for when the process ends."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Done = TypeVar("_Done")


async def in_thread(work: Callable[[], _Done], name: str) -> _Done:
    """Return what a function returns, which runs in a thread of its own.

    Unlike those of `asyncio.to_thread`, a thread that hangs, say in a request, doesn't
    keep the interpreter from ending.

    Args:
        work: the function; when the task is cancelled, it goes on without notice.
        name: what the thread is called.

    Raises:
        Exception: what the function raises.
    """
    future: Future[_Done] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await asyncio.wrap_future(future)
