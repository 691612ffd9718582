"""The HTTP libraries that a client can use: httpx, and httpx2, which continues it.

Both have the same classes by the same names, and neither takes those of the other. So
nothing else imports one of them; it uses the `Library` of its client.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache, cached_property, lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from .._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VARIABLE: Final = "ASSISTANTS_HTTP"
"""The environment variable that chooses the library of clients that we make."""
# The first one that is installed is used where nobody chooses.
_NAMES: Final = ("httpx", "httpx2")
# What every one of them has that is no other module, nor imported by half.
_CLASSES: Final = ("AsyncClient", "Client", "HTTPError", "Response", "URL")
# Reading one takes a tenth of the time of a call, and runs are polled by the same one.
_URLS: Final = 256


class Library:
    """An HTTP library, which is imported when it is needed: to import it takes long.

    Attributes:
        name: the name that it is imported by; httpx2 can stand in for httpx.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def http(self) -> Any:
        """Return the module, with its classes.

        Raises:
            ConfigurationError: it can't be imported, or is something else.
        """
        try:
            found = import_module(self.name)
            for each in _CLASSES:
                getattr(found, each)
        except (AttributeError, ImportError) as error:
            others = " or ".join(other for other in _NAMES if other != self.name)
            raise ConfigurationError(
                f"{self.name} is installed, but can't be used ({error}): reinstall it, "
                f"or set {VARIABLE} to {others}"
            ) from error
        return found

    @cached_property
    def url(self) -> Callable[[str], Any]:
        """Return what reads a URL, and keeps those that are asked for again."""
        return lru_cache(_URLS)(self.http.URL)

    @cached_property
    def broken(self) -> tuple[type[Exception], ...]:
        """Return the exceptions that a body may raise; not all of them are its own."""
        return (self.http.HTTPError, self.http.StreamError, OSError)

    @cached_property
    def failures(self) -> tuple[type[Exception], ...]:
        """Return those that a request may raise; likewise."""
        return (*self.broken, self.http.InvalidURL, RuntimeError, UnicodeError)

    @cached_property
    def unsent(self) -> tuple[type[Exception], ...]:
        """Return those raised before a request has left, as for an unknown proxy."""
        http = self.http
        return (
            *(http.ConnectError, http.ConnectTimeout),
            *(http.PoolTimeout, http.UnsupportedProtocol),
        )

    @cached_property
    def decodes_in_pieces(self) -> bool | None:
        """Return whether its decoders return pieces, and no bytes themselves.

        None where it keeps them elsewhere, as a later version may.
        """
        made = getattr(self.http.Response(200), "_get_content_decoder", None)
        return None if made is None else not isinstance(made().decode(b""), bytes)

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def client(self, *, asynchronous: bool) -> type[Any]:
        """Return the class of its clients."""
        kind: type[Any] = self.http.AsyncClient if asynchronous else self.http.Client
        return kind

    def new_client(self, *, asynchronous: bool, **options: Any) -> Any:
        """Return a client of the library, made as the environment says.

        Raises:
            ConfigurationError: a proxy or a certificate can't be used.
        """
        if options.get("trust_env", True):
            _check_surroundings()
        try:
            return self.client(asynchronous=asynchronous)(**options)
        except ImportError as error:
            # The library's own words are about its extras.
            what = "a SOCKS proxy is set, by ALL_PROXY or the like, and needs a package"
            how = f"pip install '{self.name}[socks]'"
            raise ConfigurationError(f"{what}: {how}") from error
        except (ValueError, OSError, self.http.InvalidURL) as error:
            what = "a proxy or a certificate that the environment names can't be used"
            how = "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and "
            how += "SSL_CERT_DIR"
            # What is wrong with a URL may be the password in it.
            hidden = isinstance(error, self.http.InvalidURL)
            why = type(error).__name__ if hidden else f"{type(error).__name__}: {error}"
            raise ConfigurationError(f"{what}; see {how}: {why}") from None

    def timeouts(self, timeout: Any) -> dict[str, float | None]:
        """Return a timeout as requests have it, be it one of another library."""
        if not hasattr(timeout, "as_dict"):
            timeout = self.http.Timeout(timeout)
        found: dict[str, float | None] = timeout.as_dict()
        return found


def _check_surroundings() -> None:
    """Raise what the library finds out only when it connects.

    Raises:
        ConfigurationError: a proxy or a folder of certificates can't be used.
    """
    # Few have any of what makes this necessary, and the module takes long to import.
    from urllib.request import getproxies

    for scheme, url in getproxies().items():
        if scheme not in ("http", "https", "all"):
            continue
        # Without a scheme, which the library adds as well.
        whole = url if "://" in url else f"http://{url}"
        with suppress(ValueError):
            parts = urlsplit(whole)
            if parts.hostname and parts.port != 0:
                continue
        # The URL is not shown, as a password may be in it.
        raise ConfigurationError(
            f"the proxy of {scheme.upper()}_PROXY can't be used: it must be like "
            "http://127.0.0.1:3128"
        )
    folders = os.environ.get("SSL_CERT_DIR", "").split(os.pathsep)
    if any(folders) and not any(map(os.path.isdir, folders)):
        raise ConfigurationError("SSL_CERT_DIR names no folder that there is")


def chosen_library() -> Library:
    """Return the library of clients that we make.

    Raises:
        ConfigurationError: no library is installed, or not the one that is chosen.
    """
    name = os.environ.get(VARIABLE, "").strip()
    if name and name not in _NAMES:
        raise ConfigurationError(
            f"{VARIABLE} must be {' or '.join(_NAMES)}, not {name!r}"
        )
    for each in (name,) if name else _NAMES:
        if _is_installed(each):
            return _library(each)
    if name:
        raise ConfigurationError(
            f"{VARIABLE} is {name}, which is not installed: pip install {name}"
        )
    raise ConfigurationError(
        f"there is no HTTP library: pip install {' or '.join(_NAMES)}"
    )


def library_of(client: object, *, asynchronous: bool) -> Library | None:
    """Return the library that a client is of, None if it is of no library."""
    for each in _loaded():
        if isinstance(client, each.client(asynchronous=asynchronous)):
            return each
    return None


def library_of_response(kind: object) -> Library | None:
    """Return the library whose class of responses something is, if any."""
    return next((each for each in _loaded() if each.http.Response is kind), None)


def _loaded() -> Iterator[Library]:
    """Iterate over the libraries that are imported: their objects come from there."""
    for name in _NAMES:
        if sys.modules.get(name) is not None:
            # A module of that name may be something else, or imported by half.
            with suppress(ConfigurationError):
                found = _library(name)
                found.http  # noqa: B018 - so that it raises here
                yield found


def _is_installed(name: str) -> bool:
    if name in sys.modules:
        return sys.modules[name] is not None
    return find_spec(name) is not None


@cache
def _library(name: str) -> Library:
    return Library(name)
