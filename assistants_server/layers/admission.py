"""Who is let in: by a key; without any by the names of hosts and of web pages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from ..http.errors import HTTPError, quoted
from ..http.store_errors import StoreErrors
from ..keys.ring import EVERYBODY, RefusedKeyError
from ..settings import is_loopback
from ..store import StoreError
from ..telemetry import ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ..keys import Key, KeyRing
    from ..settings import Settings

_LONGEST_MEMORY = "600"
# What changes nothing, though its method could.
_READING = ("searchVectorStore",)
_log = logging.getLogger("assistants_server")


class Admission:
    """A layer around all others that lets nobody in who may not be.

    Where there is no key, any page that a browser of this machine shows could send
    requests; browsers say which page it is.

    The key of a request is in its scope: `local_key`.
    """

    def __init__(self, app: ASGIApp, settings: Settings, keys: KeyRing) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys
        self._store_errors = StoreErrors()

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
            key = await self._admit(headers)
            _check_scope(key, scope)
        except HTTPError as error:
            await error.response()(scope, receive, answer)
            return
        await self._app({**scope, "local_key": key}, receive, answer)

    async def _admit(self, headers: Headers) -> Key:
        """Return the key of a client that may send requests.

        Raises:
            HTTPError: the key is missing or wrong; or, where there is none, the Host
                header doesn't name this machine, as with DNS rebinding by a web page,
                or the request comes from a page of another origin.
        """
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else ""
        try:
            key = await self._keys.find(given or headers.get("api-key", ""))
        except RefusedKeyError as error:
            message = f"The key {error}; send one as `Authorization: Bearer KEY`."
            told = {"www-authenticate": "Bearer"}
            refused = HTTPError(401, message, code="invalid_api_key", headers=told)
            raise refused from None
        except StoreError as error:
            raise self._store_errors.response_to(error) from error
        if key is None:
            self._check_host(headers)
            self._check_page(headers)
            return EVERYBODY
        ids.project.set(key.project)
        ids.key_id.set(key.id or None)
        return key

    def _check_host(self, headers: Headers) -> None:
        host = _host_name(headers.get("host", ""))
        if host and not is_loopback(host) and host != self._settings.host:
            message = (
                f"Requests to the host name {quoted(host)} are refused by a server "
                "without a key; give it one, by --key or ASSISTANTS_LOCAL_KEY, or send "
                "them to 127.0.0.1."
            )
            raise HTTPError(403, message, code="host_not_allowed")

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
    """A layer that takes the headers of faults away, where they are not allowed.

    Unless somebody says so, that is wherever a client has a key, or could be on another
    machine.
    """

    def __init__(self, app: ASGIApp, header: str, settings: Settings) -> None:
        self._app = app
        self._header = header.lower().encode()
        self._settings = settings
        self._has_said = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        has_key = scope.get("local_key", EVERYBODY) is not EVERYBODY
        allowed = self._settings.obeys_fault_headers(has_key=has_key)
        if not allowed and scope["type"] == "http":
            kept = [each for each in scope["headers"] if each[0] != self._header]
            if len(kept) < len(scope["headers"]) and not self._has_said:
                self._has_said = True
                name = self._header.decode()
                why = "%s is not obeyed here; --allow-fault-headers lets it be"
                _log.warning(why, name)
            scope = {**scope, "headers": kept}
        await self._app(scope, receive, send)


def _check_scope(key: Key, scope: Scope) -> None:
    """Raise an HTTPError where a key may not do what is asked for."""
    method, path = scope["method"], scope["path"]
    reads = method in ("GET", "HEAD") or scope.get("local_operation") in _READING
    needed = "read" if reads else "write"
    if not key.may(needed):
        what = f"{method} {quoted(path, 200)}"
        message = f"This key may {key.scope} only; {what} takes one that may {needed}."
        raise HTTPError(403, message, code="insufficient_scope")


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
