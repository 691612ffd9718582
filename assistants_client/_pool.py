"""The connections that a client and its copies share."""

from __future__ import annotations

import socket
import threading
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import httpx

from ._errors import ConfigurationError
from ._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

HttpT = TypeVar("HttpT", httpx.Client, httpx.AsyncClient)
USER_AGENT = f"assistants-client/{__version__}"
CONNECTIONS: Final = 100
"""How many connections a client has at most."""
_KEPT = 20
# What a limit can't be but "none".
_MANY = 1_000_000


def pool_of(given: Any, owner: str, kind: type[Any]) -> Pool:
    """Give a pool for a client of httpx that somebody passed, or for one to be made.

    Args:
        given: the client, or none.
        owner: the name of the class that is to use it.
        kind: the class of httpx that it has to be.

    Raises:
        ConfigurationError: it is another, such as the asynchronous one.
    """
    if given is not None and not isinstance(given, kind):
        found = f"{type(given).__module__}.{type(given).__name__}"
        raise ConfigurationError(
            f"http_client of {owner} must be an httpx.{kind.__name__}, not {found}"
        )
    return Pool(given)


class Turn:
    """The turn of a request."""

    def __init__(self, release: Callable[[], None] | None) -> None:
        self._release = release

    def over(self) -> None:
        """Let the next one have its turn; a second time does nothing."""
        release, self._release = self._release, None
        if release is not None:
            release()


class Turns:
    """Lets no more requests to the connections at a time than there are connections.

    The HTTP library can queue by itself. But it forgets connections that it made for
    requests that were cancelled in its queue, until there are none left, and it looks
    at the whole queue each time that one request comes or goes.
    """

    def __init__(self, most: int | None) -> None:
        self._most = most
        # An event loop of its own has waiters of its own.
        self._gates: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    async def take(self, seconds: float | None) -> Turn:
        """Wait for one's turn.

        Args:
            seconds: how long to wait at most; none for no limit.

        Raises:
            TimeoutError: it took longer.
        """
        if self._most is None:
            return Turn(None)
        # Whoever awaits has it loaded; others needn't.
        import asyncio

        loop = asyncio.get_running_loop()
        gate = self._gates.get(loop)
        if gate is None:
            gate = self._gates[loop] = asyncio.Semaphore(self._most)
        if gate.locked():
            async with asyncio.timeout(seconds):
                await gate.acquire()
        else:
            await gate.acquire()
        return Turn(gate.release)


class Pool:
    """A client of httpx: one that was given, or one that is made when first needed.

    Attributes:
        closed: whether the client has been closed.
        turns: whose turn it is, where that is awaited.
    """

    def __init__(self, given: Any = None) -> None:
        self.closed = False
        self.turns = Turns(_most_of(given) if given is not None else CONNECTIONS)
        self._sockets: WeakSet[Any] = WeakSet()
        self._given = given
        self._made: Any = None
        self._lock = threading.Lock()

    def get(self, kind: type[HttpT]) -> HttpT:
        """Give the HTTP client.

        Raises:
            RuntimeError: it has been closed.
        """
        if self.closed:
            raise RuntimeError("the client has been closed")
        if self._given is not None:
            given: HttpT = self._given
            return given
        if self._made is None:
            with self._lock:
                if self._made is None:
                    agent = {"user-agent": USER_AGENT}
                    self._made = kind(
                        headers=agent,
                        limits=httpx.Limits(
                            max_connections=CONNECTIONS,
                            max_keepalive_connections=_KEPT,
                        ),
                    )
        made: HttpT = self._made
        return made

    def opened(self, stream: Any) -> None:
        """Take note of a connection, as the HTTP library's stream."""
        found = stream.get_extra_info("socket") if stream is not None else None
        if isinstance(found, socket.socket):
            with self._lock:
                self._sockets.add(found)

    def close(self) -> Any:
        """Take leave; give the HTTP client that is to be closed, if there is one."""
        self.closed = True
        made, self._made = self._made, None
        if made is not None:
            with self._lock:
                sockets = [*self._sockets]
            for each in sockets:
                # Closing alone doesn't wake a thread that waits for an answer.
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        return made

    def __del__(self) -> None:
        # An interrupted __init__ leaves less than this.
        made = getattr(self, "_made", None)
        if made is None:
            return
        what = "a client of assistants_client was never closed; use `with`"
        warnings.warn(what, ResourceWarning, stacklevel=2)
        if isinstance(made, httpx.Client):
            # Else each of its sockets would warn as well.
            made.close()


def _most_of(client: Any) -> int | None:
    """Give how many connections a client has at most, where one can see that."""
    pool = getattr(getattr(client, "_transport", None), "_pool", None)
    found = getattr(pool, "_max_connections", None)
    return found if isinstance(found, int) and 0 < found < _MANY else None
