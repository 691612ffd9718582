"""The files of the page, read when a browser asks for them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

FOLDER = Path(__file__).parent / "static"
PREFIX = "/page/"
"""Where the files are that the page consists of; the page itself is at `/`."""
_NAME = re.compile(r"(?:[a-z0-9_]+/)*[a-z0-9_]+\.(\w+)")
# Named here, because what a machine has in its registry may be wrong.
_TYPES = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}
_POLICY = (
    *("default-src 'none'", "script-src 'self'", "style-src 'self'"),
    *("connect-src 'self'", "img-src 'self' blob: data:", "base-uri 'none'"),
    *("form-action 'none'", "frame-ancestors 'none'"),
    # No text becomes markup: a browser refuses innerHTML and its like.
    *("require-trusted-types-for 'script'", "trusted-types 'none'"),
)
_HEADERS = {
    "content-security-policy": "; ".join(_POLICY),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    # Kept by browsers, and asked for again each time: a new version is seen at once.
    "cache-control": "no-cache",
}


class Page:
    """A layer around all others that serves the page.

    Its files say nothing of what is on the server, so that they need no key; the page
    asks for it. They are no part of the API: no fault meets them, and they aren't in
    the log of requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file of the page, or leave the request to the others."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            path: str = scope["path"]
            name = "index.html" if path == "/" else path.removeprefix(PREFIX)
            if response := _response(name, Headers(scope=scope)):
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _response(name: str, headers: Headers) -> Response | None:
    """Return a file as a response; None if there is no such file."""
    match = _NAME.fullmatch(name)
    kind = _TYPES.get(match[1]) if match else None
    if kind is None:
        return None
    try:
        content = (FOLDER / name).read_bytes()
    except OSError:
        return None
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    sent = {**_HEADERS, "etag": tag}
    if tag in headers.get("if-none-match", ""):
        return Response(None, 304, sent)
    return Response(content, headers=sent, media_type=kind)
