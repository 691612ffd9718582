"""What becomes of a connection whose request was cut short, without any network."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
import pytest

from assistants_client import AsyncClient, Client
from assistants_client._transport.async_connections import AsyncConnections
from assistants_client._transport.async_http import AsyncHttp
from assistants_client._transport.connections import Connections
from assistants_client._transport.exchange import Exchange
from assistants_client._transport.http import Http
from assistants_client._transport.leases import EXTENSION
from harness.either_client import settled
from tests.client.both import KINDS, NAMES, mocked, use

if TYPE_CHECKING:
    from collections.abc import Callable

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Pool:
    """A pool of either kind, whose connections all get the same response.

    Attributes:
        connections: the pool.
        open: the streams that are open.
        fault: what closing a stream does besides.
    """

    def __init__(self, kind: Any) -> None:
        self.open: list[Any] = []
        self.fault: Callable[[], Any] = lambda: None
        backend: Any
        if kind is Client:
            backend = httpcore.MockBackend([])
            backend.connect_tcp = lambda *_, **__: _Stream(self)
            http = httpcore.ConnectionPool(network_backend=backend)
            self.connections: Any = Connections(http)
        else:
            backend = httpcore.AsyncMockBackend([])
            backend.connect_tcp = self._connect
            waiting = httpcore.AsyncConnectionPool(network_backend=backend)
            self.connections = AsyncConnections(waiting)

    async def _connect(self, *_: Any, **__: Any) -> Any:
        return _AsyncStream(self)

    async def sent(self) -> tuple[Any, Any]:
        """Send a request; return its response, whose body is unread, and its lease."""
        timing = SimpleNamespace(lease=None, head=None, piece=None)
        request = httpcore.Request(
            "GET",
            "http://example.com/",
            headers={"Host": "example.com"},
            extensions={EXTENSION: timing},
        )
        if isinstance(self.connections, Connections):
            return self.connections.handle_request(request), timing.lease
        response = await self.connections.handle_async_request(request)
        return response, timing.lease


class _Stream(httpcore.MockStream):
    def __init__(self, pool: Pool) -> None:
        super().__init__([ANSWER])
        self._pool = pool
        pool.open.append(self)

    def close(self) -> None:
        super().close()
        if self in self._pool.open:
            self._pool.open.remove(self)
            self._pool.fault()


class _AsyncStream(httpcore.AsyncMockStream):
    def __init__(self, pool: Pool) -> None:
        super().__init__([ANSWER])
        self._pool = pool
        pool.open.append(self)

    async def aclose(self) -> None:
        await super().aclose()
        if self in self._pool.open:
            self._pool.open.remove(self)
            await settled(self._pool.fault())


async def read(response: Any) -> None:
    assert await settled(response.aread() if is_async(response) else response.read())
    await settled(response.aclose() if is_async(response) else response.close())


def is_async(response: Any) -> bool:
    return hasattr(response.stream, "aclose")


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def alone(kind: Any, act: Callable[[], Any]) -> None:
    """Run a coroutine, in an event loop where there are any."""
    http = mocked(kind, lambda _: httpx.Response(200))
    use(kind, lambda _: act(), base_url="http://localhost", http_client=http)


@both
def test_who_ends_twice_ends_nothing_of_the_next_request(kind: Any) -> None:
    """A call that fails behind its response ends the lease once more."""

    async def act() -> None:
        pool = Pool(kind)
        response, lease = await pool.sent()
        await read(response)
        kept = pool.connections.idle
        assert (len(kept), pool.connections.used) == (1, 0)
        await settled(lease.drop())
        await settled(lease.end())
        assert pool.connections.idle == kept
        assert len(pool.open) == 1

    alone(kind, act)


@both
def test_a_body_whose_closing_is_interrupted_gives_its_connection_back(
    kind: Any,
) -> None:
    async def act() -> None:
        pool = Pool(kind)
        # Who holds an error holds the frames that it came through.
        held = []
        for _ in range(3):
            response, _lease = await pool.sent()
            inner = response.stream._stream
            setattr(inner, "aclose" if is_async(response) else "close", interrupted)
            with pytest.raises(KeyboardInterrupt) as caught:
                await settled(
                    response.aclose() if is_async(response) else response.close()
                )
            held.append(caught)
            assert (pool.connections.used, pool.open) == (0, [])

    alone(kind, act)


@both
def test_a_call_that_fails_gives_back_what_can_t_even_be_closed(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(client: Any) -> None:
        monkeypatch.setattr(Exchange, "begun", interrupted)
        monkeypatch.setattr(httpx.Response, "close", interrupted)
        monkeypatch.setattr(httpx.Response, "aclose", interrupted)
        with pytest.raises(KeyboardInterrupt):
            await settled(client.threads.create())
        assert (pool.connections.used, pool.open) == (0, [])

    pool = Pool(kind)
    http: Any = (httpx.Client if kind is Client else httpx.AsyncClient)()
    http._transport._pool = pool.connections
    use(kind, act, base_url="http://localhost", http_client=http)


def test_closing_that_is_cancelled_closes_all_that_is_idle() -> None:
    async def main() -> None:
        pool = Pool(AsyncClient)
        responses = [await pool.sent() for _ in range(3)]
        for response, _ in responses:
            await read(response)
        assert len(pool.open) == 3
        is_closing, forever = asyncio.Event(), asyncio.Event()

        def wait() -> Any:
            is_closing.set()
            pool.fault = lambda: None
            return forever.wait()

        pool.fault = wait
        closing = asyncio.create_task(pool.connections.aclose())
        await is_closing.wait()
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert pool.open == []

    asyncio.run(main())


class _Interrupted:
    """A response that can't be closed without an interruption."""

    stream = SimpleNamespace(timing=None)

    def close(self) -> None:
        raise KeyboardInterrupt

    async def aclose(self) -> None:
        raise KeyboardInterrupt


class _Closed(_Interrupted):
    is_closed = False

    def close(self) -> None:
        self.is_closed = True

    async def aclose(self) -> None:
        self.is_closed = True


@both
def test_of_two_responses_the_second_is_closed_even_if_the_first_is_interrupted(
    kind: Any,
) -> None:
    async def act(client: Any) -> None:
        performing: Any = (AsyncHttp if kind is AsyncClient else Http)(client._pool)
        performing._read, second = _Interrupted(), _Closed()
        with pytest.raises(KeyboardInterrupt):
            await settled(performing.release(second))
        assert second.is_closed

    http = mocked(kind, lambda _: httpx.Response(200))
    use(kind, act, base_url="http://localhost", http_client=http)
