"""All kinds of calls over sockets, by clients of httpx2 that somebody passes."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import json
import traceback
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest

from assistants_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncClient,
    Client,
    ConfigurationError,
    DecodeError,
    NotFoundError,
    StreamInterrupted,
)
from assistants_server import LocalServer
from harness.scripted_server import Request, Response, ScriptedServer
from tests.client.recording import KEY, only

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    Story = Callable[["Talk"], Awaitable[None]]

ADD: Any = {"type": "function", "function": {"name": "add"}}
CALLS: Any = [{"call": "add", "arguments": {"a": 1, "b": 2}}]
MEGABYTE = 1_000_000


def add(a: int, b: int) -> int:
    """Add."""
    return a + b


class Talk:
    """A client of either kind by httpx2, and what hides the difference."""

    def __init__(self, kind: type[Client | AsyncClient], server: LocalServer) -> None:
        self.kind = kind
        self.server = server
        self.stack = AsyncExitStack()
        self.client: Any = None

    async def __aenter__(self) -> Talk:
        self.client = await self.made(self.server.url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stack.aclose()

    async def made(self, url: str, transport: Any = None, **more: Any) -> Any:
        """Make a client; what it needs is closed at the end."""
        library: Any = httpx2.AsyncClient if self.kind is AsyncClient else httpx2.Client
        http = await self.enter(library(transport=transport))
        made: Any = self.kind
        return made(base_url=url, api_key=KEY, http_client=http, **more)

    async def enter(self, context: Any) -> Any:
        """Begin a context of either kind, until the story is told."""
        if hasattr(context, "__aenter__"):
            return await self.stack.enter_async_context(context)
        return self.stack.enter_context(context)


async def got(found: Any) -> Any:
    """Return the result of a method of either kind."""
    return await found if inspect.isawaitable(found) else found


async def listed(found: Any) -> list[Any]:
    """Return all that is iterated, in either way."""
    if hasattr(found, "__aiter__"):
        return [each async for each in found]
    return [*found]


async def plain(talk: Talk) -> None:
    made = await got(talk.client.threads.create(metadata={"a": "b"}))
    found = await got(talk.client.threads.retrieve(made.id))
    assert found.metadata == {"a": "b"}
    sent = talk.server.exchanges[-1].headers
    assert sent["authorization"] != KEY
    assert sent["accept-encoding"] == "gzip, deflate"


async def pages(talk: Talk) -> None:
    thread = await got(talk.client.threads.create())
    for number in range(3):
        messages = talk.client.threads.messages
        await got(messages.create(thread.id, role="user", content=f"{number}"))
    found = await listed(talk.client.threads.messages.list(thread.id, limit=1))
    assert [each.text for each in found] == ["2", "1", "0"]


async def streams(talk: Talk) -> None:
    made = await got(talk.client.assistants.create(model="m"))
    thread = await got(talk.client.threads.create())
    runs = talk.client.threads.runs
    headers = {"X-Local-Script": json.dumps([["Hello!"]])}
    asked: Any = {"thread_id": thread.id, "assistant_id": made.id}
    for fault in ("delay=0", "cut-stream=3"):
        headers["X-Local-Fault"] = fault
        stream = await got(runs.create(**asked, stream=True, extra_headers=headers))
        assert type(stream.response) is httpx2.Response
        if fault == "cut-stream=3":
            with pytest.raises(StreamInterrupted):
                await listed(stream)
        else:
            events = [each.event for each in await listed(stream)]
            assert events[0] == "thread.run.created"
            assert events[-1] == "thread.run.completed"
        assert stream.response.is_closed
    del headers["X-Local-Fault"]
    stream = await talk.enter(runs.stream(**asked, extra_headers=headers))
    assert "thread.message.delta" in [each.event for each in await listed(stream)]


async def tool_runs(talk: Talk) -> None:
    made = await got(talk.client.assistants.create(model="m", tools=[ADD]))
    headers = {"X-Local-Script": json.dumps([CALLS, ["3."]])}
    run = await got(made.start_thread("Go", extra_headers=headers))
    assert await got(run.wait(tools=[add], poll_interval_ms=1)) is run
    assert run.status == "completed"


async def raw_answers(talk: Talk) -> None:
    raw = await got(talk.client.with_raw_response.threads.create())
    assert type(raw.http_response) is httpx2.Response
    assert type(raw.url) is httpx2.URL
    assert type(raw.headers) is httpx2.Headers
    assert raw.elapsed.total_seconds() > 0
    assert (raw.method, raw.status_code, raw.is_closed) == ("POST", 200, True)
    made = await got(raw.parse())
    path = f"/threads/{made.id}"
    assert (await got(talk.client.get(path, cast_to=dict)))["id"] == made.id
    whole = await got(talk.client.get(path, cast_to=httpx2.Response))
    assert whole.json()["id"] == made.id
    before = len(talk.server.exchanges)
    with pytest.raises(ConfigurationError, match=r"uses httpx2: pass httpx2\.Response"):
        await got(talk.client.get(path, cast_to=httpx.Response))
    assert len(talk.server.exchanges) == before


async def answers_in_pieces(talk: Talk) -> None:
    threads = talk.client.with_streaming_response.threads
    answer = await talk.enter(threads.create())
    with pytest.raises(RuntimeError, match="read or closed"):
        _ = answer.elapsed
    assert "".join(await listed(answer.iter_lines())).startswith("{")
    assert answer.elapsed.total_seconds() > 0
    with pytest.raises(RuntimeError, match="the body is gone"):
        await got(answer.read())
    headers = {"X-Local-Fault": "cut-body=5"}
    answer = await talk.enter(threads.create(extra_headers=headers))
    with pytest.raises(APIConnectionError, match="the response broke off"):
        await got(answer.read())


async def errors(talk: Talk) -> None:
    with pytest.raises(NotFoundError) as caught:
        await got(talk.client.threads.retrieve("thread_nobody"))
    assert "thread_nobody" in str(caught.value)
    headers = {"X-Local-Fault": "malformed"}
    with pytest.raises(DecodeError):
        await got(talk.client.threads.create(extra_headers=headers))
    nowhere = await talk.made("http://127.0.0.1:1/v1", max_retries=0)
    with pytest.raises(APIConnectionError) as broken:
        await got(nowhere.threads.create())
    cause: Any = broken.value.__cause__
    while not isinstance(cause, httpx2.ConnectError):
        cause = cause.__cause__
    # Who reports errors may write down all that hangs on them.
    assert "authorization" not in cause.request.headers


async def timeouts(talk: Talk) -> None:
    headers = {"X-Local-Fault": "delay=0.3"}
    client = talk.client.with_options(max_retries=0)
    for timeout in (0.05, httpx2.Timeout(0.05), httpx.Timeout(0.05)):
        with pytest.raises(APITimeoutError, match="timed out"):
            await got(client.threads.create(extra_headers=headers, timeout=timeout))
    patient = httpx.Timeout(20, read=30)
    thread = await got(client.with_options(timeout=patient).threads.create())
    assert thread.id


async def retries(talk: Talk) -> None:
    thread = await got(talk.client.threads.create())
    for fault in (
        "503 retry-after=0",
        "close=before-headers",
        "close=in-headers how=reset",
    ):
        headers = {"X-Local-Fault": f"{fault} times=1 key={talk.kind.__name__}"}
        threads = talk.client.with_raw_response.threads
        found = await got(threads.retrieve(thread.id, extra_headers=headers))
        assert found.attempts == 2, fault


async def redirects(talk: Talk) -> None:
    with ScriptedServer() as other:

        def answer(request: Request) -> Any:
            where = {
                "/v1/threads": "/v2/threads",
                "/v2/threads": None,
            }.get(request.path, f"{other.url}/v1/threads")
            if where:
                return Response.of({}, 307, {"location": where})
            return Response.of({"id": "thread_1"})

        with ScriptedServer(answer) as server:
            client = await talk.made(f"{server.url}/v1")
            assert (await got(client.threads.create())).id == "thread_1"
            assert [each.path for each in server.requests] == [
                "/v1/threads",
                "/v2/threads",
            ]
            with pytest.raises(APIStatusError, match="another origin"):
                await got(client.threads.retrieve("thread_1"))
            assert other.requests == []
            await talk.stack.aclose()


async def bombs(talk: Talk) -> None:
    packed = gzip.compress(bytes(50 * MEGABYTE))

    def answer(request: httpx2.Request) -> httpx2.Response:
        status = 400 if request.method == "POST" else 200
        headers = {"content-encoding": "gzip"}
        pieces = httpx2.ByteStream(packed)
        return httpx2.Response(status, headers=headers, stream=pieces)

    transport = httpx2.MockTransport(answer)
    client = await talk.made("http://h/v1", transport, max_response_bytes=MEGABYTE)
    with pytest.raises(DecodeError, match="longer than the 1000000 bytes"):
        await got(client.threads.retrieve("thread_1"))
    with pytest.raises(APIStatusError):
        await got(client.threads.create())


async def cookies(talk: Talk) -> None:
    given = iter(["a=b; Path=/", "c=\xe9; Path=/", "d=e; Path=/"])

    def answer(_: Request) -> Response:
        return Response.of({"id": "thread_1"}, headers={"set-cookie": next(given)})

    with ScriptedServer(answer) as server:
        client = await talk.made(f"{server.url}/v1")
        for _ in range(3):
            await got(client.threads.create())
        assert [each.headers.get_list("cookie") for each in server.requests] == [
            [],
            ["a=b"],
            ["a=b"],
        ]
        await talk.stack.aclose()


async def bytes_behind_an_answer(talk: Talk) -> None:
    numbers = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n1234567"
    with ScriptedServer(lambda _: numbers) as server:
        client = await talk.made(f"{server.url}/v1")
        for _ in range(2):
            assert await got(client.get("/number", cast_to=int)) == 12
        # They would be read as the answer to the next request.
        assert [each.connection for each in server.requests] == [1, 2]
        await talk.stack.aclose()


async def azure(talk: Talk) -> None:
    http = talk.client._pool.given
    with ScriptedServer() as server:
        client: Any = talk.kind.for_azure(
            f"{server.url}/api/projects/p", token_provider=lambda: KEY, http_client=http
        )
        await got(client.threads.create())
        assert only(server).headers["authorization"] == f"Bearer {KEY}"
        other = await talk.made(server.url)
        moved = client.with_options(http_client=other._pool.given)
        assert moved._pool.library is other._pool.library
        await got(moved.threads.create())
        assert "python-httpx2" in server.requests[-1].headers["user-agent"]
        await talk.stack.aclose()


STORIES: list[Story] = [
    *(plain, pages, streams, tool_runs, raw_answers, answers_in_pieces, errors),
    *(timeouts, retries, redirects, bombs, cookies, bytes_behind_an_answer, azure),
]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_calls_are_the_same_by_httpx2(kind: Any, server: LocalServer) -> None:
    async def tell() -> list[str]:
        failures = []
        for story in STORIES:
            try:
                async with asyncio.timeout(30), Talk(kind, server) as talk:
                    await story(talk)
            except Exception:  # noqa: BLE001 - all of them are told together
                failures.append(f"{story.__name__}: {traceback.format_exc()}")
        return failures

    failures = asyncio.run(tell())
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_transcript_shows_the_connection_of_httpx2(
    kind: Any, server: LocalServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async def tell() -> None:
        async with Talk(kind, server) as talk:
            for _ in range(2):
                await got(talk.client.threads.create(verbosity=3))

    asyncio.run(tell())
    shown = capsys.readouterr().err
    for line in (
        "*  connecting to 127.0.0.1 port",
        "*  connected to 127.0.0.1 port",
        "*  HTTP/1.1, response began after",
        "*  the response is complete",
        "*  the connection is one that was kept",
        "-> user-agent: python-httpx2/",
        "<- HTTP/1.1 200",
    ):
        assert line in shown
    assert KEY not in shown
