"""Whose turn it is: no more requests at a time than there are connections.

The HTTP library can queue by itself, but not well. It forgets connections that it made
for tasks that were cancelled in its queue, until there are none left; it closes idle
connections that another thread is just about to use; and it goes through the whole
queue each time that one request comes or goes. So nothing queues there.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from .event_loops import forget_closed, running_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    import httpx


class Permit:
    """Permission for one request to use a connection."""

    def __init__(self, release: Callable[[], None] | None = None) -> None:
        self._release = release

    def release(self) -> None:
        """Let the next request go; a second time does nothing."""
        release, self._release = self._release, None
        if release is not None:
            release()


class ConnectionLimit:
    """Limit how many requests threads, or the tasks of each event loop, have open."""

    def __init__(self, most: int | None) -> None:
        """Begin; `most` says how many there are at a time, none for no limit."""
        self._most = most
        # Unlike a semaphore, it may be given back to from a destructor.
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(most or 0):
            self._free.put(None)
        self._gates: WeakKeyDictionary[Any, _Gate] = WeakKeyDictionary()

    def acquire(self, seconds: float | None) -> Permit:
        """Wait in a thread until a request may be sent; see `acquire_async`."""
        if self._most is None:
            return Permit()
        try:
            self._free.get(timeout=seconds)
        except Empty:
            raise TimeoutError from None
        return Permit(self._give_back)

    async def acquire_async(self, seconds: float | None) -> Permit:
        """Wait for a connection to be free.

        Args:
            seconds: how long to wait at most; none for no limit.

        Raises:
            TimeoutError: it took longer.
        """
        if self._most is None:
            return Permit()
        # Whoever awaits has it loaded; others needn't.
        import asyncio

        loop = running_loop()
        gate = self._gates.get(loop)
        if gate is None:
            forget_closed(self._gates)
            gate = self._gates[loop] = _Gate(asyncio.Semaphore(self._most))
        if gate.semaphore.locked():
            async with asyncio.timeout(seconds):
                await gate.semaphore.acquire()
        else:
            await gate.semaphore.acquire()
        gate.acquired += 1
        return Permit(gate.give_back)

    def acquired(self) -> int:
        """Return how many permits tasks of the running loop hold."""
        gate = self._gates.get(running_loop())
        return 0 if gate is None else gate.acquired

    def _give_back(self) -> None:
        self._free.put(None)


class _Gate:
    """The permits of one event loop."""

    def __init__(self, semaphore: asyncio.Semaphore) -> None:
        self.semaphore = semaphore
        self.acquired = 0

    def give_back(self) -> None:
        self.acquired -= 1
        self.semaphore.release()


def most_of(client: Any) -> int | None:
    """Give how many connections a client has at most, where one can see that."""
    for pool in _pools(client):
        found = getattr(pool, "_max_connections", None)
        if isinstance(found, int) and 0 < found < _MANY:
            return found
    return None


async def sweep(client: httpx.AsyncClient) -> None:
    """Close the connections that nobody has, after a task was cancelled.

    The HTTP library loses those that it has just made for the task, and counts them
    for ever. It shows them to nobody, so this looks into it; in a version that is built
    otherwise, nothing is found.
    """
    for pool in _pools(client):
        requests = getattr(pool, "_requests", None)
        connections = getattr(pool, "_connections", None)
        if not isinstance(requests, list) or not isinstance(connections, list):
            continue
        had = [getattr(each, "connection", None) for each in requests]
        lost = [
            each
            for each in connections
            if each not in had and not each.is_idle() and not each.is_closed()
        ]
        # Nothing is awaited up to here, so nobody else has got one meanwhile.
        for each in lost:
            connections.remove(each)
        for each in lost:
            await each.aclose()


# What a limit can't be but "none".
_MANY = 1_000_000


def _pools(client: Any) -> Iterator[Any]:
    """Give the pools of a client: its own one, and those of its proxies."""
    mounts = getattr(client, "_mounts", None)
    others = mounts.values() if isinstance(mounts, dict) else ()
    for transport in (getattr(client, "_transport", None), *others):
        pool = getattr(transport, "_pool", None)
        if pool is not None:
            yield pool
