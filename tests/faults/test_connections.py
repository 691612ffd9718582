"""Connections are given back, however a request ends, and whoever sends it."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from httpcore._backends.auto import AutoBackend
from httpcore._backends.sync import SyncBackend

from assistants_client import (
    APIConnectionError,
    APITimeoutError,
    AsyncClient,
    Client,
    ConfigurationError,
)
from harness.either_client import entered, settled
from harness.faults.echo_server import pool_problems
from harness.scripted_server import (
    LOOPBACK,
    Response,
    ScriptedServer,
    actions_of,
    chunk,
)
from tests.client.both import KINDS, NAMES, use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.scripted_server import Action, Request

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
MOST = 2


def pool_of(http: Any) -> Any:
    return http._transport._pool


@both
def test_one_that_was_refused_is_none(kind: Any) -> None:
    """More often than there may be connections, by us and by the client's owner."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        url = f"http://{LOOPBACK}:{taken.getsockname()[1]}"
        limits = httpx.Limits(max_connections=MOST)
        http: Any = (httpx.Client if kind is Client else httpx.AsyncClient)(
            limits=limits, timeout=1
        )
        held: list[Exception] = []

        async def calls(client: Any) -> None:
            for number in range(MOST * 4):
                call = client.threads.create if number % 2 else http.get
                try:
                    await settled(call() if number % 2 else call(url))
                except Exception as error:  # noqa: BLE001 - of two libraries
                    # Who holds an error holds the frames that it came through.
                    held.append(error)
                assert pool_of(http).used == 0
            await settled(http.aclose() if kind is AsyncClient else http.close())

        use(kind, calls, base_url=url, http_client=http, timeout=1)
        assert {type(each).__name__ for each in held} == {
            "ConnectError",
            "APIConnectionError",
        }


