"""Bodies are decoded piece by piece, and end where they are too much."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncClient,
    Client,
    ConfigurationError,
    DecodeError,
    StreamInterrupted,
)
from assistants_client._errors import KEPT
from harness.either_client import entered, settled
from harness.scripted_server import Response, ScriptedServer
from tests.cases import each_case
from tests.client import both
from tests.client.either import at_once
from tests.client.packed import CODINGS, Pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "key-of-the-tests"
THREAD = json.dumps({"id": "thread_1", "object": "thread"}).encode()
DELTA = b'event: thread.message.delta\ndata: {"delta": {}}\n\n'


Act = "Callable[[Any], Any]"


def served(
    body: Pieces, status: int = 200, **headers: str
) -> tuple[httpx.MockTransport, list[httpx.Request]]:
    seen: list[httpx.Request] = []
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, headers=named, stream=body)

    return httpx.MockTransport(answer), seen


def sync(transport: Any, act: Callable[[Any], Any], **settings: Any) -> Any:
    return at_once(act, {"transport": transport}, base_url="http://h/v1", **settings)


@pytest.fixture
def run(use: Any) -> Any:
    return lambda transport, act, **settings: use(
        act, {"transport": transport}, base_url="http://h/v1", **settings
    )


def bomb(each: int = 1 << 20) -> Iterator[bytes]:
    """Yield gzip without an end, a thousand times as long once unpacked."""
    engine = zlib.compressobj(9, wbits=31)
    yield engine.compress(b'{"id": "')
    while True:
        yield engine.compress(bytes(each)) + engine.flush(zlib.Z_SYNC_FLUSH)


def test_a_bomb_is_refused_and_the_connection_given_back(run: Any) -> None:
    body = Pieces(bomb())
    transport, seen = served(body, content_encoding="gzip")
    with pytest.raises(DecodeError, match="longer than the 9000000 bytes") as caught:
        run(
            transport,
            lambda client: client.threads.retrieve("thread_1"),
            max_response_bytes=9_000_000,
        )
    assert 'begins with \'{"id": "' in str(caught.value)
    assert len(caught.value.response.content) <= 200
    assert len(seen) == 1, "it would be no better the next time"
    assert body.closed
    assert body.taken < 12


@each_case("status", [200, 500])
@each_case("lines", [["gzip, gzip"], ["gzip", "gzip"], ["gzip", "x, gzip"]])
def test_what_is_packed_twice_is_never_unpacked(
    lines: list[str], status: int, use: Any
) -> None:
    # A thousand times as long for each time.
    twice = gzip.compress(gzip.compress(bytes(1 << 26), 9), 9)
    head = "".join(f"Content-Encoding: {line}\r\n" for line in lines)
    length = f"Content-Length: {len(twice)}"
    sent = f"HTTP/1.1 {status} Of course\r\n{head}{length}\r\n\r\n".encode() + twice

    def retrieve(client: Any) -> Any:
        return client.threads.retrieve("thread_1")

    tracemalloc.start()
    try:
        with ScriptedServer(lambda _: sent) as server, pytest.raises(APIError):
            use(retrieve, base_url=server.url, max_retries=0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 24


@pytest.mark.parametrize("kind", both.KINDS, ids=both.NAMES)
@each_case("coding", ["gzip", "deflate"])
def test_a_download_that_was_cut_before_it_was_packed(
    coding: str, kind: Any, tmp_path: Path
) -> None:
    packed = CODINGS[coding](random.Random(1).randbytes(5000))
    headers = {"Content-Encoding": coding}
    body = Response(200, packed[:-900], "application/octet-stream", headers)
    kept = tmp_path / "kept.bin"
    kept.write_bytes(b"before")

    async def save(client: Any) -> None:
        opened = client.files.with_streaming_response.content("file_1")
        async with entered(opened) as response:
            await settled(response.stream_to_file(kept))

    async def fetch(client: Any) -> None:
        await settled(client.files.content("file_1"))

    with ScriptedServer(lambda _: body) as server:
        for act in (save, fetch):
            with pytest.raises(DecodeError, match=r"cut short.*'identity'"):
                both.use(kind, act, base_url=server.url)
    assert kept.read_bytes() == b"before"


def test_an_answer_that_says_that_it_is_too_long_isn_t_read(run: Any) -> None:
    body = Pieces(iter([THREAD]))
    transport, _ = served(body, content_length="9" * 30)
    with pytest.raises(DecodeError, match="max_response_bytes"):
        run(transport, lambda client: client.threads.retrieve("thread_1"))
    assert (body.taken, body.closed) == (0, True)


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_an_error_is_one_whatever_its_body(run: Any, coding: str) -> None:
    # What isn't decoded has to be as long as it is; packing that takes a minute.
    body = Pieces(bomb() if coding == "gzip" else iter(lambda: bytes(1 << 16), None))
    transport, _ = served(body, 500, content_encoding=coding)
    with pytest.raises(APIStatusError) as caught:
        run(
            transport, lambda client: client.threads.retrieve("thread_1"), max_retries=0
        )
    assert caught.value.status_code == 500
    assert len(caught.value.response.content) <= KEPT
    assert len(str(caught.value)) < 700
    assert body.closed


def test_a_body_that_never_ends_takes_no_longer_than_the_timeout(run: Any) -> None:
    transport, _ = served(Pieces(iter(lambda: b" ", None)))
    with pytest.raises(APITimeoutError, match="too slowly"):
        run(
            transport,
            lambda client: client.threads.retrieve("thread_1"),
            timeout=0.05,
            max_retries=0,
        )


def test_a_stream_ends_at_the_limit_and_gives_what_came(run: Any) -> None:
    body = Pieces(iter(lambda: DELTA, None))
    transport, _ = served(body, content_type="text/event-stream")
    seen: list[Any] = []

    def whole(client: Any) -> Any:
        stream = client.threads.runs.stream(thread_id="thread_1", assistant_id="a")
        if isinstance(client, AsyncClient):
            return collected(stream)
        with stream as events:
            return seen.extend(events)

    async def collected(stream: Any) -> None:
        async with stream as events:
            async for event in events:
                seen.append(event)  # noqa: PERF401 - what came before an error counts

    with pytest.raises(StreamInterrupted, match="longer than the 1000 bytes"):
        run(transport, whole, max_response_bytes=1000)
    assert len(seen) == 1000 // len(DELTA)
    assert body.closed


def test_comments_alone_are_nothing(run: Any) -> None:
    transport, _ = served(
        Pieces(iter(lambda: b": still here\n\n", None)),
        content_type="text/event-stream",
    )

    def whole(client: Any) -> Any:
        stream = client.threads.runs.stream(thread_id="thread_1", assistant_id="a")
        if isinstance(client, AsyncClient):
            return collected(stream)
        with stream as events:
            return [*events]

    async def collected(stream: Any) -> None:
        async with stream as events:
            async for _ in events:
                pass

    with pytest.raises(StreamInterrupted, match=r"no event came for 0\.05 s") as caught:
        run(transport, whole, timeout=0.05)
    assert caught.value.timed_out


def test_whoever_reads_in_pieces_reads_as_much_as_there_is() -> None:
    def pieces(client: Any) -> int:
        streaming = client.with_streaming_response.threads.retrieve("thread_1")
        with streaming as answer:
            return sum(map(len, answer.iter_bytes()))

    def at_once(client: Any) -> bytes:
        with client.with_streaming_response.threads.retrieve("thread_1") as answer:
            found: bytes = answer.read()
            return found

    packed = gzip.compress(bytes(5000))
    transport, _ = served(Pieces(iter([packed])), content_encoding="gzip")
    assert sync(transport, pieces, max_response_bytes=1000) == 5000
    transport, _ = served(Pieces(iter([packed])), content_encoding="gzip")
    with pytest.raises(DecodeError, match="longer than the 1000 bytes"):
        sync(transport, at_once, max_response_bytes=1000)
    transport, _ = served(Pieces(iter([b"no gzip"])), content_encoding="gzip")
    with pytest.raises(DecodeError, match="not gzip, as it says it is"):
        sync(transport, pieces)


def test_packed_answers_are_read_and_shown(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = gzip.compress(THREAD)
    transport, seen = served(Pieces(iter([packed])), content_encoding="gzip")
    thread = run(
        transport, lambda client: client.threads.retrieve("thread_1"), verbosity=2
    )
    assert thread.id == "thread_1"
    assert seen[0].headers["accept-encoding"] == "gzip, deflate"
    shown = capsys.readouterr().err
    assert "<- content-encoding: gzip\n" in shown
    assert '<<   "id": "thread_1",\n' in shown


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, "1"])
def test_a_limit_is_a_number_of_bytes(limit: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_response_bytes must be 1 or"):
        Client(base_url="http://h", api_key=KEY, max_response_bytes=limit)


def test_what_breaks_in_the_middle_is_no_matter_of_limits(run: Any) -> None:
    def breaking() -> Iterator[bytes]:
        yield gzip.compress(THREAD)[:9]
        raise httpx.ReadError("it broke")

    transport, _ = served(Pieces(breaking()), content_encoding="gzip")
    with pytest.raises(APIConnectionError, match="it broke"):
        run(
            transport, lambda client: client.threads.retrieve("thread_1"), max_retries=0
        )
