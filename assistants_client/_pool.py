"""The connections that a client and its copies share."""

from __future__ import annotations

import socket
import threading
import warnings
from contextlib import suppress
from typing import Any, Final, TypeVar
from weakref import WeakSet

import httpx

from ._errors import ConfigurationError
from ._turns import Turns, most_of
from ._version import __version__

HttpT = TypeVar("HttpT", httpx.Client, httpx.AsyncClient)
USER_AGENT = f"assistants-client/{__version__}"
CONNECTIONS: Final = 100
"""How many connections a client has at most."""
# Seconds that an idle connection is kept. Many a server closes its own after five, and
# what creates something must not be sent again where that is a moment too late.
_KEPT = 4.0


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


class Pool:
    """A client of httpx: one that was given, or one that is made when first needed.

    Attributes:
        closed: whether the client has been closed.
        turns: whose turn it is to use a connection.
    """

    def __init__(self, given: Any = None) -> None:
        self.closed = False
        self.turns = Turns(most_of(given) if given is not None else CONNECTIONS)
        self._sockets: WeakSet[Any] = WeakSet()
        self._given = given
        self._made: Any = None
        self._lock = threading.Lock()

    def get(self, kind: type[HttpT]) -> HttpT:
        """Give the HTTP client.

        Raises:
            RuntimeError: it has been closed.
        """
        if self._given is not None and not self.closed:
            given: HttpT = self._given
            return given
        made: HttpT | None = self._made
        if made is None:
            with self._lock:
                if self.closed:
                    raise RuntimeError("the client has been closed")
                made = self._made
                if made is None:
                    made = self._made = kind(
                        headers={"user-agent": USER_AGENT},
                        limits=httpx.Limits(
                            max_connections=CONNECTIONS,
                            # With fewer, it closes what another thread begins to use.
                            max_keepalive_connections=CONNECTIONS,
                            keepalive_expiry=_KEPT,
                        ),
                    )
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
            made, self._made = self._made, None
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
        if isinstance(made, httpx.Client):
            # Else each of its sockets would warn as well.
            made.close()


def _shut(found: socket.socket) -> None:
    with suppress(OSError):
        found.shutdown(socket.SHUT_RDWR)