@both
def test_what_fails_behind_the_connection_gives_it_back(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The HTTP library doesn't close a response whose cookies it can't read."""

    def fail(*_: object) -> None:
        raise ValueError("no cookie")

    async def calls(client: Any) -> None:
        held = []
        for _ in range(MOST * 2):
            with pytest.raises(ValueError, match="no cookie") as caught:
                await settled(client.threads.create())
            held.append(caught)
            assert pool_of(client._pool.get()).used == 0

    with ScriptedServer(lambda _: with_a_cookie()) as server:
        monkeypatch.setattr("http.cookiejar.CookieJar.extract_cookies", fail)
        use(kind, calls, base_url=server.url, max_connections=MOST)


@both
def test_so_many_may_be_used_at_once(kind: Any) -> None:
    async def main(server: ScriptedServer) -> list[Any]:
        client: Any = kind(
            base_url=server.url, api_key="k", max_retries=0, max_connections=MOST
        )

        def ask(timeout: float) -> Any:
            if kind is AsyncClient:
                return asyncio.ensure_future(client.threads.create(timeout=timeout))
            return asyncio.ensure_future(
                asyncio.to_thread(client.threads.create, timeout=timeout)
            )

        holding = [ask(20) for _ in range(MOST)]
        await asyncio.to_thread(server.until, lambda: len(server.requests) == MOST)
        waiting = [ask(0.2) for _ in range(MOST)]
        found = await asyncio.gather(*waiting, return_exceptions=True)
        gate.set()
        assert [each.id for each in await asyncio.gather(*holding)] == ["t"] * MOST
        await settled(client.close())
        return found

    gate = threading.Event()

    def script(_: Request) -> Iterator[Action]:
        yield gate
        yield from actions_of(Response.of({"id": "t"}))

    with ScriptedServer(script) as server:
        found = asyncio.run(main(server))
        assert [type(each) for each in found] == [APITimeoutError] * MOST
        assert all("no connection was free" in str(each) for each in found)
        assert len(server.requests) == MOST


def test_a_limit_is_a_number_above_zero() -> None:
    given: Any = {"base_url": "http://127.0.0.1:1", "api_key": "k"}
    wrong: Any
    for wrong in (0, -1, True, 1.5, "9"):
        with pytest.raises(ConfigurationError, match="max_connections must be 1 or"):
            Client(**given, max_connections=wrong)
    with (
        httpx.Client() as http,
        pytest.raises(ConfigurationError, match="has limits of its own"),
    ):
        Client(**given, max_connections=9, http_client=http)
    with Client(**given) as client:
        assert client.options.max_connections == 1000
        with client.with_options(max_connections=5) as copy:
            assert copy.options.max_connections == 5
            assert copy._pool is not client._pool
        assert not client.is_closed()


@both
def test_idle_connections_to_others_count(kind: Any) -> None:
    with (
        ScriptedServer(lambda _: Response.of({"id": "thread_1"})) as one,
        ScriptedServer(lambda _: Response.of({"id": "thread_1"})) as other,
    ):

        async def calls(client: Any) -> None:
            moved = client.with_options(base_url=other.url)
            for each in (client, moved, moved, client):
                await settled(each.threads.create())
                assert len(pool_of(client._pool.get()).connections) == 1

        use(kind, calls, base_url=one.url, max_connections=1)
        assert (one.connections, other.connections) == (2, 1)


def test_who_waits_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody looks for itself.
    monkeypatch.setattr("assistants_client._transport.connections._LOOK", 60.0)
    number = 12
    with (
        ScriptedServer(lambda _: Response.of({"id": "thread_1"})) as server,
        Client(base_url=server.url, api_key="k", max_connections=1) as client,
        ThreadPoolExecutor(number) as threads,
    ):
        client.threads.create()
        for each in [threads.submit(client.threads.create) for _ in range(number)]:
            each.result(20)
        assert server.connections == 1


@both
def test_closing_ends_what_waits_for_a_connection(kind: Any) -> None:
    """Also where the one that it waits for is held by nobody who would let it go."""

    async def main(url: str) -> None:
        client: Any = kind(base_url=url, api_key="k", max_retries=0, max_connections=1)
        calling = client.threads.with_streaming_response.retrieve("t")
        async with entered(calling):
            if kind is AsyncClient:
                waiting = asyncio.ensure_future(client.threads.create())
            else:
                thread = asyncio.to_thread(client.threads.create)
                waiting = asyncio.ensure_future(thread)
            await asyncio.sleep(0.05)
            async with asyncio.timeout(5):
                await settled(client.close())
                with pytest.raises(APIConnectionError, match="closed meanwhile"):
                    await waiting

    with ScriptedServer(whole) as server:
        asyncio.run(main(server.url))
        assert len(server.requests) == 1


@both
def test_one_that_is_open_when_the_client_is_closed_is_not_used(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, connect_async = SyncBackend.connect_tcp, AutoBackend.connect_tcp
    client: Any = None

    def late(*args: Any, **options: Any) -> Any:
        stream = connect(*args, **options)
        client.close()
        return stream

    async def late_async(*args: Any, **options: Any) -> Any:
        stream = await connect_async(*args, **options)
        await client.close()
        return stream

    async def calls(given: Any) -> None:
        nonlocal client
        client = given
        with pytest.raises(APIConnectionError, match="closed meanwhile"):
            await settled(client.threads.create())

    with ScriptedServer(lambda _: Response.of({"id": "thread_1"})) as server:
        monkeypatch.setattr(SyncBackend, "connect_tcp", late)
        monkeypatch.setattr(AutoBackend, "connect_tcp", late_async)
        use(kind, calls, base_url=server.url)
        assert server.requests == []


def test_a_close_that_is_interrupted_gives_the_connection_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(_: httpx.Response) -> None:
        raise KeyboardInterrupt

    with (
        ScriptedServer(whole) as server,
        Client(base_url=server.url, api_key="k", max_connections=1) as client,
    ):
        events = client.threads.runs.create("t", assistant_id="a", stream=True)
        next(iter(events))
        with monkeypatch.context() as patch:
            patch.setattr(httpx.Response, "close", interrupted)
            with pytest.raises(KeyboardInterrupt):
                events.close()
        assert pool_problems(client._pool.get(), 0) == []


@both
def test_a_timeout_in_parts_gives_each_of_them_its_time(kind: Any) -> None:
    async def calls(client: Any) -> None:
        for _ in range(2):
            assert (await settled(client.threads.create())).id == "thread_1"

    with ScriptedServer(lambda _: Response.of({"id": "thread_1"})) as server:
        use(kind, calls, base_url=server.url, timeout=httpx.Timeout(9, read=10))


def test_an_interrupted_request_leaves_the_lock_of_cookies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        ScriptedServer(lambda _: with_a_cookie()) as server,
        Client(base_url=server.url, api_key="k") as client,
    ):
        lock = client._pool.get().cookies.jar._cookies_lock

        def interrupted(*_: object) -> None:
            lock.acquire()
            raise KeyboardInterrupt

        monkeypatch.setattr("http.cookiejar.CookieJar.extract_cookies", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.threads.create()
        assert not lock._is_owned()


def with_a_cookie() -> Response:
    return Response.of({"id": "thread_1"}, headers={"Set-Cookie": "a=b"})


def whole(_: Request) -> Iterator[Action]:
    yield Response(content_type="text/event-stream").head("Transfer-Encoding: chunked")
    yield chunk(b'event: thread.run.created\ndata: {"id": "run_1"}\n\n')
    yield 0.01
    yield chunk(b"event: done\ndata: [DONE]\n\n") + chunk(b"")


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("given", [False, True], ids=["own", "given"])
def test_a_task_that_is_cancelled_anywhere_ends_so(streamed: bool, given: bool) -> None:
    """Also where it closes a response, or is cancelled again while it does."""

    def script(request: Request) -> Any:
        return whole(request) if streamed else Response.of({"id": "thread_1"})

    async def ask(client: AsyncClient) -> None:
        if streamed:
            async for _ in await client.threads.runs.create(
                "t", assistant_id="a", stream=True
            ):
                pass
        else:
            await client.threads.create()

    async def main(url: str) -> list[str]:
        http = httpx.AsyncClient(limits=httpx.Limits(max_connections=MOST))
        limit: Any = {"http_client": http} if given else {"max_connections": MOST}
        problems = []
        client = AsyncClient(base_url=url, api_key="k", max_retries=0, **limit)
        async with client, http:
            others = asyncio.all_tasks()
            for again in (False, True):
                for moment in range(70):
                    task = asyncio.create_task(ask(client))
                    for _ in range(moment):
                        await asyncio.sleep(0)
                    was_asked = task.cancel()
                    if again:
                        await asyncio.sleep(0)
                        task.cancel()
                    await asyncio.wait({task}, timeout=20)
                    if was_asked and not task.cancelled():
                        problems.append(f"moment {moment}: {task!r}")
                    used = client._pool.get()
                    problems += pool_problems(used, MOST)
            if asyncio.all_tasks() != others:
                problems.append("a task is left")
            # All places are there.
            async with asyncio.timeout(20):
                await asyncio.gather(*(ask(client) for _ in range(MOST * 2)))
        return problems

    with ScriptedServer(script) as server:
        assert asyncio.run(main(server.url)) == []
        server.until(lambda: server.open == 0)


@pytest.mark.parametrize("events", [1, 2], ids=["early", "at the end"])
def test_closing_that_is_cancelled_gives_the_connection_back(events: int) -> None:
    async def main(url: str) -> list[str]:
        problems: list[str] = []
        client = AsyncClient(
            base_url=url, api_key="k", max_retries=0, max_connections=MOST
        )
        async with client:
            # Before the first one, nobody has begun to close it.
            for moment in range(1, 9):
                calling = client.threads.with_streaming_response.retrieve("t")
                response = await calling.__aenter__()
                pieces = response.iter_bytes()
                for _ in range(events):
                    await anext(pieces)
                closing = asyncio.create_task(response.close())
                for _ in range(moment):
                    await asyncio.sleep(0)
                was_asked = closing.cancel()
                await asyncio.wait({closing}, timeout=20)
                if was_asked and not closing.cancelled():
                    problems.append(f"moment {moment}: {closing!r}")
                found = pool_problems(client._pool.get(), MOST)
                problems += [f"moment {moment}: {each}" for each in found]
        return problems

    with ScriptedServer(whole) as server:
        assert asyncio.run(main(server.url)) == []
