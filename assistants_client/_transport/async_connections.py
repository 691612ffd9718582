"""The connections of a client that tasks share, by event loop; `leases` says why.

A connection belongs to the loop that made it: in another one it can't be used, and once
its loop is closed it can't even be closed in an orderly way. So each loop has a home,
whose connections are closed when the loop ends.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from .._locks import locked
from .leases import (
    EXTENSION,
    BaseConnections,
    IdleConnections,
    Kept,
    Lease,
    key_of,
    usable,
)
from .lines import AsyncLine
from .waits import shielded

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from .exchange import Timing

# How often what ends together with a loop may go on first.
_STEPS: Final = 10
# What belongs to loops of a process that this one was forked from. Nothing may ever
# touch it here, not even the collector of garbage: the two share their selectors.
_INHERITED: list[Any] = []


class AsyncConnections(BaseConnections):
    """A pool of connections, in the place of one of httpcore that is awaited."""

    async def handle_async_request(self, request: Any) -> Any:
        """Send a request; return the response, its body unread."""
        self.start_afresh()
        home = self._home()
        timing: Timing | None = request.extensions.get(EXTENSION)
        await self._acquire(
            home, request.extensions.get("timeout", {}).get("pool"), timing
        )
        lease = TaskLease(home)
        if timing is not None:
            timing.lease = lease
        try:
            await self._connect(lease, home, self._origin(request))
            response = await lease.connection.handle_async_request(request)
            # In place: a response of its own would have all headers checked once more.
            response.stream = _Body(response.stream, lease, self.core)
            return response
        except BaseException:
            await lease.drop()
            raise

    async def aclose(self) -> None:
        """Close all connections; those of other loops are closed there, soon."""
        self.is_closed = True
        running = asyncio.get_running_loop()
        homes = self._leave_homes()
        for loop, home in homes:
            if loop is not running:
                # A loop that is closed itself refuses.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(home.close_soon)
        for loop, home in homes:
            if loop is running:
                await home.close()
        await self._pool.aclose()

    async def __aenter__(self) -> AsyncConnections:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def idle(self) -> list[Kept]:
        """Return the connections that nobody uses, of all loops."""
        return [each for home in [*self._homes.values()] for each in home.idle]

    @property
    def leases(self) -> list[Lease]:
        """Return the uses that there are, in all loops."""
        return [each for home in [*self._homes.values()] for each in [*home.leases]]

    def _begin(self) -> None:
        self._lock = threading.RLock()
        self._homes: WeakKeyDictionary[Any, Home] = WeakKeyDictionary()

    def _leave(self) -> None:
        _INHERITED.append(self._homes)

    def _home(self) -> Home:
        if self.is_closed:
            raise self._closed_error()
        loop = asyncio.get_running_loop()
        home = self._homes.get(loop)
        if home is None:
            home = self._new_home(loop)
            home.keep()
        return home

    @locked
    def _new_home(self, loop: Any) -> Home:
        # What belongs to a closed loop may well keep that alive.
        for each in [each for each in self._homes if each.is_closed()]:
            del self._homes[each]
        home = self._homes[loop] = Home(self._limit, self._idle_connections())
        return home

    @locked
    def _leave_homes(self) -> list[tuple[Any, Home]]:
        homes = [*self._homes.items()]
        self._homes.clear()
        return homes

    async def _acquire(
        self, home: Home, seconds: float | None, timing: Timing | None
    ) -> None:
        permits = home.permits
        if not permits.locked():
            # It takes no time, and so nothing can come in between.
            await permits.acquire()
            return
        if timing is not None:
            timing.is_waiting = True
        try:
            async with asyncio.timeout(seconds):
                await permits.acquire()
        except TimeoutError:
            raise self.core.PoolTimeout("no connection was free") from None
        if timing is not None:
            timing.is_waiting = False
        if self.is_closed:
            permits.release()
            raise self._closed_error()

    async def _connect(self, lease: TaskLease, home: Home, origin: Any) -> None:
        """Have the lease hold a connection that is there, or one to be opened."""
        lease.key = key_of(origin)
        while (kept := home.idle.pop(lease.key)) is not None:
            if usable(kept):
                lease.hold(kept.connection, kept.line)
                return
            await shielded(kept.line.close())
        if len(home.idle) + len(home.leases) > self._limit:
            other = home.idle.pop_any()
            if other is not None:
                await shielded(other.line.close())
        line = AsyncLine(self._backend, self.core)
        lease.hold(self._made(origin, line), line)


class Home:
    """What belongs to one loop.

    Attributes:
        permits: how many more requests may use connections.
        leases: the connections that requests use.
        idle: those that none uses.
    """

    def __init__(self, limit: int, idle: IdleConnections) -> None:
        self.permits = asyncio.Semaphore(limit)
        self.leases: set[TaskLease] = set()
        self.idle = idle
        self.is_closed = False
        self._keeper: AsyncGenerator[None, None] | None = None
        self._closing: asyncio.Task[None] | None = None

    def keep(self) -> None:
        """Have the connections closed when the loop ends, or when it is forgotten.

        Loops close the asynchronous generators that were begun in them.
        """
        if sys.get_asyncgen_hooks().finalizer is None:
            return
        keeper = _keeper(self.idle, self.leases)
        # Where the loop is ending already, it says so, by a warning.
        with suppress(StopIteration, ResourceWarning):
            keeper.__anext__().send(None)
        self._keeper = keeper

    async def close(self) -> None:
        """Close all connections, also those that are used."""
        self.is_closed = True
        try:
            for lease in [*self.leases]:
                await lease.drop()
            await _close_all(self.idle)
        finally:
            if self._keeper is not None:
                # The loop may be doing the same.
                with suppress(RuntimeError):
                    await self._keeper.aclose()

    def close_soon(self) -> None:
        """Begin to close all connections, in their loop."""
        # Loops forget tasks that nobody remembers.
        self._closing = asyncio.get_running_loop().create_task(self.close())


class TaskLease(Lease):
    """The use of a connection by a task."""

    __slots__ = ("_home",)

    def __init__(self, home: Home) -> None:
        super().__init__()
        # Until it ends: a response and its body may hold each other, and this with
        # them; a client that is forgotten has to be found at once.
        self._home: Home | None = home
        home.leases.add(self)

    async def drop(self) -> None:
        """End the use, and the connection; a second time does nothing."""
        if self.is_inherited:
            return
        line, self.line = self.line, None
        try:
            if line is not None:
                await shielded(line.close())
        finally:
            self._release()

    async def end(self) -> None:
        """End the use, and keep the connection if it can serve another request."""
        connection, line, home = self.connection, self.line, self._home
        if line is None or home is None or home.is_closed or not connection.is_idle():
            await self.drop()
            return
        self.line = None
        surplus = home.idle.push(self.key, connection, line)
        self._release()
        if surplus is not None:
            await shielded(surplus.line.close())

    def _release(self) -> None:
        home, self._home = self._home, None
        if home is not None:
            home.leases.discard(self)
            home.permits.release()


class _Body:
    """The body of a response, which ends the lease."""

    def __init__(self, stream: Any, lease: TaskLease, core: Any) -> None:
        # Not the pool, for the same reason.
        self._stream = stream
        self._lease = lease
        self._core = core

    async def __aiter__(self) -> AsyncIterator[bytes]:
        lease = self._lease
        try:
            pieces = aiter(self._stream)
            while True:
                lease.check(self._core)
                piece = await anext(pieces, None)
                if piece is None:
                    return
                yield piece
        except BaseException:
            await lease.drop()
            raise

    async def aclose(self) -> None:
        lease = self._lease
        if lease.is_inherited or lease.line is None:
            return
        try:
            await self._stream.aclose()
        except BaseException:
            await lease.drop()
            raise
        await lease.end()


async def _close_all(idle: IdleConnections) -> None:
    while (kept := idle.pop_any()) is not None:
        await kept.line.close()


async def _keeper(
    idle: IdleConnections, leases: set[TaskLease]
) -> AsyncGenerator[None, None]:
    """Close the connections at the end of their loop, unless one is still used."""
    try:
        yield
    finally:
        for _ in range(_STEPS):
            if not leases:
                idle.end()
                await _close_all(idle)
                break
            # Streams that end with the loop release theirs first.
            await asyncio.sleep(0)
