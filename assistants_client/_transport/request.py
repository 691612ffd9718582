"""Requests as HTTP libraries take them."""

from __future__ import annotations

import time
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


def new_request(
    client: httpx.Client | httpx.AsyncClient,
    prepared: PreparedRequest,
    library: Library,
    trace: Any,
    until: float | None = None,
) -> httpx.Request:
    """Make a request; what the HTTP client sends by default goes with it.

    It is what `client.build_request` does, in half of the time, except that parameters
    of the client are added to those of the request and don't replace them.

    Raises:
        ConfigurationError: it can't be made.
    """
    url: httpx.URL | str = prepared.url
    usual = prepared.timeout == TIMEOUT
    timeouts = _USUAL_TIMEOUTS if usual else library.timeouts(prepared.timeout)
    if until is not None:
        # No part may take longer than there is time for all of it.
        left = max(until - time.monotonic(), _LEAST)
        timeouts = {
            name: left if each is None else min(each, left)
            for name, each in timeouts.items()
        }
    try:
        if client.params:
            url = library.http.URL(url).copy_merge_params(client.params)
        request: httpx.Request = library.http.Request(
            prepared.method,
            url,
            # By items: headers that are unpacked are looked up again, one by one.
            headers={**dict(client.headers.items()), **prepared.headers},
            # The jar itself: a copy would not know where its cookies belong.
            cookies=client.cookies.jar if client.cookies else None,
            content=prepared.content,
            extensions={"timeout": timeouts, "trace": trace},
        )
    except library.http.InvalidURL as error:
        raise ConfigurationError(f"the URL can't be used: {error}") from error
    except UnicodeError as error:
        what = "a header or a cookie of http_client has text that can't be sent"
        raise ConfigurationError(what) from error
    return request
