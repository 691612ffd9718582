"""Threads that read several units at the same time."""

from __future__ import annotations

import queue
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
U = TypeVar("U")


@contextmanager
def each_of(
    work: Callable[[T], U], items: Iterable[T], *, count: int
) -> Iterator[Iterator[tuple[T, U]]]:
    """Yield an iterator of what comes of each item, as it comes.

    After an error, what was begun is waited for: whoever exports into the same folder
    next would write the same files. At an interrupt nothing is waited for: the threads
    end with the process, and what they were writing is no part of the archive yet.

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
        while (item := todo.get()) is not None and not ended.is_set():
            try:
                done.put((item, work(item)))
            except Exception as error:  # noqa: BLE001 - raised in the other thread
                done.put(error)

    def results() -> Iterator[tuple[T, U]]:
        left = 0
        for item in items:
            todo.put(item)
            left += 1
            if left >= 2 * count:
                left -= 1
                yield _result(done)
        while left:
            left -= 1
            yield _result(done)

    threads = [
        threading.Thread(target=serve, name=f"export-{number}", daemon=True)
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    waits = True
    try:
        yield results()
    except BaseException as error:
        waits = isinstance(error, Exception)
        raise
    finally:
        ended.set()
        for _ in threads:
            todo.put(None)
        for thread in threads if waits else ():
            thread.join()


def _result(done: queue.SimpleQueue[tuple[T, U] | Exception]) -> tuple[T, U]:
    found = done.get()
    if isinstance(found, Exception):
        raise found
    return found
