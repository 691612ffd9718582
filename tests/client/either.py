"""One call by a client of either kind, which is closed after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import httpx

from assistants_client import AsyncClient, Client
from tests.client.recording import KEY

Act: TypeAlias = Callable[[Any], Any]


def at_once(act: Act, http: dict[str, Any] | None = None, **settings: Any) -> Any:
    """Make a client, and return what `act` returns for it.

    Args:
        act: is called with the client.
        http: settings of a client of httpx that it uses; it makes its own without.
        settings: those of the client.
    """
    given = {"api_key": KEY, **settings}
    if http is None:
        with Client(**given) as client:
            return act(client)
    with httpx.Client(**http) as http_client:
        return act(Client(**given, http_client=http_client))


def awaited(act: Act, http: dict[str, Any] | None = None, **settings: Any) -> Any:
    """Do the same with the asynchronous client; what it returns is awaited."""
    given = {"api_key": KEY, **settings}

    async def main() -> Any:
        if http is None:
            async with AsyncClient(**given) as client:
                return await act(client)
        async with httpx.AsyncClient(**http) as http_client:
            return await act(AsyncClient(**given, http_client=http_client))

    return asyncio.run(main())
