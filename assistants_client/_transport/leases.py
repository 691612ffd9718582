"""Connections that are lent to one request at a time; what sync and async share.

An HTTP library has a pool of its own, and it is not good enough for us. It closes idle
connections that another thread is about to use (encode/httpcore#1110), loses those that
it made for cancelled tasks (encode/httpcore#1093, #1115), goes through all of them for
each request (encode/httpcore#1035), and an interrupted thread may leave its lock taken
for ever. So ours takes its place, and has it make the connections: by then it knows all
about proxies, certificates and addresses. Here a connection belongs to one request from
its head to the end of its body, and whoever is stopped in between takes it along.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from .._locks import locked
from .._redaction import Secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTENSION: Final = "assistants_client"
"""Under which name a request has its deadlines, where its pool finds them."""
# What these say of a pool has to be known; else it stays where it is.
_KNOWN = (
    *("_max_connections", "_max_keepalive_connections", "_keepalive_expiry"),
    *("_network_backend", "_http2", "create_connection"),
)
_SCHEMES = (b"http", b"https")


class Kept:
    """A connection that nobody uses, and since when."""

    __slots__ = ("connection", "line", "since")

    def __init__(self, connection: Any, line: Any, since: float) -> None:
        self.connection = connection
        self.line = line
        self.since = since


class Lease:
    """The use of a connection by one request.

    Attributes:
        key: where the connection leads to.
        connection: the connection, None as long as there is none.
        line: its line, None once it was given back.
        process: the process that it belongs to.
    """

    __slots__ = ("__weakref__", "connection", "key", "line", "process")

    def __init__(self) -> None:
        self.key: Any = None
        self.connection: Any = None
        self.line: Any = None
        self.process = os.getpid()

    @property
    def is_inherited(self) -> bool:
        """Return whether it belongs to the process that this one was forked from."""
        return self.process != os.getpid()

    def check(self, core: Any) -> None:
        """Raise the error of a library for what breaks off, if it is inherited."""
        if self.is_inherited:
            raise core.ReadError(
                "its connection belongs to the process that this one was forked from"
            )

    def hold(self, connection: Any, line: Any) -> None:
        """Use a connection."""
        self.connection = connection
        self.line = line


class IdleConnections:
    """Connections that nobody uses, by where they lead; the last one is taken first.

    Each step is a single one to the interpreter, so that threads need no lock, and an
    interruption loses one connection at most, which is closed by that.
    """

    def __init__(self, most: int, seconds: float | None) -> None:
        """Set up.

        Args:
            most: how many are kept.
            seconds: how long; None for ever.
        """
        self._most = most
        self._seconds = seconds
        self._kept: dict[Any, deque[Kept]] = {}

    def __iter__(self) -> Iterator[Kept]:
        return iter([each for kept in [*self._kept.values()] for each in [*kept]])

    def __len__(self) -> int:
        return sum(map(len, [*self._kept.values()]))

    def end(self) -> None:
        """Keep none any more."""
        self._most = 0

    def pop(self, key: Any) -> Kept | None:
        """Take one that leads there; it may be of no use any more."""
        try:
            return self._kept[key].pop()
        except (IndexError, KeyError):
            return None

    def pop_any(self) -> Kept | None:
        """Take one of those that were used least recently."""
        for kept in [*self._kept.values()]:
            try:
                return kept.popleft()
            except IndexError:
                continue
        return None

    def push(self, key: Any, connection: Any, line: Any) -> Kept | None:
        """Keep one; return one that is to be closed for it."""
        now = time.monotonic()
        kept = self._kept.setdefault(key, deque())
        kept.append(Kept(connection, line, now))
        if len(self) > self._most:
            return self.pop_any()
        with suppress(IndexError):
            if self._seconds is not None and kept[0].since < now - self._seconds:
                return kept.popleft()
        return None


def usable(kept: Kept) -> bool:
    """Return whether a connection that was kept can serve another request."""
    connection = kept.connection
    return connection.is_idle() and not connection.has_expired()


class BaseConnections:
    """What the pools of connections have in common.

    Attributes:
        core: the library of the connections, httpcore or httpcore2.
        is_closed: whether it was closed.
    """

    def __init__(self, pool: Any) -> None:
        """Take the place of a pool of the library, which makes the connections."""
        self.core: Any = sys.modules[type(pool).__module__.partition(".")[0]]
        self.is_closed = False
        self._pool = pool
        self._backend = pool._network_backend
        self._limit: int = pool._max_connections
        self._process = os.getpid()
        _POOLS.add(self)
        self._begin()

    def __getattr__(self, name: str) -> Any:
        # Who looks for settings, such as those of TLS, finds them where they are.
        if name == "_pool":
            raise AttributeError(name)
        return getattr(self._pool, name)

    @property
    def connections(self) -> list[Any]:
        """Return the connections that there are, used or not."""
        used = [each.connection for each in self.leases if each.line is not None]
        return [*used, *(each.connection for each in self.idle)]

    @property
    def idle(self) -> list[Kept]:
        """Return the connections that nobody uses."""
        raise NotImplementedError

    @property
    def leases(self) -> list[Lease]:
        """Return the uses that there are."""
        raise NotImplementedError

    @property
    def used(self) -> int:
        """Return how many requests use a connection."""
        return len(self.leases)

    def start_afresh(self) -> None:
        """Leave everything to the process that this one was forked from."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self._leave()
            self._begin()

    def _begin(self) -> None:
        """Begin with no connection."""
        raise NotImplementedError

    def _leave(self) -> None:
        """Let go of what the parent uses, without a trace to it."""
        raise NotImplementedError

    def _idle_connections(self) -> IdleConnections:
        pool = self._pool
        return IdleConnections(pool._max_keepalive_connections, pool._keepalive_expiry)

    @locked
    def _made(self, origin: Any, line: Any) -> Any:
        """Return a connection that is not yet open."""
        self._pool._network_backend = line
        try:
            return self._pool.create_connection(origin)
        finally:
            self._pool._network_backend = self._backend

    def _origin(self, request: Any) -> Any:
        url = request.url
        if url.scheme not in _SCHEMES:
            what = f"the URL must begin with http:// or https://, not {url.scheme!r}"
            raise self.core.UnsupportedProtocol(what)
        return url.origin

    def _closed_error(self) -> Exception:
        error: Exception = self.core.ConnectError("the client was closed meanwhile")
        return error


