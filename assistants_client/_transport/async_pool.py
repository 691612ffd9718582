"""The connections that an asynchronous client and its copies share, by event loop.

A connection belongs to the loop that made it: in another one it can't be used, and once
its loop is closed it can't even be closed in an orderly way. So each loop has an HTTP
client of its own, which is closed when the loop ends.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from .pool import BasePool, Permit, inner_pools

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

    from .library import Library

# How often what ends together with a loop may go on first.
_STEPS: Final = 10


class AsyncPool(BasePool):
    """The connections of a client that tasks share, those of several loops as well."""

    asynchronous = True

    def __init__(self, library: Library, given: Any = None) -> None:
        super().__init__(library, given)
        self._homes: WeakKeyDictionary[Any, _Home] = WeakKeyDictionary()

    def get(self) -> httpx.AsyncClient:
        """Return the HTTP client of the running loop.

        Raises:
            RuntimeError: it has been closed, or no event loop of asyncio runs.
        """
        home = self._home()
        if self._given is not None and not self.closed:
            given: httpx.AsyncClient = self._given
            return given
        http = home.http
        if http is not None and not http.is_closed:
            return http
        with self._lock:
            made: httpx.AsyncClient = self._new()
            home.http = made
        # Where one was closed already, the loop has come to its end.
        if http is None:
            home.keep(made)
        return made

    async def acquire(self, seconds: float | None) -> Permit:
        """Wait until another request may be sent; see `Pool.acquire`."""
        permits = self._home().permits
        await permits.acquire(seconds)
        return Permit(permits.release)

    async def sweep(self) -> None:
        """Close connections that no request has any more, after a task was cancelled.

        The HTTP library loses those that it has just made for the task, and counts
        them for ever: encode/httpcore#1093, as reported in #658 and #830 before.
        """
        for pool in inner_pools(self._given or self._home().http):
            requests = getattr(pool, "_requests", None)
            connections = getattr(pool, "_connections", None)
            if not isinstance(requests, list) or not isinstance(connections, list):
                continue
            used = [getattr(each, "connection", None) for each in requests]
            lost = [
                each
                for each in connections
                if each not in used and not each.is_idle() and not each.is_closed()
            ]
            # Nothing is awaited up to here, so no other task has got one meanwhile.
            for each in lost:
                connections.remove(each)
            for each in lost:
                await each.aclose()

    async def close(self) -> None:
        """Close the HTTP clients, unless somebody passed one.

        Those of other loops are closed there, as soon as they run.
        """
        running = asyncio.get_running_loop()
        with self._lock:
            self.closed = True
            homes = [*self._homes.items()]
            self._homes.clear()
        here = None
        for loop, home in homes:
            if loop is running:
                here = home
            else:
                # A loop that is closed itself refuses.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(home.close_soon)
        if here is not None:
            await here.close()

    def _home(self) -> _Home:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            what = (
                "AsyncClient works in an event loop of asyncio; no loop is running here"
            )
            raise RuntimeError(what) from None
        home = self._homes.get(loop)
        if home is None:
            with self._lock:
                # What belongs to a closed loop may well keep that alive.
                for each in [each for each in self._homes if each.is_closed()]:
                    del self._homes[each]
                home = self._homes[loop] = _Home(self._limit)
        return home

    def _is_open(self) -> bool:
        return any(
            each.http is not None and not each.http.is_closed
            for each in self._homes.values()
        )


class _Permits:
    """The permits of one loop.

    Attributes:
        acquired: how many requests have one.
    """

    def __init__(self, limit: int | None) -> None:
        self.acquired = 0
        self._semaphore = asyncio.Semaphore(limit or sys.maxsize)

    async def acquire(self, seconds: float | None) -> None:
        if self._semaphore.locked():
            async with asyncio.timeout(seconds):
                await self._semaphore.acquire()
        else:
            await self._semaphore.acquire()
        self.acquired += 1

    def release(self) -> None:
        self.acquired -= 1
        self._semaphore.release()


class _Home:
    """What belongs to one loop.

    Attributes:
        permits: its permits.
        http: its HTTP client, if it has made one.
    """

    def __init__(self, limit: int | None) -> None:
        self.permits = _Permits(limit)
        self.http: httpx.AsyncClient | None = None
        self._keeper: AsyncGenerator[None, None] | None = None
        self._closing: asyncio.Task[None] | None = None

    def keep(self, http: httpx.AsyncClient) -> None:
        """Have the HTTP client closed when the loop ends, or when it is forgotten.

        Loops close the asynchronous generators that were begun in them.
        """
        if sys.get_asyncgen_hooks().finalizer is None:
            return
        keeper = _keeper(http, self.permits)
        # Where the loop is ending already, it says so, by a warning.
        with suppress(StopIteration, ResourceWarning):
            keeper.__anext__().send(None)
        self._keeper = keeper

    async def close(self) -> None:
        """Close the HTTP client, in its loop."""
        try:
            if self.http is not None:
                await self.http.aclose()
        finally:
            if self._keeper is not None:
                # The loop may be doing the same.
                with suppress(RuntimeError):
                    await self._keeper.aclose()

    def close_soon(self) -> None:
        """Begin to close the HTTP client, in its loop."""
        # Loops forget tasks that nobody remembers.
        self._closing = asyncio.get_running_loop().create_task(self.close())


async def _keeper(
    http: httpx.AsyncClient, permits: _Permits
) -> AsyncGenerator[None, None]:
    """Close an HTTP client at the end of its loop, unless somebody still uses it."""
    try:
        yield
    finally:
        for _ in range(_STEPS):
            if not permits.acquired:
                await http.aclose()
                break
            # Streams that end with the loop release their permits first.
            await asyncio.sleep(0)
