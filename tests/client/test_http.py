"""Effects in the world: over a socket, against the embedded server and its faults."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client._drive import drive, drive_async
from assistants_client._effects import (
    Invoke,
    NoResponse,
    Note,
    PreparedRequest,
    Send,
    Sleep,
    Upload,
)
from assistants_client._transcript import Transcript
from assistants_client._transport.async_http import AsyncHttp
from assistants_client._transport.async_pool import AsyncPool
from assistants_client._transport.http import Http
from assistants_client._transport.library import Library
from assistants_client._transport.pool import Pool
from assistants_client._transport.request import Requests
from assistants_server import LocalServer
from tests.cases import some

if TYPE_CHECKING:
    from assistants_client._effects import Effect, Flow

PATIENCE = 20.0
LIBRARY = Library("httpx")


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


def each(*effects: Effect) -> Flow[list[Any]]:
    """Perform some effects; return the results, errors included."""
    results = []
    for effect in effects:
        try:
            results.append((yield effect))
        except NoResponse as error:
            results.append(error)
    return results


def synchronously(effects: list[Effect], transcript: Transcript | None) -> list[Any]:
    with httpx.Client() as client:
        return drive(each(*effects), Http(Pool(LIBRARY, client), transcript).perform)


def asynchronously(effects: list[Effect], transcript: Transcript | None) -> list[Any]:
    async def main() -> list[Any]:
        async with httpx.AsyncClient() as client:
            perform = AsyncHttp(AsyncPool(LIBRARY, client), transcript).perform
            return await drive_async(each(*effects), perform)

    return asyncio.run(main())


Run = Callable[[list["Effect"], Transcript | None], list[Any]]


@pytest.fixture(params=[synchronously, asynchronously], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.param
    return found


def get(server: LocalServer, fault: str = "", **options: Any) -> Send:
    headers = {"X-Local-Fault": fault} if fault else {}
    url = f"{server.url}/assistants?limit=1"
    return Send(
        PreparedRequest(
            method="GET", url=url, headers=headers, timeout=PATIENCE, **options
        )
    )


def test_requests_are_sent_and_answered(server: LocalServer, run: Run) -> None:
    body = b'{"model": "m"}'
    post = PreparedRequest(
        method="POST",
        url=f"{server.url}/assistants",
        headers={"Content-Type": "application/json", "X-Mine": "1"},
        content=body,
    )
    made, listed = run([Send(post), get(server)], None)
    assert made.status_code == 200
    assert listed.json()["data"] == [made.json()]
    exchange = server.exchanges[-2]
    assert (exchange.operation, exchange.body) == ("createAssistant", body)
    assert exchange.headers["x-mine"] == "1"


@pytest.mark.parametrize(
    ("fault", "stage"),
    [
        ("close=before-headers", "sent"),
        ("close=in-headers", "sent"),
        ("close=after-headers", "answered"),
        ("cut-body=3", "answered"),
    ],
)
def test_a_broken_connection_tells_how_far_it_came(
    server: LocalServer, run: Run, fault: str, stage: str
) -> None:
    fresh, good, kept = run([get(server, fault), get(server), get(server, fault)], None)
    assert isinstance(fresh, NoResponse)
    assert (fresh.stage, fresh.reused, fresh.timed_out) == (stage, False, False)
    assert good.status_code == 200
    assert isinstance(kept, NoResponse)
    assert (kept.stage, kept.reused, kept.timed_out) == (stage, True, False)


def test_nobody_there_is_told(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        (answer,) = run(
            [Send(PreparedRequest(method="GET", url=url, headers={}))], None
        )
    assert isinstance(answer, NoResponse)
    assert (answer.stage, answer.timed_out) == ("connect", False)


def test_a_slow_answer_times_out(server: LocalServer, run: Run) -> None:
    url = f"{server.url}/assistants"
    headers = {"X-Local-Fault": "delay=60"}
    slow = PreparedRequest(method="GET", url=url, headers=headers, timeout=0.05)
    (answer,) = run([Send(slow)], None)
    assert isinstance(answer, NoResponse)
    assert (answer.stage, answer.timed_out) == ("sent", True)
    assert str(answer).startswith("timed out")


def test_other_effects(run: Run) -> None:
    lines: list[str] = []
    transcript = Transcript(3, write=lines.append)
    effects: list[Effect] = [Sleep(0), Invoke(lambda: "token"), Note("a note")]
    assert run(effects, transcript) == [None, "token", None]
    assert lines == ["*  a note"]


async def give_token() -> str:
    return "token"


def test_a_function_may_be_asynchronous_where_it_can_be_awaited() -> None:
    assert asynchronously([Invoke(give_token)], None) == ["token"]
    with pytest.raises(TypeError, match="needs the asynchronous client"):
        synchronously([Invoke(give_token)], None)


def test_the_transcript_of_a_call(server: LocalServer, run: Run) -> None:
    lines: list[str] = []
    transcript = Transcript(3, write=lines.append)
    first, second = run([get(server), get(server)], transcript)
    assert first.status_code == second.status_code == 200
    text = "\n".join(lines)
    port = server.port
    assert f"*  connecting to 127.0.0.1 port {port}\n" in text
    assert f"*  connected to 127.0.0.1 port {port} in " in text
    assert text.count("*  the connection is one that was kept") == 1
    assert text.count("-> GET /v1/assistants?limit=1") == 2
    assert f"-> Host: 127.0.0.1:{port}" in text
    assert text.count("<- HTTP/1.1 200 OK") == 2
    assert text.count("<- content-type: application/json") == 2
    assert text.count('<<   "object": "list",') == 2


def test_a_stream_is_left_to_the_caller(server: LocalServer) -> None:
    with httpx.Client() as client:
        lines: list[str] = []
        http = Http(Pool(LIBRARY, client), Transcript(2, write=lines.append))
        (reply,) = drive(each(get(server, stream=True)), http.perform)
        assert not reply.is_stream_consumed
        assert not [each for each in some(lines) if each.startswith("<<")]
        assert reply.read()
        reply.close()


def test_an_interruption_closes_the_flow() -> None:
    closed = []

    def flow() -> Flow[None]:
        try:
            yield Sleep(0)
        finally:
            closed.append(True)

    def interrupt(effect: Effect) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drive(flow(), interrupt)

    async def cancel() -> None:
        async def perform(effect: Effect) -> None:
            await asyncio.sleep(PATIENCE)

        task = asyncio.ensure_future(drive_async(flow(), perform))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert closed == [True, True]


def test_what_a_client_sends_by_default_goes_with_it(server: LocalServer) -> None:
    with httpx.Client(
        params={"mine": "1"},
        cookies={"who": "me"},
        headers={"X-Default": "a", "Accept": "text/plain"},
    ) as client:
        prepared = PreparedRequest(
            method="GET",
            url=f"{server.url}/assistants?limit=2",
            headers={"accept": "application/json"},
        )
        (reply,) = drive(each(Send(prepared)), Http(Pool(LIBRARY, client)).perform)
    assert reply.status_code == 200
    sent = server.exchanges[-1]
    assert sent.query == "limit=2&mine=1"
    assert sent.headers["x-default"] == "a"
    assert sent.headers["accept"] == "application/json"
    assert "cookie" in sent.headers


@pytest.mark.parametrize("timeout", [None, 0.5, 600.0, httpx.Timeout(3, read=9)])
def test_a_request_is_what_httpx_would_have_made(timeout: Any) -> None:
    prepared = PreparedRequest(
        method="POST",
        url="http://127.0.0.1:1/v1/threads?a=b%20c",
        headers={"x-a": "b", "content-type": "application/json"},
        content=b"{}",
        timeout=timeout,
    )
    with httpx.Client(headers={"X-A": "c", "X-B": "d"}) as client:
        ours = Requests(LIBRARY).new(client, prepared, None)
        usual = httpx.Timeout(600, connect=5) if timeout == 600 else timeout
        assert not isinstance(prepared.content, Upload)
        theirs = client.build_request(
            prepared.method,
            prepared.url,
            headers=prepared.headers,
            content=prepared.content,
            timeout=usual,
        )
    assert (ours.method, ours.url, ours.content) == ("POST", theirs.url, b"{}")
    assert sorted(ours.headers.multi_items()) == sorted(theirs.headers.multi_items())
    assert ours.extensions["timeout"] == theirs.extensions["timeout"]
