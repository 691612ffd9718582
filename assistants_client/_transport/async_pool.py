"""The HTTP client that an asynchronous client of ours and its copies share."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from .._errors import UsageError
from .async_connections import AsyncConnections
from .async_http import AsyncHttp
from .leases import take_places
from .pool import BasePool


class AsyncPool(BasePool):
    """The HTTP client that tasks share, those of several loops as well.

    Attributes:
        performer: what performs effects by it.
    """

    performer: Final = AsyncHttp
    asynchronous = True
    _kind = AsyncConnections

    def get(self) -> Any:
        """Return the HTTP client; `BasePool.get` has the errors.

        Raises:
            UsageError: no event loop of asyncio runs.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            what = (
                "AsyncClient works in an event loop of asyncio; no loop is running here"
            )
            raise UsageError(what) from None
        return super().get()

    async def close(self) -> None:
        """Close the HTTP client, unless somebody passed it."""
        self.closed = True
        if self._made is not None:
            await self._made.aclose()

    def _is_open(self) -> bool:
        if not super()._is_open():
            return False
        # Loops close their connections when they end.
        pools = take_places(self._made, self._kind)
        return any(each.connections for each in pools)
