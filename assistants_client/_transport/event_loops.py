"""HTTP clients of event loops: each has its own, which is closed when the loop ends.

A connection belongs to the loop that made it: in another one it can't be used, and once
its loop is closed it can't even be closed in an orderly way.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    import httpx

    from .limit import ConnectionLimit

# How often what ends together with a loop may go on first.
_STEPS: Final = 10


def running_loop() -> Any:
    """Give the event loop that runs here.

    Raises:
        RuntimeError: there is none, or one that isn't of asyncio.
    """
    # Whoever awaits has it loaded; others needn't.
    from asyncio import get_running_loop

    try:
        return get_running_loop()
    except RuntimeError:
        what = "AsyncClient works in an event loop of asyncio; here, none runs"
        raise RuntimeError(what) from None


def forget_closed(things: WeakKeyDictionary[Any, Any]) -> None:
    """Drop what belongs to loops that are closed; it may well keep its loop alive."""
    for reference in things.keyrefs():
        loop = reference()
        if loop is not None and loop.is_closed():
            things.pop(loop, None)


class Loops:
    """The HTTP clients of the event loops that share a client of ours."""

    def __init__(self, connection_limit: ConnectionLimit) -> None:
        self._limit = connection_limit
        self._homes: WeakKeyDictionary[Any, _Home] = WeakKeyDictionary()

    def get(self, loop: Any) -> Any:
        """Give the HTTP client of a loop; none if it has no open one."""
        home = self._homes.get(loop)
        return None if home is None or home.http.is_closed else home.http

    def add(self, loop: Any, make: Callable[[], Any]) -> Any:
        """Make an HTTP client for the loop that runs, and give it."""
        forget_closed(self._homes)
        is_first = loop not in self._homes
        home = self._homes[loop] = _Home(make())
        # Where one was closed already, the loop has come to its end.
        if is_first:
            home.keep(self._limit)
        return home.http

    def close(self, running: Any) -> _Home | None:
        """Take leave; give what is to be closed here, and close the rest elsewhere.

        Args:
            running: the loop that runs.
        """
        homes = [*self._homes.items()]
        self._homes.clear()
        here = None
        for loop, home in homes:
            if loop is running:
                here = home
            else:
                # It is closed as soon as the loop runs, unless that is closed itself.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(home.close_soon)
        return here

    def are_open(self) -> bool:
        """Tell whether one of them is still open."""
        return any(not home.http.is_closed for home in self._homes.values())


class _Home:
    """The HTTP client of one loop."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self._keeper: Any = None
        self._closing: Any = None

    def keep(self, connection_limit: ConnectionLimit) -> None:
        """Have it closed when the loop ends, or when it is forgotten before.

        Loops close the asynchronous generators that were begun in them.
        """
        if sys.get_asyncgen_hooks().finalizer is None:
            return
        keeper = _keeper(self.http, connection_limit)
        # Where the loop is ending already, it says so, by a warning.
        with suppress(StopIteration, ResourceWarning):
            keeper.__anext__().send(None)
        self._keeper = keeper

    async def close(self) -> None:
        """Close it, in its loop."""
        try:
            await self.http.aclose()
        finally:
            if self._keeper is not None:
                # The loop may be doing the same.
                with suppress(RuntimeError):
                    await self._keeper.aclose()

    def close_soon(self) -> None:
        """Begin to close it, in its loop."""
        # Loops forget tasks that nobody remembers.
        self._closing = running_loop().create_task(self.close())


async def _keeper(
    http: httpx.AsyncClient, connection_limit: ConnectionLimit
) -> AsyncGenerator[None, None]:
    """Close an HTTP client at the end, unless somebody still uses it."""
    import asyncio

    try:
        yield
    finally:
        for _ in range(_STEPS):
            if not connection_limit.acquired():
                await http.aclose()
                break
            # Streams that end with the loop give their connections back first.
            await asyncio.sleep(0)
