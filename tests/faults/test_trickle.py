"""Every call ends by its timeout, wherever a server sends a byte from time to time."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import (
    APITimeoutError,
    AssistantsError,
    AsyncClient,
    Client,
    StreamInterrupted,
)
from harness.either_client import entered, finished, listed, settled
from harness.faults.trickle import (
    BODIES,
    HANDSHAKE,
    HEADS,
    STREAMS,
    TrickleServer,
    encrypted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Seconds; a call that doesn't hold to its timeout takes as long as the server lives.
PAUSE, TIMEOUT, LATEST = 0.06, 0.3, 2.0

both = pytest.mark.parametrize("kind", [Client, AsyncClient], ids=["sync", "async"])


async def read(client: Any, place: str) -> Any:
    return await settled(client.threads.retrieve(place))


async def raw(client: Any, place: str) -> Any:
    return await settled(client.threads.with_raw_response.retrieve(place))


async def unread(client: Any, place: str) -> Any:
    calling = client.threads.with_streaming_response.retrieve(place)
    async with entered(calling) as response:
        return await settled(response.json())


async def pieces(client: Any, place: str) -> Any:
    calling = client.threads.with_streaming_response.retrieve(place)
    async with entered(calling) as response:
        return await listed(response.iter_bytes())


async def events(client: Any, place: str) -> Any:
    calling = client.threads.runs.stream(thread_id=place, assistant_id="asst_1")
    async with entered(calling) as stream:
        return await listed(stream)


async def created(client: Any, place: str) -> Any:
    stream = client.threads.runs.create(place, assistant_id="asst_1", stream=True)
    return await listed(await settled(stream))


@pytest.fixture(scope="module")
def server() -> Iterator[TrickleServer]:
    with TrickleServer(PAUSE) as server:
        yield server


def held(
    kind: Any, url: str, asked: list[tuple[Any, str]], **settings: Any
) -> list[str]:
    """Ask for all places at once; return what didn't end as it should."""
    given: Any = {"base_url": url, "api_key": "key-of-the-test", "max_retries": 0}
    given |= {"timeout": TIMEOUT, **settings}

    async def one(client: Any, ask: Any, place: str) -> list[str]:
        begun = time.monotonic()
        try:
            found = await ask(client, place)
        except (APITimeoutError, StreamInterrupted) as error:
            timed_out = isinstance(error, APITimeoutError) or error.timed_out
            what = "" if timed_out else repr(error)
        except AssistantsError as error:
            what = repr(error)
        else:
            what = f"gave {found!r}"
        took = time.monotonic() - begun
        if took > LATEST:
            what = f"{what} took {took:.1f} s"
        return [f"{ask.__name__} of {place}: {what}"] if what else []

    async def all_at_once() -> list[list[str]]:
        async with AsyncClient(**given) as client:
            return await asyncio.gather(*(one(client, *each) for each in asked))

    if kind is AsyncClient:
        return [*chain.from_iterable(asyncio.run(all_at_once()))]
    with Client(**given) as client, ThreadPoolExecutor(len(asked)) as threads:
        found = threads.map(lambda each: finished(one(client, *each)), asked)
        return [*chain.from_iterable(found)]


@both
@pytest.mark.parametrize("timeout", [TIMEOUT, httpx.Timeout(9, read=TIMEOUT)], ids=type)
def test_a_head_ends(kind: Any, timeout: Any, server: TrickleServer) -> None:
    asked = [(ask, place) for ask in (read, unread, events) for place in HEADS]
    assert held(kind, server.url, asked, timeout=timeout) == []


@both
def test_a_body_ends(kind: Any, server: TrickleServer) -> None:
    asked = [(ask, place) for ask in (read, raw, unread) for place in BODIES]
    assert held(kind, server.url, asked) == []


@both
def test_a_piece_of_a_body_ends(kind: Any, server: TrickleServer) -> None:
    """Whoever reads in pieces has the time for each; but here none comes."""
    names = [each for each in BODIES if "chunk's" in each or "trailer" in each]
    names += [each for each in BODIES if each.startswith("packed")]
    assert held(kind, server.url, [(pieces, each) for each in names]) == []


@both
@pytest.mark.parametrize("timeout", [TIMEOUT, httpx.Timeout(TIMEOUT)], ids=type)
def test_a_stream_without_events_ends(
    kind: Any, timeout: Any, server: TrickleServer
) -> None:
    names = [f"events: {each}" for each in STREAMS]
    if timeout is not TIMEOUT:
        # What has been read as a whole is bounded by a number alone.
        names = [each for each in names if "in place of" not in each]
    asked = [(ask, each) for ask in (events, created) for each in names]
    assert held(kind, server.url, asked, timeout=timeout) == []


@both
def test_calls_through_a_proxy_end(kind: Any, server: TrickleServer) -> None:
    http = httpx.Client if kind is Client else httpx.AsyncClient
    asked: list[tuple[Any, str]] = [(read, each) for each in HEADS]
    asked += [(read, "body, 200"), (read, "trailer, 400"), (events, "events: comment")]
    given: Any = {"proxy": server.url, "trust_env": False}
    elsewhere = "http://assistants.invalid"
    assert held(kind, elsewhere, asked, http_client=http(**given)) == []
    # One that never answers whether there is a tunnel.
    tunnelled = [(read, "body, 200")]
    safe = "https://assistants.invalid"
    assert held(kind, safe, tunnelled, http_client=http(**given)) == []


@both
def test_calls_by_tls_end(kind: Any, server: TrickleServer, tmp_path: Path) -> None:
    http = httpx.Client if kind is Client else httpx.AsyncClient
    asked: list[tuple[Any, str]] = [(read, each) for each in HEADS]
    asked += [(read, "body, 200"), (read, "trailer, 400"), (events, "events: comment")]
    with encrypted(server.port, tmp_path) as (url, context):
        assert held(kind, url, asked, http_client=http(verify=context)) == []


@both
def test_a_handshake_ends(kind: Any) -> None:
    with TrickleServer(PAUSE, HANDSHAKE) as slow:
        url = slow.url.replace("http:", "https:")
        assert held(kind, url, [(read, "any"), (events, "any")]) == []
