"""HTTP clients for one upstream, each for one request at a time."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

import httpx
from attrs import evolve

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator

    from .._model_api import Client

# Clients, and so connections, that wait for the next request.
_KEPT: Final = 100
_LIMITS: Final = httpx.Limits(max_connections=None, max_keepalive_connections=1)


class Clients:
    """The clients, as many as requests go on at once need; the last used comes first.

    A pool of connections looks at every one of its connections whenever a request
    begins or ends, at each as often as there are idle ones: with a hundred turns at
    once that took more time than all else (encode/httpcore#1035). So each connection
    has a pool of its own.
    """

    def __init__(self, client: Client) -> None:
        """Prepare; nothing is opened before the first request.

        Args:
            client: what all of them are like, but for their connections.
        """
        self._client = client
        self._idle: list[_Connected] = []
        self._leased: set[httpx.AsyncClient] = set()
        self._tls: ssl.SSLContext | None = None

    @asynccontextmanager
    async def lease(self) -> AsyncGenerator[Client, None]:
        """Provide a client for one request, to the end of its response."""
        found = self._idle.pop() if self._idle else self._opened()
        self._leased.add(found.http)
        try:
            yield found.client
        finally:
            self._leased.discard(found.http)
            if len(self._idle) >= _KEPT:
                await found.http.aclose()
            elif not found.http.is_closed:
                self._idle.append(found)

    async def close(self) -> None:
        """Close all of them with their connections."""
        clients = [*(each.http for each in self._idle), *self._leased]
        self._idle.clear()
        for each in clients:
            await each.aclose()

    def _opened(self) -> _Connected:
        # To read the certificates takes longer than a request.
        self._tls = self._tls or httpx.create_ssl_context()
        http = httpx.AsyncClient(limits=_LIMITS, verify=self._tls)
        return _Connected(evolve(self._client, async_http_client=http), http)


class _Connected(NamedTuple):
    client: Client
    http: httpx.AsyncClient
