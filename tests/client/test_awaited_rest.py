"""What is awaited without a timer as long as there is nothing to wait for."""

from __future__ import annotations

import asyncio
import gc
from types import coroutine
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import httpx
import pytest

from assistants_client import APITimeoutError, AsyncClient
from assistants_client._transport.waits import rest_of, shielded, until
from tests.client.both import mocked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator

URL = "http://127.0.0.1:1/v1"


def begun(awaited: Any) -> Any:
    """Return what awaits the rest of something, which is begun."""
    return rest_of(awaited, awaited.send(None))


async def naps(noted: list[str]) -> str:
    for number in range(3):
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            noted.append(f"cancelled at {number}")
    return "done"


def test_a_result_comes_after_several_waits() -> None:
    async def main() -> Any:
        return await begun(naps([]))

    assert asyncio.run(main()) == "done"


def test_so_does_what_an_iterator_yields_or_its_default() -> None:
    async def pieces() -> AsyncIterator[int]:
        await asyncio.sleep(0)
        yield 1
        await asyncio.sleep(0)

    async def main() -> list[int | None]:
        found = aiter(pieces())
        return [await begun(anext(found, None)) for _ in range(2)]

    assert asyncio.run(main()) == [1, None]


def test_errors_of_a_wait_come_where_it_is() -> None:
    async def main() -> str:
        failed = asyncio.get_running_loop().create_future()

        async def wait() -> str:
            try:
                await failed
            except ValueError as error:
                return str(error)
            return "nothing"

        rest = begun(wait())
        failed.set_exception(ValueError("what failed"))
        found: str = await rest
        return found

    assert asyncio.run(main()) == "what failed"


def test_a_cancellation_may_be_survived_and_waits_go_on() -> None:
    noted: list[str] = []

    async def main() -> Any:
        task = asyncio.ensure_future(rest(naps(noted)))
        await asyncio.sleep(0)
        task.cancel()
        return await task

    async def rest(awaited: Any) -> Any:
        return await begun(awaited)

    assert asyncio.run(main()) == "done"
    assert noted == ["cancelled at 0"]


def test_a_deadline_ends_it_and_it_tidies_up_first() -> None:
    noted: list[str] = []

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            noted.append("tidied up")

    async def main() -> None:
        rest = begun(hang())
        async with until(0.0):
            await rest

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert noted == ["tidied up"]


def test_who_closes_it_closes_what_was_begun() -> None:
    noted: list[str] = []

    @coroutine
    def wait() -> Generator[None, None, None]:
        yield

    async def hang() -> None:
        try:
            await wait()
        finally:
            noted.append("closed")

    async def outer(awaited: Any) -> None:
        await begun(awaited)

    # Held, as what nobody holds is closed anyway.
    inner = hang()
    awaited = outer(inner)
    awaited.send(None)
    awaited.close()
    assert noted == ["closed"]


class Pieces(httpx.AsyncByteStream):
    """A body that is there, or is never there."""

    def __init__(self, *pieces: bytes, hangs: bool = False) -> None:
        self._pieces = pieces
        self._hangs = hangs
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._hangs:
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.closed = True


def timers_of(
    answer: Callable[[Any], Any], act: Callable[[AsyncClient], Awaitable[Any]]
) -> int:
    """Return how many timers a call makes, whose requests are answered here."""

    async def main() -> int:
        loop: Any = asyncio.get_running_loop()
        http, made = mocked(AsyncClient, answer), Mock(wraps=loop.call_at)
        loop.call_at = made
        async with AsyncClient(
            api_key="key-12", base_url=URL, http_client=http
        ) as client:
            await act(client)
        return made.call_count

    return asyncio.run(main())


def test_what_is_there_at_once_needs_no_timer() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"id": "thread_1", "object": "thread"})

    assert timers_of(answer, lambda client: client.threads.retrieve("thread_1")) == 0


def test_nor_does_a_body_that_was_received() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        content = b'{"id": "thread_1", "object": "thread"}'
        return httpx.Response(200, stream=Pieces(content[:9], content[9:]))

    assert timers_of(answer, lambda client: client.threads.retrieve("thread_1")) == 0


@pytest.mark.parametrize("hangs", ["head", "body"])
def test_what_does_not_come_ends_in_time(hangs: str) -> None:
    body = Pieces(b"{", hangs=True)

    async def answer_late(_: httpx.Request) -> httpx.Response:
        if hangs == "head":
            await asyncio.Event().wait()
        return httpx.Response(200, stream=body)

    def act(client: AsyncClient) -> Any:
        return client.with_options(timeout=0.05, max_retries=0).threads.retrieve("t_1")

    with pytest.raises(APITimeoutError):
        timers_of(answer_late, act)
    assert body.closed == (hangs == "body")


def test_what_has_no_deadline_may_last() -> None:
    async def wait() -> bool:
        async with until(None) as waiting:
            await asyncio.sleep(0)
        return waiting.expired()

    assert asyncio.run(wait()) is False


def test_what_fails_to_close_is_closed_and_nobody_hears_of_it() -> None:
    told: list[Any] = []

    async def fail() -> None:
        await asyncio.sleep(0)
        raise OSError("gone")

    async def close() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, it: told.append(it))
        await shielded(fail())
        gc.collect()

    asyncio.run(close())
    assert told == []
