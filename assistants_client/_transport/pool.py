"""The connections that a client and its copies share, and how many requests use them.

An HTTP library can queue requests by itself, but it closes idle connections that
another thread is about to use (encode/httpcore#1110), loses those that it made for
cancelled tasks (encode/httpcore#1093), and scans its whole queue for each request
(encode/httpcore#1035). So nothing queues there: requests wait here for a permit.
"""

from __future__ import annotations

import socket
import threading
import warnings
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from .._errors import ConfigurationError
from .._version import __version__
from .library import chosen_library, library_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from .library import Library

USER_AGENT = f"assistants-client/{__version__}"
CONNECTIONS: Final = 100
"""How many connections a client has at most."""
# Seconds that an idle connection is kept. Many servers close theirs after five, and a
# request that creates something must not be sent again where that is a moment too late.
_KEEPALIVE = 4.0
# A larger limit means "no limit".
_UNLIMITED = 1_000_000


class Permit:
    """Permission for one request to use a connection."""

    __slots__ = ("_release",)

    def __init__(self, release: Callable[[], None] | None = None) -> None:
        self._release = release

    def release(self) -> None:
        """Let another request have it; a second time does nothing."""
        release, self._release = self._release, None
        if release is not None:
            release()


class BasePool:
    """What the pools of both kinds of client have in common.

    Attributes:
        library: the HTTP library of the client.
        closed: whether the pool has been closed.
    """

    asynchronous: bool

    def __init__(self, library: Library, given: Any = None) -> None:
        """Set up.

        Args:
            library: the HTTP library.
            given: an HTTP client that somebody passed; one is made without it.
        """
        self.library = library
        self.closed = False
        self._given = given
        self._limit = CONNECTIONS if given is None else _limit_of(given)
        self._lock = threading.Lock()

    def opened(self, stream: Any) -> bool:
        """Note a new connection, as the HTTP library's stream.

        Return whether it is to be closed, as the pool was while it was being made.
        """
        with self._lock:
            return self.closed and self._given is None

    def _new(self) -> Any:
        if self.closed:
            raise RuntimeError("the client has been closed")
        return self.library.client(asynchronous=self.asynchronous)(
            headers={"user-agent": USER_AGENT},
            limits=self.library.http.Limits(
                max_connections=CONNECTIONS,
                # With fewer, it closes what another thread begins to use.
                max_keepalive_connections=CONNECTIONS,
                keepalive_expiry=_KEEPALIVE,
            ),
        )

    def _is_open(self) -> bool:
        return False

    def __del__(self) -> None:
        # An interrupted __init__ leaves less than this.
        with suppress(AttributeError):
            if self._is_open():
                what = "a client of assistants_client was never closed; use `with`"
                warnings.warn(what, ResourceWarning, stacklevel=2)


class Pool(BasePool):
    """The connections of a client that threads share."""

    asynchronous = False

    def __init__(self, library: Library, given: Any = None) -> None:
        super().__init__(library, given)
        self._made: httpx.Client | None = None
        self._sockets: WeakSet[socket.socket] = WeakSet()
        # Unlike a semaphore, it can be released from a destructor.
        self._permits: SimpleQueue[None] = SimpleQueue()
        for _ in range(self._limit or 0):
            self._permits.put(None)

    def get(self) -> httpx.Client:
        """Return the HTTP client.

        Raises:
            RuntimeError: it has been closed.
        """
        if self._given is not None and not self.closed:
            given: httpx.Client = self._given
            return given
        made = self._made
        return self._make() if made is None else made

    def acquire(self, seconds: float | None) -> Permit:
        """Wait until another request may be sent.

        Args:
            seconds: how long to wait at most; None for no limit.

        Raises:
            TimeoutError: it took longer.
        """
        if self._limit is None:
            return Permit()
        try:
            self._permits.get(timeout=seconds)
        except Empty:
            raise TimeoutError from None
        # It must not hold the pool: what is read for long would hold the client then.
        return Permit(partial(self._permits.put, None))

    def opened(self, stream: Any) -> bool:
        """Note a new connection; see `BasePool.opened`."""
        is_late = super().opened(stream)
        found = stream.get_extra_info("socket") if stream is not None else None
        if isinstance(found, socket.socket):
            self._sockets.add(found)
            if is_late:
                _shut(found)
        return is_late

    def close(self) -> None:
        """Close the HTTP client, unless somebody passed it."""
        with self._lock:
            self.closed = True
            made, self._made = self._made, None
            sockets = [*self._sockets]
        if made is not None:
            for each in sockets:
                # Closing alone doesn't wake a thread that waits for a response.
                _shut(each)
            made.close()

    def _make(self) -> httpx.Client:
        with self._lock:
            # Another thread may have been faster.
            made = self._made
            if made is None:
                made = self._made = self._new()
        return made

    def _is_open(self) -> bool:
        return self._made is not None

    def __del__(self) -> None:
        super().__del__()
        with suppress(AttributeError):
            if self._made is not None:
                # Else each of its sockets would warn as well.
                self._made.close()


def library_for(given: object, owner: Any) -> Library:
    """Return the library of an HTTP client that somebody passed, or of one to be made.

    Args:
        given: the HTTP client, or None.
        owner: the class of ours that is to use it.

    Raises:
        ConfigurationError: it is of another kind, such as the asynchronous one.
    """
    if given is None:
        return chosen_library()
    library = library_of(given, asynchronous=owner.asynchronous)
    if library is not None:
        return library
    kind = "AsyncClient" if owner.asynchronous else "Client"
    found = f"{type(given).__module__}.{type(given).__name__}"
    raise ConfigurationError(
        f"http_client of {owner.__name__} must be an httpx.{kind} or an "
        f"httpx2.{kind}, not {found}"
    )


def inner_pools(client: object) -> Iterator[Any]:
    """Iterate over the pools of an HTTP client: its own, and those of its proxies.

    It doesn't show them, so this looks into it; in a version that is built otherwise,
    there is nothing to be found.
    """
    mounts = getattr(client, "_mounts", None)
    others = mounts.values() if isinstance(mounts, dict) else ()
    for transport in (getattr(client, "_transport", None), *others):
        pool = getattr(transport, "_pool", None)
        if pool is not None:
            yield pool


def _limit_of(client: object) -> int | None:
    for pool in inner_pools(client):
        found = getattr(pool, "_max_connections", None)
        if isinstance(found, int) and 0 < found < _UNLIMITED:
            return found
    return None


def _shut(found: socket.socket) -> None:
    with suppress(OSError):
        found.shutdown(socket.SHUT_RDWR)
