"""Pieces of a stream that are taken together, and clients for one request at a time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_server._model_api import Client
from assistants_server.upstream.clients import Clients
from assistants_server.upstream.pieces import gathered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


async def turns(count: int = 5) -> None:
    """Let the loop go on for some turns."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_what_has_come_is_one_piece_and_nothing_is_waited_for() -> None:
    more, end = asyncio.Event(), asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        await more.wait()
        yield b"b"
        yield b"c"
        await end.wait()
        yield b"d"

    async def work() -> None:
        async with aclosing(gathered(pieces())) as found:
            assert await anext(found) == b"a"
            more.set()
            assert await anext(found) == b"bc"
            end.set()
            assert [each async for each in found] == [b"d"]

    asyncio.run(work(), debug=True)


def test_an_error_comes_after_what_came_before_it() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"
        raise ConnectionError("gone")

    async def work() -> None:
        async with aclosing(gathered(pieces())) as found:
            assert await anext(found) == b"ab"
            with pytest.raises(ConnectionError, match="gone"):
                await anext(found)

    asyncio.run(work(), debug=True)


def test_a_piece_is_no_larger_than_can_be_taken_at_once() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 30_000

    async def work() -> None:
        async with aclosing(gathered(pieces())) as found:
            sizes = [len(each) async for each in found]
        assert sum(sizes) == 600_000
        assert max(sizes) == 90_000

    asyncio.run(work(), debug=True)


async def close(found: AsyncIterator[bytes]) -> None:
    await found.aclose()  # type: ignore[attr-defined]


async def cancel(found: AsyncIterator[bytes]) -> None:
    waiting = asyncio.ensure_future(anext(found))
    await turns()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("leave", [close, cancel])
def test_the_stream_is_left_when_it_is_not_wanted_any_more(
    leave: Callable[[AsyncIterator[bytes]], Awaitable[None]],
) -> None:
    left: list[str] = []

    async def pieces() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            await asyncio.Event().wait()
        finally:
            left.append("left")

    async def work() -> None:
        found = gathered(pieces())
        assert await anext(found) == b"a"
        await leave(found)
        assert left == ["left"]
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(work(), debug=True)


def test_no_more_is_read_than_is_taken() -> None:
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x"

    async def work() -> None:
        async with aclosing(gathered(pieces())) as found:
            await anext(found)
            await turns()
            before = read
            await turns()
            assert read == before < 1000

    asyncio.run(work(), debug=True)


def http_of(client: Client) -> httpx.AsyncClient:
    assert client.async_http_client
    return client.async_http_client


def test_a_client_has_one_request_at_a_time_and_is_used_again() -> None:
    async def work() -> None:
        clients = Clients(Client(base_url="http://127.0.0.1/v1", anonymous=True))
        async with AsyncExitStack() as stack:
            found = [await stack.enter_async_context(clients.lease()) for _ in "abc"]
            assert len({id(http_of(each)) for each in found}) == 3
        async with clients.lease() as again:
            assert again is found[0]
            await clients.close()
        assert all(http_of(each).is_closed for each in found)
        async with clients.lease() as new:
            assert not http_of(new).is_closed

    asyncio.run(work())


def test_not_all_clients_of_a_crowd_are_kept() -> None:
    async def work() -> None:
        clients = Clients(Client(base_url="http://127.0.0.1/v1", anonymous=True))
        async with AsyncExitStack() as stack:
            found = [
                await stack.enter_async_context(clients.lease()) for _ in range(103)
            ]
        assert sum(http_of(each).is_closed for each in found) == 3
        await clients.close()
        assert all(http_of(each).is_closed for each in found)

    asyncio.run(work())
