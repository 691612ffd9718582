"""The connections that a client and its copies share."""

from __future__ import annotations

import socket
import threading
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakSet

from .._errors import ConfigurationError
from .._version import __version__
from .event_loops import Loops, running_loop
from .library import chosen_library, library_of
from .limit import ConnectionLimit, most_of

if TYPE_CHECKING:
    import httpx

    from .library import Library

    HttpT = TypeVar("HttpT", httpx.Client, httpx.AsyncClient)

USER_AGENT = f"assistants-client/{__version__}"
CONNECTIONS: Final = 100
"""How many connections a client has at most."""
# Seconds that an idle connection is kept. Many a server closes its own after five, and
# what creates something must not be sent again where that is a moment too late.
_KEPT = 4.0


def pool_of(given: Any, owner: Any) -> Pool:
    """Give a pool for an HTTP client that somebody passed, or for one to be made.

    Args:
        given: the client, or none.
        owner: the class of ours that is to use it.

    Raises:
        ConfigurationError: it is of another kind, such as the asynchronous one.
    """
    if given is None:
        return Pool(chosen_library(), asynchronous=owner.asynchronous)
    with suppress(TypeError):
        library = library_of(given)
        if isinstance(given, library.kind(asynchronous=owner.asynchronous)):
            return Pool(library, given, asynchronous=owner.asynchronous)
    kind = "AsyncClient" if owner.asynchronous else "Client"
    found = f"{type(given).__module__}.{type(given).__name__}"
    raise ConfigurationError(
        f"http_client of {owner.__name__} must be an httpx.{kind} or an "
        f"httpx2.{kind}, not {found}"
    )


class Pool:
    """An HTTP client: one that was given, or one that is made when first needed.

    Attributes:
        library: what it is of.
        closed: whether the client has been closed.
        turns: whose turn it is to use a connection.
    """

    def __init__(
        self, library: Library, given: Any = None, *, asynchronous: bool = False
    ) -> None:
        self.library = library
        self.closed = False
        self.connection_limit = ConnectionLimit(
            most_of(given) if given is not None else CONNECTIONS
        )
        self._sockets: WeakSet[Any] = WeakSet()
        self._given = given
        self._made: Any = None
        self._loops = Loops(self.connection_limit) if asynchronous else None
        self._lock = threading.Lock()

    def get(self, kind: type[HttpT]) -> HttpT:
        """Give the HTTP client; where it is awaited, that of the loop that runs.

        Args:
            kind: what it is, for type checkers.

        Raises:
            RuntimeError: it has been closed, or no event loop of asyncio runs.
        """
        loop = running_loop() if self._loops is not None else None
        if self._given is not None and not self.closed:
            given: HttpT = self._given
            return given
        found: HttpT | None = self._there_is(loop)
        if found is not None:
            return found
        with self._lock:
            if self.closed:
                raise RuntimeError("the client has been closed")
            # Another thread may have been faster.
            found = self._there_is(loop)
            made: HttpT = self._make(loop) if found is None else found
        return made

    def opened(self, stream: Any) -> bool:
        """Take note of a connection, as the HTTP library's stream.

        Tell whether it is to be closed, as it was being made while the client was.
        """
        found = stream.get_extra_info("socket") if stream is not None else None
        with self._lock:
            is_late = self.closed and self._given is None
            if isinstance(found, socket.socket):
                self._sockets.add(found)
                if is_late:
                    _shut(found)
        return is_late

    def close(self) -> Any:
        """Take leave; give what is to be closed by `close` here, if there is anything.

        What belongs to other event loops is closed there.
        """
        with self._lock:
            self.closed = True
            if self._loops is not None:
                return self._loops.close(running_loop())
            made, self._made = self._made, None
            sockets = [*self._sockets] if made is not None else []
        for each in sockets:
            # Closing alone doesn't wake a thread that waits for an answer.
            _shut(each)
        return made

    def __del__(self) -> None:
        # An interrupted __init__ leaves less than this.
        made, loops = getattr(self, "_made", None), getattr(self, "_loops", None)
        if made is None and (loops is None or not loops.are_open()):
            return
        what = "a client of assistants_client was never closed; use `with`"
        warnings.warn(what, ResourceWarning, stacklevel=2)
        if made is not None:
            # Else each of its sockets would warn as well.
            made.close()

    def _there_is(self, loop: Any) -> Any:
        return self._made if self._loops is None else self._loops.get(loop)

    def _make(self, loop: Any) -> Any:
        if self._loops is not None:
            return self._loops.add(loop, self._new)
        self._made = self._new()
        return self._made

    def _new(self) -> httpx.Client | httpx.AsyncClient:
        kind = self.library.kind(asynchronous=self._loops is not None)
        return kind(
            headers={"user-agent": USER_AGENT},
            limits=self.library.limits(
                max_connections=CONNECTIONS,
                # With fewer, it closes what another thread begins to use.
                max_keepalive_connections=CONNECTIONS,
                keepalive_expiry=_KEPT,
            ),
        )


def _shut(found: socket.socket) -> None:
    with suppress(OSError):
        found.shutdown(socket.SHUT_RDWR)
