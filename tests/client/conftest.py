"""Fixtures that tests of the facade share."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import AsyncClient, Client
from assistants_server import LocalServer
from tests.client import either
from tests.client.live_objects import KEY, got
from tests.client.story import awaited, sync
from tests.client.upload import upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.client.live_objects import Use


@pytest.fixture(params=[sync, awaited], ids=["sync", "async"])
def follow(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=[either.at_once, either.awaited], ids=["sync", "async"])
def use(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(poll_after=2) as server:
        yield server


@pytest.fixture
def calling(use: Any, server: LocalServer) -> Any:
    """Return what calls a function with a client of either kind, for the server."""
    return partial(use, base_url=server.url)


@pytest.fixture(params=[Client, AsyncClient], ids=["sync", "async"])
def using(request: pytest.FixtureRequest, server: LocalServer) -> Callable[..., None]:
    """Return what runs a test with a client of either kind."""

    async def run(use: Use, url: str) -> None:
        client = request.param(base_url=url, api_key=KEY, max_retries=0)
        try:
            async with asyncio.timeout(30):
                await use(client)
        finally:
            await got(client.close())

    return lambda use, url=server.url: asyncio.run(run(use, url))


@pytest.fixture(name="send")
def _send(use: Any) -> Any:
    """Return what uploads a file to a server by a client of either kind."""

    def send(server: Any, file: Any, *, settings: Any = None, **more: Any) -> Any:
        return use(upload(file, **more), base_url=server.url, **(settings or {}))

    return send
