"""HTTP clients for one upstream, each for a few requests at a time."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

# Requests that a client has at a time.
_MOST: Final = 4


class Clients:
    """The clients, as many as requests go on at once need.

    A pool of connections looks at every one of its connections whenever a request
    begins or ends, at each as often as there are idle ones: with a hundred turns at
    once that took more time than all else (encode/httpcore#1035). So pools are small.
    """

    def __init__(self) -> None:
        """Prepare; nothing is opened before the first request."""
        self._clients: list[_Client] = []
        self._tls: ssl.SSLContext | None = None

    @contextmanager
    def lease(self) -> Iterator[httpx.AsyncClient]:
        """Provide a client for one request, to the end of its response."""
        found = next((each for each in self._clients if each.used < _MOST), None)
        if found is None:
            found = _Client(self._opened())
            self._clients.append(found)
        found.used += 1
        try:
            yield found.client
        finally:
            found.used -= 1

    async def close(self) -> None:
        """Close all of them with their connections."""
        clients, self._clients = self._clients, []
        for each in clients:
            await each.client.aclose()

    def _opened(self) -> httpx.AsyncClient:
        # To read the certificates takes longer than a request.
        self._tls = self._tls or httpx.create_ssl_context()
        limits = httpx.Limits(max_connections=_MOST, max_keepalive_connections=_MOST)
        return httpx.AsyncClient(limits=limits, verify=self._tls)


@dataclass
class _Client:
    client: httpx.AsyncClient
    used: int = 0
