"""A process that was forked starts afresh, and leaves its parent in peace."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
import warnings
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import AssistantsError, AsyncClient, Client
from assistants_client._tool_ledger import ToolLedger
from assistants_client.objects._run import BaseRun
from harness.either_client import finished, listed, settled
from harness.faults.echo_server import EchoServer
from harness.faults.trickle import encrypted
from harness.scripted_server import Response, ScriptedServer, chunk
from harness.soak import forks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 20

pytestmark = [
    # vacuous: it is for other systems
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the system can't fork"),
    # That threads are not there in the child is what this is about.
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]


@pytest.fixture
def server() -> Iterator[EchoServer]:
    with EchoServer() as server:
        yield server


def call(client: Any) -> str:
    """Make a call by either kind of client; return the number of its connection."""
    made = client.threads.create()
    if isinstance(client, AsyncClient):

        async def run() -> Any:
            return await made

        made = asyncio.run(run())
    return f"{made.id}"


def settings(server: Any) -> Any:
    return {"base_url": server.url, "api_key": "k", "max_retries": 0, "timeout": 9}


@pytest.mark.parametrize("method", forks.METHODS)
def test_nobody_gets_what_another_process_asked_for(
    method: str, server: EchoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(forks.VARIABLE, raising=False)
    # One that begins with an interpreter takes long, and shares nothing with others.
    children = 4 if method == "fork" else 1
    assert forks.round_of(method, server.url, children, calls=10) == []


@contextmanager
def counting(folder: Path | None) -> Iterator[tuple[str, ScriptedServer, Any]]:
    """Serve the number of each request's connection, by TLS if there is a folder."""
    with ExitStack() as stack:
        server = stack.enter_context(
            ScriptedServer(lambda request: Response.of({"id": f"{request.connection}"}))
        )
        url: str = server.url
        context: Any = True
        if folder is not None:
            url, context = stack.enter_context(encrypted(server.port, folder))
        yield url, server, context


@pytest.mark.parametrize("way", ["plain", "tls", "given", "given tls"])
def test_the_connection_of_the_parent_goes_on(way: str, tmp_path: Path) -> None:
    with counting(tmp_path if "tls" in way else None) as (url, _, context):
        http = httpx.Client(verify=context)
        given: Any = {"http_client": http} if "given" in way or "tls" in way else {}
        with http, Client(base_url=url, api_key="k", max_retries=0, **given) as client:

            def use_and_close() -> str:
                said = call(client)
                client.close()
                http.close()
                return said

            assert call(client) == "1"
            assert forks.said_by_child(use_and_close) == "2"
            assert call(client) == "1"
            assert forks.said_by_child(lambda: call(client)) == "3"
            assert call(client) == "1"


@pytest.mark.parametrize("given", [False, True], ids=["own", "given"])
def test_a_child_within_a_running_loop(given: bool) -> None:
    async def main(url: str) -> None:
        http = httpx.AsyncClient() if given else None
        options: Any = {"base_url": url, "api_key": "k", "max_retries": 0}
        async with AsyncClient(**options, http_client=http) as client:

            def use() -> str:
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    first = call(client)
                    asyncio.run(client.close())
                    # Nothing of the parent's is collected.
                    gc.collect()
                return ", ".join([first, *(str(each.message) for each in caught)])

            assert (await client.threads.create()).id == "1"
            assert forks.said_by_child(use) == "2"
            # Neither its connection nor its selector was touched.
            assert (await client.threads.create()).id == "1"
            assert (await client.threads.create()).id == "1"
        if http is not None:
            await http.aclose()

    with counting(None) as (url, _, _):
        asyncio.run(main(url))


