"""The connections that a client and its copies share."""

from __future__ import annotations

import threading
import warnings
from typing import Any, TypeVar

import httpx

from ._errors import ConfigurationError
from ._version import __version__

HttpT = TypeVar("HttpT", httpx.Client, httpx.AsyncClient)
USER_AGENT = f"assistants-client/{__version__}"


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
    """

    def __init__(self, given: Any = None) -> None:
        self.closed = False
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
                    self._made = kind(headers=agent)
        made: HttpT = self._made
        return made

    def close(self) -> Any:
        """Take leave; give the HTTP client that is to be closed, if there is one."""
        self.closed = True
        made, self._made = self._made, None
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
