"""Who is let in: by the key; without one by the names of hosts and of web pages."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from .http_errors import HTTPError, quoted
from .settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .settings import Settings

_LONGEST_MEMORY = "600"
_log = logging.getLogger("assistants_server")


class Admission:
    """A layer around all others that lets nobody in who may not be.

    Where there is no key, any page that a browser of this machine shows could send
    requests; browsers say which page it is.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        allowed = origin in self._settings.allow_origins

        async def answer(message: Message) -> None:
            if allowed and message["type"] == "http.response.start":
                shown = MutableHeaders(scope=message)
                shown["access-control-allow-origin"] = origin
                shown["access-control-expose-headers"] = "*"
                shown.add_vary_header("origin")
            await send(message)

        try:
            if allowed and "access-control-request-method" in headers:
                # The question whether it may send a request, which has no key.
                await _may_send(headers)(scope, receive, answer)
                return
            self._admit(headers)
        except HTTPError as error:
            await error.response()(scope, receive, answer)
            return
        await self._app(scope, receive, answer)

    def _admit(self, headers: Headers) -> None:
        """Check that the client may send requests.

        Raises:
            HTTPError: the key is missing or wrong; or, where there is none, the Host
                header doesn't name this machine, as with DNS rebinding by a web page,
                or the request comes from a page of another origin.
        """
        key = self._settings.key
        if key is None:
            self._check_host(headers)
            self._check_page(headers)
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else ""
        given = given or headers.get("api-key", "")
        if not hmac.compare_digest(given.encode(), key.encode()):
            what = "is wrong" if given else "is missing"
            message = f"The key {what}; send it as `Authorization: Bearer KEY`."
            told = {"www-authenticate": "Bearer"}
            raise HTTPError(401, message, code="invalid_api_key", headers=told)

    def _check_host(self, headers: Headers) -> None:
        host = _host_name(headers.get("host", ""))
        if host and not is_loopback(host) and host != self._settings.host:
            message = f"Requests to the host name {quoted(host)} are refused here."
            raise HTTPError(403, message)

    def _check_page(self, headers: Headers) -> None:
        origin = headers.get("origin")
        if origin in self._settings.allow_origins:
            return
        site = headers.get("sec-fetch-site", "none")
        if origin is None and site in ("none", "same-origin"):
            return
        if origin is not None and _host_of(origin) == headers.get("host", "").lower():
            return
        page = "pages of other sites" if origin is None else quoted(origin)
        message = f"Requests of {page} are refused here; --allow-origin allows one."
        raise HTTPError(403, message, code="origin_not_allowed")


class FaultHeaders:
    """A layer that takes the headers of faults away, where they are not allowed."""

    def __init__(self, app: ASGIApp, header: str, *, allowed: bool) -> None:
        self._app = app
        self._header = header.lower().encode()
        self._allowed = allowed
        self._has_said = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if not self._allowed and scope["type"] == "http":
            kept = [each for each in scope["headers"] if each[0] != self._header]
            if len(kept) < len(scope["headers"]) and not self._has_said:
                self._has_said = True
                name = self._header.decode()
                why = "%s is not obeyed here; --allow-fault-headers lets it be"
                _log.warning(why, name)
            scope = {**scope, "headers": kept}
        await self._app(scope, receive, send)


def _may_send(headers: Mapping[str, str]) -> Response:
    asked = headers.get("access-control-request-headers", "")
    allowed = {
        "access-control-allow-methods": "GET, POST, DELETE",
        "access-control-max-age": _LONGEST_MEMORY,
    }
    if asked:
        allowed["access-control-allow-headers"] = asked
    return Response(None, 204, allowed)


def _host_name(header: str) -> str:
    """Return the name in a Host header, without the port."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].removesuffix(".").lower()


def _host_of(origin: str) -> str:
    """Return what the Host header would be for a page's own server."""
    return origin.partition("://")[2].lower()
