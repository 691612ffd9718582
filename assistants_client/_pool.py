"""The connections that a client and its copies share."""

from __future__ import annotations

import socket
import threading
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from weakref import WeakSet

from ._errors import ConfigurationError
from ._library import chosen_library, library_of
from ._turns import Turns, most_of
from ._version import __version__

if TYPE_CHECKING:
    import httpx

    from ._library import Library

    HttpT = TypeVar("HttpT", httpx.Client, httpx.AsyncClient)

USER_AGENT = f"assistants-client/{__version__}"
CONNECTIONS: Final = 100
"""How many connections a client has at most."""
# Seconds that an idle connection is kept. Many a server closes its own after five, and
# what creates something must not be sent again where that is a moment too late.
_KEPT = 4.0


class _Loop(Protocol):
    """An event loop."""

    def is_closed(self) -> bool: ...


def pool_of(given: Any, owner: Any) -> Pool:
    """Give a pool for an HTTP client that somebody passed, or for one to be made.

    Args:
        given: the client, or none.
        owner: the class of ours that is to use it.

    Raises:
        ConfigurationError: it is of another kind, such as the asynchronous one.
    """
    if given is None:
        return Pool(chosen_library())
    with suppress(TypeError):
        library = library_of(given)
        if isinstance(given, library.kind(asynchronous=owner.asynchronous)):
            return Pool(library, given)
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

    def __init__(self, library: Library, given: Any = None) -> None:
        self.library = library
        self.closed = False
        self.turns = Turns(most_of(given) if given is not None else CONNECTIONS)
        self._sockets: WeakSet[Any] = WeakSet()
        self._given = given
        self._made: Any = None
        # Where its connections belong to, if they are awaited.
        self._loop: _Loop | None = None
        self._lock = threading.Lock()

    def get(self, kind: type[HttpT], loop: _Loop | None = None) -> HttpT:
        """Give the HTTP client.

        Args:
            kind: what it is, if it is still to be made.
            loop: the event loop that uses it. What was made in one that is closed
                can't be used again: then another is made.

        Raises:
            RuntimeError: it has been closed.
        """
        if self._given is not None and not self.closed:
            given: HttpT = self._given
            return given
        made: HttpT | None = self._made
        if made is None or loop is not self._loop:
            with self._lock:
                if self.closed:
                    raise RuntimeError("the client has been closed")
                made = None if self._is_stranded() else self._made
                if made is None:
                    made = self._made = self._new(kind)
                    self._loop = loop
        return made

    def opened(self, stream: Any) -> None:
        """Take note of a connection, as the HTTP library's stream."""
        found = stream.get_extra_info("socket") if stream is not None else None
        if isinstance(found, socket.socket):
            with self._lock:
                closed = self.closed
                self._sockets.add(found)
            if closed and self._given is None:
                # It was being made while the client was closed.
                _shut(found)

    def close(self) -> Any:
        """Take leave; give the HTTP client that is to be closed, if there is one."""
        with self._lock:
            self.closed = True
            made = None if self._is_stranded() else self._made
            self._made = None
            sockets = [*self._sockets] if made is not None else []
        for each in sockets:
            # Closing alone doesn't wake a thread that waits for an answer.
            _shut(each)
        return made

    def __del__(self) -> None:
        # An interrupted __init__ leaves less than this.
        made = getattr(self, "_made", None)
        if made is None:
            return
        what = "a client of assistants_client was never closed; use `with`"
        warnings.warn(what, ResourceWarning, stacklevel=2)
        if isinstance(made, self.library.client):
            # Else each of its sockets would warn as well.
            made.close()

    def _new(self, kind: type[HttpT]) -> HttpT:
        return kind(
            headers={"user-agent": USER_AGENT},
            limits=self.library.limits(
                max_connections=CONNECTIONS,
                # With fewer, it closes what another thread begins to use.
                max_keepalive_connections=CONNECTIONS,
                keepalive_expiry=_KEPT,
            ),
        )

    def _is_stranded(self) -> bool:
        """Tell whether what was made belongs to an event loop that is closed."""
        return self._loop is not None and self._loop.is_closed()


def _shut(found: socket.socket) -> None:
    with suppress(OSError):
        found.shutdown(socket.SHUT_RDWR)
