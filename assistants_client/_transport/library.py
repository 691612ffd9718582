"""The HTTP libraries that a client can use: httpx, and httpx2, which continues it.

Both have the same classes by the same names, and neither takes those of the other. So
nothing else here imports one of them: it asks the `Library` that its client uses. To
type checkers, all are classes of httpx, which those of httpx2 can stand in for.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from .._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

VARIABLE: Final = "ASSISTANTS_HTTP"
"""The variable of the environment that chooses the library of our own clients."""
# Whichever comes first is used where both are there and nobody chooses.
_NAMES: Final = ("httpx", "httpx2")


@frozen(eq=False, repr=False, kw_only=True)
class Library:
    """What is needed of an HTTP library.

    Attributes:
        name: what it is imported by.
        errors: what it raises where a body can't be read.
        broken: what is raised where one breaks off; not all of it is its own.
        failures: what is raised where a request fails; likewise.
        unsent: what is raised before a request has left, as for an unknown proxy.
    """

    name: str
    client: type[httpx.Client]
    async_client: type[httpx.AsyncClient]
    limits: type[httpx.Limits]
    request: type[httpx.Request]
    response: type[httpx.Response]
    stream: type[httpx.SyncByteStream]
    async_stream: type[httpx.AsyncByteStream]
    timeout: type[httpx.Timeout]
    url: type[httpx.URL]
    invalid_url: type[httpx.InvalidURL]
    read_timeout: type[httpx.ReadTimeout]
    request_error: type[httpx.RequestError]
    stream_error: type[httpx.StreamError]
    timed_out: type[httpx.TimeoutException]
    errors: tuple[type[Exception], ...]
    broken: tuple[type[Exception], ...]
    failures: tuple[type[Exception], ...]
    unsent: tuple[type[Exception], ...]

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def kind(self, *, asynchronous: bool) -> type[httpx.Client | httpx.AsyncClient]:
        """Give the class of its clients."""
        return self.async_client if asynchronous else self.client

    def timeouts(self, timeout: Any) -> dict[str, float | None]:
        """Give a timeout as requests have it, be it one of another library."""
        given = getattr(timeout, "as_dict", None)
        found: dict[str, float | None]
        found = given() if given is not None else self.timeout(timeout).as_dict()
        return found


def chosen_library() -> Library:
    """Give the library for clients that nobody has passed.

    Raises:
        ConfigurationError: there is none, or not the one that the environment names.
    """
    name = os.environ.get(VARIABLE, "").strip()
    if name and name not in _NAMES:
        raise ConfigurationError(
            f"{VARIABLE} must be {' or '.join(_NAMES)}, not {name!r}"
        )
    for each in (name,) if name else _NAMES:
        found = _installed(each)
        if found is not None:
            return found
    if name:
        raise ConfigurationError(
            f"{VARIABLE} is {name}, which is not installed: pip install {name}"
        )
    raise ConfigurationError(
        f"there is no HTTP library: pip install {' or '.join(_NAMES)}"
    )


def library_of(thing: Any) -> Library:
    """Give the library whose client, request or response something is.

    Raises:
        TypeError: it is nothing of any.
    """
    kind = type(thing)
    # Asked several times for each request. Classes that others derive are found by what
    # they are derived from, and not remembered: some are made for one use.
    for base in kind.__mro__:
        found = _known.get(base)
        if found is not None:
            return found
    for each in _loaded():
        for known in (each.client, each.async_client, each.response):
            _known[known] = each
            if issubclass(kind, known):
                return each
    raise TypeError(f"{kind.__module__}.{kind.__name__} is nothing of an HTTP library")


def library_of_response(kind: Any) -> Library | None:
    """Give the library whose class of responses something is, if it is one."""
    return next((each for each in _loaded() if each.response is kind), None)


_known: Final[dict[type[Any], Library]] = {}


def _loaded() -> Iterator[Library]:
    """Give the libraries that are imported: whoever has something of one has it."""
    for name in _NAMES:
        if sys.modules.get(name) is not None:
            # What is there in place of one, or can't be imported whole, is none.
            with suppress(AttributeError, ImportError):
                yield _library(name)


def _installed(name: str) -> Library | None:
    """Give a library, none if it is not installed.

    Raises:
        ConfigurationError: it is, but can't be imported.
    """
    try:
        return _library(name)
    except (AttributeError, ImportError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name == name:
            return None
        others = " or ".join(other for other in _NAMES if other != name)
        raise ConfigurationError(
            f"{name} is installed, but can't be used ({error}): install it anew, or "
            f"set {VARIABLE} to {others}"
        ) from error


@cache
def _library(name: str) -> Library:
    its: Any = import_module(name)
    return Library(
        # Not always the name that it was asked for by: httpx2 can stand in for httpx.
        name=its.__name__,
        client=its.Client,
        async_client=its.AsyncClient,
        limits=its.Limits,
        request=its.Request,
        response=its.Response,
        stream=its.SyncByteStream,
        async_stream=its.AsyncByteStream,
        timeout=its.Timeout,
        url=its.URL,
        invalid_url=its.InvalidURL,
        read_timeout=its.ReadTimeout,
        request_error=its.RequestError,
        stream_error=its.StreamError,
        timed_out=its.TimeoutException,
        errors=(its.HTTPError, its.StreamError),
        broken=(its.HTTPError, its.StreamError, OSError),
        failures=(
            *(its.HTTPError, its.InvalidURL, its.StreamError),
            *(OSError, RuntimeError, UnicodeError),
        ),
        unsent=(
            *(its.ConnectError, its.ConnectTimeout),
            *(its.PoolTimeout, its.UnsupportedProtocol),
        ),
    )
