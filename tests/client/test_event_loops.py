"""An asynchronous client in several event loops, one after the other and at once."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import APIConnectionError, AsyncClient, Client
from assistants_client._transport.library import VARIABLE
from assistants_server import LocalServer
from tests.client.recording import KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

PATIENCE = 20


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture(params=["httpx", "httpx2"])
def client(
    request: pytest.FixtureRequest,
    server: LocalServer,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncClient:
    monkeypatch.setenv(VARIABLE, request.param)
    return AsyncClient(base_url=server.url, api_key=KEY, max_retries=0)


async def create(client: AsyncClient, times: int = 2) -> list[Any]:
    return [(await client.threads.create()).id for _ in range(times)]


def left_open() -> list[str]:
    """Return the warnings of what nobody has closed, and what others left, are not."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.collect()
    return [str(each.message) for each in caught]


def test_each_loop_closes_what_it_opened(client: AsyncClient) -> None:
    left_open()
    made = [each for _ in range(3) for each in asyncio.run(create(client))]
    assert len({*made}) == 6
    asyncio.run(client.close())
    assert client.is_closed()
    assert left_open() == []
    with pytest.raises(RuntimeError, match="the client has been closed"):
        asyncio.run(create(client))


def test_loops_that_ended_are_forgotten(client: AsyncClient) -> None:
    ended: list[weakref.ref[Any]] = []
    narrow = client.with_options(max_connections=1)

    async def main() -> None:
        ended.append(weakref.ref(asyncio.get_running_loop()))
        # What waits has to know its loop.
        await asyncio.gather(*(create(narrow, 1) for _ in range(3)))

    for _ in range(4):
        asyncio.run(main())
    gc.collect()
    # The last one goes when the next one comes.
    assert [each() for each in ended[:-1]] == [None] * 3
    asyncio.run(narrow.close())
    asyncio.run(client.close())


def test_loops_that_run_at_once_have_connections_of_their_own(
    client: AsyncClient,
) -> None:
    left_open()
    loops = 3
    barrier = threading.Barrier(loops, timeout=PATIENCE)

    async def work() -> list[Any]:
        made = []
        for _ in range(3):
            # Each finds the connections that the others have just given back.
            await asyncio.to_thread(barrier.wait)
            made += await create(client)
        return made

    with ThreadPoolExecutor(loops) as threads:
        found = [threads.submit(asyncio.run, work()) for _ in range(loops)]
        made = [name for each in found for name in each.result(PATIENCE)]
    assert len({*made}) == loops * 3 * 2
    asyncio.run(client.close())
    assert left_open() == []


def test_a_loop_that_rests_keeps_its_connections(client: AsyncClient) -> None:
    with asyncio.Runner() as one, asyncio.Runner() as other:
        made = [*one.run(create(client)), *other.run(create(client))]
        made += [*one.run(create(client)), *other.run(create(client))]
        assert len({*made}) == 8
        other.run(client.close())
        with pytest.raises(RuntimeError, match="the client has been closed"):
            one.run(create(client))
    assert left_open() == []


def test_closing_ends_what_waits_in_another_loop(
    client: AsyncClient, server: LocalServer
) -> None:
    headers = {"X-Local-Fault": "delay=15"}
    before = len(server.exchanges)

    async def wait() -> None:
        await client.threads.create()
        call = asyncio.create_task(client.threads.create(extra_headers=headers))
        # Until it has begun.
        await asyncio.sleep(0.05)
        waiting.set()
        await call

    waiting = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        found = threads.submit(asyncio.run, wait())
        assert waiting.wait(PATIENCE)
        asyncio.run(client.close())
        with pytest.raises(APIConnectionError, match="closed meanwhile") as caught:
            found.result(PATIENCE)
    assert caught.value.attempts == 1
    assert len(server.exchanges) >= before
    del found, caught
    assert left_open() == []


def test_closing_at_any_moment_ends_a_call(client: AsyncClient) -> None:
    """Also where its connection is still being made, which the closing can't see."""
    headers = {"X-Local-Fault": "delay=15"}

    async def main(moment: int, *, is_kept: bool) -> str:
        mine = AsyncClient(base_url=client.base_url, api_key=KEY, max_retries=0)
        if is_kept:
            await mine.threads.create()
        call = asyncio.create_task(mine.threads.create(extra_headers=headers))
        for _ in range(moment):
            await asyncio.sleep(0)
        await mine.close()
        try:
            async with asyncio.timeout(PATIENCE / 4):
                await call
        except (APIConnectionError, RuntimeError) as error:
            return str(error)
        except TimeoutError:
            pass
        return f"goes on at moment {moment}, {is_kept=}"

    left_open()
    for is_kept in (False, True):
        for moment in range(0, 40, 2):
            assert "closed" in asyncio.run(main(moment, is_kept=is_kept))
    asyncio.run(client.close())
    assert left_open() == []


# What the HTTP library begins by then, asyncio says so.
@pytest.mark.filterwarnings("ignore:asynchronous generator:ResourceWarning")
def test_what_ends_with_a_loop_can_still_call(client: AsyncClient) -> None:
    gone: list[bool] = []

    async def with_a_thread() -> AsyncIterator[str]:
        thread = await client.threads.create()
        try:
            yield thread.id
        finally:
            gone.append((await client.threads.delete(thread.id)).deleted)

    async def main() -> None:
        for _ in range(3):
            begun.append(with_a_thread())
            await anext(begun[-1])

    begun: list[AsyncIterator[str]] = []
    asyncio.run(main())
    assert gone == [True] * 3
    asyncio.run(client.close())
    left_open()


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_forgotten_client_is_found_at_once(
    client: AsyncClient, kind: Any, server: LocalServer
) -> None:
    kept: list[Any] = [kind(base_url=server.url, api_key=KEY)]

    async def main() -> list[str]:
        found = kept[0].threads.create()
        await found if kind is AsyncClient else None
        del found
        idle = kept[0]._http({})._client._transport._pool.idle
        assert len(idle) == 1
        gc.disable()
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                kept.clear()
            async with asyncio.timeout(PATIENCE):
                while not idle[0].line.is_closed:
                    await asyncio.sleep(0)
        finally:
            gc.enable()
        return [str(each.message) for each in caught]

    left_open()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (said,) = asyncio.run(main())
    assert "never closed" in said
    assert left_open() == []
    asyncio.run(client.close())


def test_a_loop_of_another_kind_is_refused(client: AsyncClient) -> None:
    call = client.threads.create()
    with pytest.raises(RuntimeError, match="in an event loop of asyncio"):
        call.send(None)
    asyncio.run(client.close())