@pytest.mark.parametrize("kind", [Client, AsyncClient], ids=["sync", "async"])
@pytest.mark.parametrize("given", [False, True], ids=["own", "given"])
def test_a_child_takes_no_lock_that_a_thread_of_its_parent_holds(
    kind: Any, given: bool, server: EchoServer
) -> None:
    http: Any = None
    if given:
        http = httpx.Client() if kind is Client else httpx.AsyncClient()
        http.cookies.set("a", "b", "127.0.0.1")
    given_to_it = settings(server) | {"api_key": lambda: f"key-of-{os.getpid()}"}
    client = kind(**given_to_it, http_client=http)
    call(client)
    used: Any = client._pool
    used = http or used._made
    places: list[Any] = [used._transport._pool, client._pool]
    places += [client.options.secrets, ToolLedger()]
    locks = [each._lock for each in places] + [
        used.cookies.jar._cookies_lock,
        BaseRun._lock,
    ]
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with ExitStack() as stack:
            for each in locks:
                stack.enter_context(each)
            held.set()
            release.wait(PATIENCE)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(PATIENCE)

    def use() -> str:
        with places[-1]._lock, BaseRun._lock:
            return call(client)

    try:
        assert forks.said_by_child(use) == "msg_1"
    finally:
        release.set()
        holder.join()
    finished(_closed(client)) if kind is Client else asyncio.run(_closed(client))
    if http is not None:
        http.close() if kind is Client else asyncio.run(http.aclose())


async def _closed(client: Any) -> None:
    await settled(client.close())


def going_on(event: threading.Event) -> Callable[[Any], Iterator[Any]]:
    """Return a script of events, of which only the first comes before something."""

    def script(_: Any) -> Iterator[Any]:
        yield Response(content_type="text/event-stream").head(
            "Transfer-Encoding: chunked"
        )
        yield chunk(b'event: thread.run.created\ndata: {"id": "run_1"}\n\n')
        yield event
        yield chunk(b'event: thread.run.queued\ndata: {"id": "run_1"}\n\n')
        yield chunk(b"event: done\ndata: [DONE]\n\n") + chunk(b"")

    return script


@pytest.mark.parametrize("kind", [Client, AsyncClient], ids=["sync", "async"])
def test_a_stream_stays_with_the_process_that_opened_it(kind: Any) -> None:
    event = threading.Event()

    async def read_on(client: Any, stream: Any) -> str:
        said = "it was read"
        try:
            await listed(stream, 1)
        except AssistantsError as error:
            said = str(error)
        await settled(stream.close())
        await settled(client.close())
        return said

    async def main(url: str) -> None:
        client = kind(base_url=url, api_key="k", max_retries=0)
        create = client.threads.runs.create
        stream = await settled(create("t", assistant_id="a", stream=True))
        assert [each.event for each in await listed(stream, 1)] == [
            "thread.run.created"
        ]
        said = forks.said_by_child(lambda: asyncio.run(read_on(client, stream)))
        assert "process that this one was forked from" in said
        event.set()
        assert [each.event for each in await listed(stream)] == ["thread.run.queued"]
        await settled(stream.close())
        await settled(client.close())

    with ScriptedServer(going_on(event)) as server:
        asyncio.run(main(server.url))


def test_a_child_takes_no_reader_from_the_loop_of_its_parent() -> None:
    """The two share a selector: what one of them stops to watch, neither sees."""
    event = threading.Event()

    async def main(url: str) -> None:
        async with AsyncClient(base_url=url, api_key="k", max_retries=0) as client:
            calling = client.threads.with_streaming_response.retrieve("t")
            async with calling as response:
                pieces = response.iter_bytes()
                assert b"created" in await anext(pieces)
                reading = asyncio.ensure_future(anext(pieces))
                await asyncio.sleep(0.05)
                said = forks.said_by_child(lambda: str(asyncio.run(response.close())))
                assert said == "None"
                event.set()
                async with asyncio.timeout(PATIENCE / 2):
                    assert b"queued" in await reading

    with ScriptedServer(going_on(event)) as server:
        asyncio.run(main(server.url))


def test_a_child_gives_nothing_of_its_parent_up(server: EchoServer) -> None:
    """All is closed when the parent closes it, though a child lives on."""
    with Client(**settings(server)) as client:
        call(client)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(writing)
            # Until the parent has seen it.
            os.read(reading, 1)
            os._exit(0)
        begun = time.monotonic()
    server.until(lambda: server.open == 0)
    assert time.monotonic() - begun < PATIENCE / 4
    os.close(writing)
    os.close(reading)
    os.waitpid(pid, 0)
