"""Heads of requests that HTTP/1.1 has two readings for: one of them holds for all.

RFC 9112 wants servers to accept the whole URL of a request in place of its path, as
proxies get it. And a body with two lengths may be another one to a proxy in front: what
is the rest of one request there is another request here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from .errors import HTTPError
from .responses import EarlyResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_ORIGIN = re.compile(rb"https?://(?:[^/@]*@)?([^/@]+)", re.IGNORECASE)
_LENGTHS = {b"content-length", b"transfer-encoding"}
_TWO_LENGTHS = (
    "The request has both Content-Length and Transfer-Encoding; send one of them."
)


class Targets:
    """The outermost layer, after which a path is a path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        app = self._app
        if scope["type"] == "http":
            if {name for name, _ in scope["headers"]} >= _LENGTHS:
                closing = {"connection": "close"}
                app = EarlyResponse(HTTPError(400, _TWO_LENGTHS, headers=closing))
            elif found := _ORIGIN.match(scope["raw_path"]):
                scope = _with_path(scope, found)
        await app(scope, receive, send)


def _with_path(scope: Scope, origin: re.Match[bytes]) -> Scope:
    """Return a request as it is with its path alone.

    The host of its target counts, whatever its header says: who is let in may depend
    on it.
    """
    raw = scope["raw_path"][origin.end() :] or b"/"
    headers = [each for each in scope["headers"] if each[0] != b"host"]
    return {
        **scope,
        "path": unquote(raw.decode("ascii")),
        "raw_path": raw,
        "headers": [*headers, (b"host", origin[1].lower())],
    }
