"""The HTTP client that a client of ours and its copies share."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from .._errors import ConfigurationError, UsageError
from .._locks import locked
from .._options import MAX_CONNECTIONS
from .._version import __version__
from .connections import Connections
from .cookie_locks import renew_lock
from .leases import proxy_secrets, take_places
from .library import chosen_library, library_of
from .request import Requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from .leases import BaseConnections
    from .library import Library

USER_AGENT = f"assistants-client/{__version__}"
# Seconds that an idle connection is kept. Many servers close theirs after five, and a
# request that creates something must not be sent again where that is a moment too late.
_KEEPALIVE: Final = 4.0
# What the HTTP libraries take from the environment, and may refuse.
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
SURROUNDINGS: Final = (
    *(*_PROXIES, *(each.lower() for each in _PROXIES)),
    *_CERTIFICATES,
)


class BasePool:
    """What the pools of both kinds of client have in common.

    Attributes:
        library: the HTTP library of the client.
        requests: makes the requests.
        given: the HTTP client that somebody passed, if anybody did.
        closed: whether the pool has been closed.
        proxy_secrets: what proxies are told that nobody else may know.
    """

    asynchronous: bool
    _kind: type[BaseConnections]

    def __init__(
        self, library: Library, given: Any = None, most: int = MAX_CONNECTIONS
    ) -> None:
        """Set up.

        Args:
            library: the HTTP library.
            given: an HTTP client that somebody passed; one is made without it.
            most: how many connections one that is made has at most.
        """
        self.library = library
        self.requests = Requests(library)
        self.closed = False
        self._most = most
        self.given = given
        self._made: Any = None
        # One that was made to see whether it can be, until it is used.
        self._spare: Any = None
        self._process = os.getpid()
        self._lock = threading.RLock()
        self.proxy_secrets: tuple[str, ...] = ()
        self._take_place(given)

    @property
    def has_secrets(self) -> bool:
        """Return whether the HTTP client may add secrets by itself."""
        return self.given is not None or bool(self.proxy_secrets)

    def get(self) -> Any:
        """Return the HTTP client.

        Raises:
            UsageError: it has been closed.
        """
        if self._process != os.getpid():
            self._start_afresh()
        if not self.closed:
            found = self.given or self._made or self._first()
            # Another thread may have closed it while it was made.
            if not self.closed:
                return found
        raise UsageError("the client has been closed")

    def _start_afresh(self) -> None:
        """Have locks of its own in a process that was forked: others may be held."""
        self._process = os.getpid()
        self._lock = threading.RLock()
        http = self.given or self._made
        if http is not None:
            renew_lock(http.cookies.jar)

    @locked
    def _first(self) -> Any:
        # Another thread may have been faster.
        if self._made is None:
            self._made = self._spare or self._new()
        return self._made

    def _new(self) -> Any:
        # Imported late: what it needs is imported by the HTTP library as well.
        from .cookies import CookiesByOrigin, pass_over_the_rest
        from .late_tls import LateContext

        # Certificates that the environment names have to be usable at once.
        named = any(map(os.environ.get, _CERTIFICATES))
        http = self.library.new_client(
            asynchronous=self.asynchronous,
            headers={"user-agent": USER_AGENT},
            cookies=CookiesByOrigin(),
            verify=True if named else LateContext(self.library.http),
            limits=self.library.http.Limits(
                max_connections=self._most,
                max_keepalive_connections=self._most,
                keepalive_expiry=_KEEPALIVE,
            ),
        )
        pass_over_the_rest(http.cookies)
        self._take_place(http)
        return http

    def _take_place(self, http: Any) -> None:
        take_places(http, self._kind)
        self.proxy_secrets = (*proxy_secrets(http),)

    def check(self) -> None:
        """Raise what making an HTTP client would, where the surroundings matter.

        Raises:
            ConfigurationError: a proxy or a certificate of the environment can't be
                used.
        """
        if self.given is None and any(map(os.environ.get, SURROUNDINGS)):
            self._spare = self._new()

    def _is_open(self) -> bool:
        return self._made is not None and not self.closed

    def __del__(self, ending: Callable[[], bool] = sys.is_finalizing) -> None:
        # What else it needs may be gone by then, so this is kept by the method.
        if ending():
            return
        # An interrupted __init__ leaves less than this.
        with suppress(AttributeError):
            if self._is_open():
                what = "a client of assistants_client was never closed; use `with`"
                warnings.warn(what, ResourceWarning, stacklevel=2)


class Pool(BasePool):
    """The HTTP client that threads share."""

    asynchronous = False
    _kind = Connections

    def close(self) -> None:
        """Close the HTTP client, unless somebody passed it."""
        self.closed = True
        if self._made is not None:
            self._made.close()

    def __del__(self, ending: Callable[[], bool] = sys.is_finalizing) -> None:
        if ending():
            return
        super().__del__()
        with suppress(AttributeError):
            # Else each of its sockets would warn as well.
            self.close()


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
