"""Little that unpacks to much is refused by name, and takes little room meanwhile."""

from __future__ import annotations

import asyncio
import gc
import re
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import (
    APIError,
    AsyncClient,
    Client,
    DecodeError,
    InternalServerError,
    StreamInterrupted,
)
from harness.either_client import settled
from harness.fuzz.bench import KEY, listed
from harness.scripted_server import CLOSE, ScriptedServer, in_turn

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE = 1024**2
LIMIT = MEGABYTE // 4
# A body is held twice while its pieces are joined, and so is what was received of it.
MOST_ROOM = 4 * MEGABYTE
UNPACKED = 2048 * MEGABYTE
_BLOCK = 8 * MEGABYTE
_NAMED = re.compile(rf"max_response_bytes|{LIMIT}")


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as made:
        yield made


def packed(start: bytes, wbits: int) -> bytes:
    """Return what unpacks to two gigabytes that begin with something."""
    engine = zlib.compressobj(9, wbits=wbits)
    first = engine.compress(start) + engine.flush(zlib.Z_FULL_FLUSH)
    # After such a flush, the same comes out for the same, whatever came before.
    block = engine.compress(b"x" * _BLOCK) + engine.flush(zlib.Z_FULL_FLUSH)
    return first + block * (UNPACKED // _BLOCK)


@pytest.fixture(scope="module")
def bombs() -> dict[str, tuple[str, bytes]]:
    return {
        "gzip": ("gzip", packed(b'{"id": "', 31)),
        "deflate": ("deflate", packed(b'{"id": "', 15)),
        "bare deflate": ("deflate", packed(b'{"id": "', -15)),
        "as it is": ("identity", b"x" * (3 * LIMIT)),
        # Each of these says nothing, and there are many.
    }


def answer(status: int, kind: str, coding: str, body: bytes, length: str = "") -> bytes:
    lines = [
        f"HTTP/1.1 {status} Whatever",
        f"content-type: {kind}",
        f"content-encoding: {coding}",
        *([f"content-length: {length}"] if length else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def refused(
    server: ScriptedServer, call: Any, *, asynchronous: bool
) -> tuple[Any, int]:
    """Return the error of a call, and how much room it took at most, in bytes."""
    given: Any = {
        "base_url": f"{server.url}/v1",
        "api_key": KEY,
        "max_retries": 0,
        "timeout": 20.0,
        "max_response_bytes": LIMIT,
    }

    async def use() -> Any:
        client: Any
        if asynchronous:
            http: Any = httpx.AsyncClient(verify=False)
            client = AsyncClient(**given, http_client=http)
        else:
            http = httpx.Client(verify=False)
            client = Client(**given, http_client=http)
        gc.collect()
        tracemalloc.start()
        try:
            with pytest.raises(APIError) as caught:
                await call(client)
            return caught.value, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            await settled(http.aclose() if asynchronous else http.close())

    found: tuple[Any, int] = asyncio.run(use())
    return found


async def retrieve(client: Any) -> None:
    await settled(client.threads.retrieve("thread_1"))


async def stream(client: Any) -> None:
    runs = client.threads.runs
    given = {"thread_id": "thread_1", "assistant_id": "asst_1", "stream": True}
    events = await settled(runs.create(**given))
    try:
        await listed(events)
    finally:
        await settled(events.close())


def test_a_bomb_is_refused(
    server: ScriptedServer, bombs: dict[str, tuple[str, bytes]]
) -> None:
    for name, (coding, body) in bombs.items():
        asynchronous = name == "deflate"
        server.script = in_turn([answer(200, "application/json", coding, body), CLOSE])
        error, room = refused(server, retrieve, asynchronous=asynchronous)
        assert isinstance(error, DecodeError), name
        assert _NAMED.search(str(error)), f"{name}: {error}"
        assert room < MOST_ROOM, f"{name}: {room} bytes"


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_bomb_as_a_stream_breaks_it_off(
    server: ScriptedServer, asynchronous: bool
) -> None:
    body = packed(b"event: thread.run.queued\ndata: ", 31)
    server.script = in_turn([answer(200, "text/event-stream", "gzip", body), CLOSE])
    error, room = refused(server, stream, asynchronous=asynchronous)
    assert isinstance(error, StreamInterrupted)
    assert _NAMED.search(str(error))
    assert room < MOST_ROOM


def test_a_bomb_as_an_error_is_cut(
    server: ScriptedServer, bombs: dict[str, tuple[str, bytes]]
) -> None:
    server.script = in_turn([answer(500, "application/json", *bombs["gzip"]), CLOSE])
    error, room = refused(server, retrieve, asynchronous=False)
    assert isinstance(error, InternalServerError)
    assert len(str(error)) < 2_000
    assert room < MOST_ROOM


def test_a_length_that_is_too_much_is_refused_at_once(server: ScriptedServer) -> None:
    server.script = in_turn(
        [answer(200, "application/json", "identity", b"", str(UNPACKED)), CLOSE]
    )
    error, _ = refused(server, retrieve, asynchronous=False)
    assert isinstance(error, DecodeError)
    assert _NAMED.search(str(error))
