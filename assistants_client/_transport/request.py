"""Requests as HTTP libraries take them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from .._errors import ConfigurationError
from .._options import CONNECT_TIMEOUT, TIMEOUT

if TYPE_CHECKING:
    import httpx

    from .._effects import PreparedRequest
    from .library import Library

# A socket takes 0 for "don't wait at all", and fails in another way then.
_LEAST: Final = 0.001

# A server that is there accepts a connection much sooner than it answers a call.
_USUAL_TIMEOUTS: Final = {
    "connect": CONNECT_TIMEOUT,
    **dict.fromkeys(("read", "write", "pool"), TIMEOUT),
}
# These say how long their body is even where there is none.
_WITH_BODY: Final = ("PATCH", "POST", "PUT")


class _Merged:
    """The headers of requests to one place, and what they were made of."""

    __slots__ = ("client", "given", "headers", "host", "is_sized")

    def __init__(
        self,
        client: list[tuple[bytes, bytes]],
        host: bytes,
        given: Mapping[str, str],
        headers: httpx.Headers,
        is_sized: bool,
    ) -> None:
        self.client = client
        self.host = host
        self.given = given
        self.headers = headers
        self.is_sized = is_sized


class Requests:
    """Makes the requests that one HTTP client sends.

    It is what `build_request` of that does, in a third of the time, except that
    parameters of the client are added to those of a request and don't replace them.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        # Those of the last request: those of the next one are mostly the same.
        self._merged: _Merged | None = None

    def new(
        self,
        client: httpx.Client | httpx.AsyncClient,
        prepared: PreparedRequest,
        trace: Any,
        until: float | None = None,
    ) -> httpx.Request:
        """Make a request; what the HTTP client sends by default goes with it.

        Args:
            client: the HTTP client.
            prepared: the request.
            trace: what the HTTP library calls as the request goes on.
            until: when it has to be done, by the monotonic clock; None for no limit.

        Raises:
            ConfigurationError: it can't be made.
        """
        http, content, stream = self._library.http, prepared.content, None
        if content is None or isinstance(content, bytes):
            # So the library need not find out what it is, nor add headers for it.
            stream = http.ByteStream(content or b"")
        try:
            url = self._library.url(prepared.url)
            if client.params:
                url = url.copy_merge_params(client.params)
            merged = self._headers(client, url.netloc, prepared.headers)
            request: httpx.Request = http.Request(
                prepared.method,
                url,
                headers=merged.headers,
                # The jar itself: a copy would not know where its cookies belong.
                cookies=client.cookies.jar if client.cookies else None,
                content=content if stream is None else None,
                stream=stream,
                extensions={"timeout": self._timeouts(prepared, until), "trace": trace},
            )
        except http.InvalidURL as error:
            raise ConfigurationError(f"the URL can't be used: {error}") from error
        except UnicodeError as error:
            what = "a header or a cookie of http_client has text that can't be sent"
            raise ConfigurationError(what) from error
        if stream is not None:
            size = len(request.read())
            if not merged.is_sized and (size or prepared.method in _WITH_BODY):
                request.headers["Content-Length"] = str(size)
        return request

    def _headers(
        self,
        client: httpx.Client | httpx.AsyncClient,
        host: bytes,
        given: Mapping[str, str],
    ) -> _Merged:
        own, known = client.headers.raw, self._merged
        if known and (known.client, known.host, known.given) == (own, host, given):
            return known
        # By items: headers that are unpacked are looked up again, one by one.
        headers = self._library.http.Headers({**dict(client.headers.items()), **given})
        if "host" not in headers and host:
            headers = self._library.http.Headers([(b"Host", host), *headers.raw])
        is_sized = "content-length" in headers or "transfer-encoding" in headers
        # What is given is mostly the same object again, which is quick to compare.
        self._merged = _Merged(own, host, given, headers, is_sized)
        return self._merged

    def _timeouts(
        self, prepared: PreparedRequest, until: float | None
    ) -> Mapping[str, float | None]:
        usual = prepared.timeout == TIMEOUT
        timeouts = (
            _USUAL_TIMEOUTS if usual else self._library.timeouts(prepared.timeout)
        )
        if until is None:
            return timeouts
        # No part may take longer than there is time for all of it.
        left = max(until - time.monotonic(), _LEAST)
        return {
            name: left if each is None else min(each, left)
            for name, each in timeouts.items()
        }
