"""Threads that read several units at the same time."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
U = TypeVar("U")


def each_of(
    work: Callable[[T], U], items: Iterable[T], *, count: int
) -> Iterator[tuple[T, U]]:
    """Yield what comes of each item, as it comes.

    The threads end with the process, so nothing waits for them at an interrupt: what
    they were writing is no part of the archive yet.

    Args:
        work: what to do; it is called in several threads.
        items: what to do it with.
        count: how many threads there are.

    Raises:
        Exception: what `work` raised; nothing else is begun then.
    """
    todo: queue.SimpleQueue[T | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[T, U] | Exception] = queue.SimpleQueue()
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set() and (item := todo.get()) is not None:
            try:
                done.put((item, work(item)))
            except Exception as error:  # noqa: BLE001 - raised in the other thread
                done.put(error)

    threads = [
        threading.Thread(target=serve, name=f"export-{number}", daemon=True)
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    left = 0
    try:
        for item in items:
            todo.put(item)
            left += 1
            if left >= 2 * count:
                left -= 1
                yield _result(done)
        while left:
            left -= 1
            yield _result(done)
    finally:
        ended.set()
        for _ in threads:
            todo.put(None)


def _result(done: queue.SimpleQueue[tuple[T, U] | Exception]) -> tuple[T, U]:
    found = done.get()
    if isinstance(found, Exception):
        raise found
    return found
