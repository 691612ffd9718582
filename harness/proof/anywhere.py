"""Requests to any process of several, as a proxy before them would send them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Sequence


class Anywhere(httpx.AsyncBaseTransport):
    """A transport that sends each request to a process by chance.

    Where nobody listens, the next one is asked. What has been sent is not sent again:
    that is for the client to decide.
    """

    def __init__(self, ports: Sequence[int], chance: random.Random) -> None:
        self._ports = ports
        self._chance = chance
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=400)
        self._inner = httpx.AsyncHTTPTransport(limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        ports = self._chance.sample(self._ports, len(self._ports))
        for port in ports[:-1]:
            request.url = request.url.copy_with(port=port)
            try:
                return await self._inner.handle_async_request(request)
            except httpx.ConnectError:
                continue
        request.url = request.url.copy_with(port=ports[-1])
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()