_POOLS: WeakSet[BaseConnections] = WeakSet()


def _after_fork() -> None:
    for each in [*_POOLS]:
        each.start_afresh()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def key_of(origin: Any) -> Any:
    """Return what connections to one origin have in common."""
    return origin.scheme, origin.host, origin.port


def take_places(client: Any, kind: type[BaseConnections]) -> list[BaseConnections]:
    """Put our pools in the places of those of an HTTP client, and of its proxies.

    It doesn't show them, so this looks into it. What is built otherwise stays as it is,
    such as a transport of one's own; so does HTTP/2, where requests share connections.

    Returns:
        the pools, also those that are there already.
    """
    found = []
    for transport in _transports(client):
        pool: Any = getattr(transport, "_pool", None)
        is_known = all(hasattr(pool, name) for name in _KNOWN)
        if is_known and not isinstance(pool, BaseConnections) and not pool._http2:
            pool = transport._pool = kind(pool)
        if isinstance(pool, BaseConnections):
            found.append(pool)
    return found


def proxy_secrets(client: Any) -> Iterator[str]:
    """Iterate over what the proxies of an HTTP client are told in confidence."""
    for transport in _transports(client):
        pool: Any = getattr(transport, "_pool", None)
        for name, value in getattr(pool, "_proxy_headers", None) or ():
            yield from Secrets().in_headers({name.decode(): value.decode("latin-1")})
        for each in getattr(pool, "_proxy_auth", None) or ():
            yield each.decode("latin-1")


def _transports(client: Any) -> list[Any]:
    mounts = getattr(client, "_mounts", None)
    others = mounts.values() if isinstance(mounts, dict) else ()
    return [getattr(client, "_transport", None), *others]
