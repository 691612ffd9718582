"""One test body for both kinds of client: what can be awaited is awaited."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from assistants_client import AsyncClient, Client
from harness.either_client import finished, settled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KEY = "sk-of-the-test"
KINDS: list[Any] = [Client, AsyncClient]
NAMES = ["sync", "async"]


def use(kind: Any, act: Callable[[Any], Awaitable[Any]], **settings: Any) -> Any:
    """Make a client, and return what `act` returns for it; the client is closed then.

    Args:
        kind: the class of the client.
        act: is called with the client; it awaits what `settled` would.
        settings: those of the client.
    """

    async def main() -> Any:
        client = kind(**{"api_key": KEY, "max_retries": 0, "timeout": 10, **settings})
        try:
            async with asyncio.timeout(30) if kind is AsyncClient else _Nothing():
                return await act(client)
        finally:
            await settled(client.close())

    # The sync client never waits, so it is used without an event loop.
    return asyncio.run(main()) if kind is AsyncClient else finished(main())


def mocked(kind: Any, answer: Callable[[httpx.Request], httpx.Response]) -> Any:
    """Return an HTTP client for a kind of client, whose requests are answered here."""
    transport = httpx.MockTransport(answer)
    if kind is AsyncClient:
        return httpx.AsyncClient(transport=transport)
    return httpx.Client(transport=transport)


class _Nothing:
    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *_: object) -> None:
        return None
