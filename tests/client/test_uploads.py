"""Uploads over a socket: read while they are sent, tried again, broken off."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import threading
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import (
    APIConnectionError,
    APIStatusError,
    AsyncClient,
    ConfigurationError,
    FileError,
    RateLimitError,
)
from harness.scripted_server import CLOSE, RESET, Response, ScriptedServer, in_turn
from harness.sink import Sink
from tests.cases import each_case
from tests.client.recording import KEY
from tests.client.upload import CONTENT, STORED, pieces, upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

LARGE = 64 * 1024**2
BUSY = Response.of({"error": {"message": "later"}}, 429, {"retry-after-ms": "1"})


async def awaited_pieces() -> AsyncIterator[bytes]:
    yield CONTENT


def test_an_upload_arrives_with_its_length(send: Any, tmp_path: Path) -> None:
    path = tmp_path / "ü.md"
    path.write_bytes(CONTENT)
    with ScriptedServer(lambda _: STORED) as server:
        assert send(server, path) == {"id": "file-1"}
    (request,) = server.requests
    assert int(request.headers["content-length"]) == len(request.body)
    assert 'filename="ü.md"'.encode() in request.body
    assert CONTENT in request.body
    kind, _, boundary = request.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    assert request.body.endswith(f"--{boundary}--\r\n".encode())


def test_what_has_no_length_is_sent_in_chunks(send: Any) -> None:
    with ScriptedServer(lambda _: STORED) as server:
        send(server, pieces(b"one, ", b"two"))
    (request,) = server.requests
    assert request.headers["transfer-encoding"] == "chunked"
    assert b"\r\n\r\none, two\r\n" in request.body


def test_an_iterable_that_is_awaited_needs_the_other_client(use: Any) -> None:
    with ScriptedServer(lambda _: STORED) as server:
        act = upload(awaited_pieces())
        if use.__name__ == "awaited":
            use(act, base_url=server.url)
            assert CONTENT in server.requests[0].body
        else:
            with pytest.raises(ConfigurationError, match="only an asynchronous client"):
                use(act, base_url=server.url)
            assert server.requests == []


@each_case(
    "file, why",
    [
        ("notes.md", r"pass Path\(text\)"),
        (io.StringIO("x"), "open it with 'rb'"),
        (7, "can't be of type int"),
        (("a", "b", "c", "d", "e"), "tuple of 5"),
    ],
)
def test_what_is_no_file_is_refused_before_anything_is_sent(
    send: Any, file: Any, why: str
) -> None:
    with ScriptedServer() as server:
        with pytest.raises(ConfigurationError, match=f"POST /files: .*{why}"):
            send(server, file)
        assert server.connections == 0


@each_case("files", ["abc", b"abc", 7, [b"abc"], [("a",)], ["ab"]])
def test_what_are_no_files_of_a_request_is_refused(use: Any, files: Any) -> None:
    with pytest.raises(ConfigurationError, match="files must be a mapping"):
        use(
            lambda client: client.post("/x", cast_to=dict, files=files),
            base_url="http://127.0.0.1:1",
        )


def test_what_is_not_there_is_refused_before_anything_is_sent(
    send: Any, tmp_path: Path
) -> None:
    with ScriptedServer() as server:
        with pytest.raises(ConfigurationError, match="No such file") as caught:
            send(server, tmp_path / "missing")
        assert isinstance(caught.value.__cause__, FileNotFoundError)
        with pytest.raises(ConfigurationError, match="is a folder"):
            send(server, tmp_path)
        assert server.connections == 0


@each_case("file", [CONTENT, io.BytesIO(CONTENT), [CONTENT]])
def test_an_upload_that_was_refused_is_sent_again_whole(send: Any, file: Any) -> None:
    with ScriptedServer(in_turn(BUSY, BUSY, STORED)) as server:
        assert send(server, file) == {"id": "file-1"}
    bodies = [_without_boundary(each) for each in server.requests]
    assert len(bodies) == 3
    assert CONTENT in bodies[0]
    assert bodies[0] == bodies[1] == bodies[2]


def _without_boundary(request: Any) -> bytes:
    boundary = request.headers["content-type"].partition("boundary=")[2]
    found: bytes = request.body.replace(boundary.encode(), b"")
    return found


def test_what_can_be_read_once_is_sent_once_and_that_is_said(send: Any) -> None:
    with ScriptedServer(in_turn(BUSY, STORED)) as server:
        with pytest.raises(RateLimitError) as caught:
            send(server, pieces())
        assert len(server.requests) == 1
    (note,) = caught.value.__notes__
    assert "can be read only once: pass bytes, a path" in note


def test_a_key_does_not_make_a_pipe_readable_again(send: Any) -> None:
    with ScriptedServer(in_turn([CLOSE], STORED)) as server:
        with pytest.raises(APIConnectionError) as caught:
            send(server, pieces(), idempotency_key="k")
        assert len(server.requests) == 1
    assert "can be read only once" in caught.value.__notes__[0]


def test_nothing_is_uploaded_twice(send: Any) -> None:
    for reply in ([RESET], Response.of({}, 500)):
        with ScriptedServer(in_turn(reply, STORED)) as server:
            with pytest.raises((APIConnectionError, APIStatusError)):
                send(server, CONTENT)
            assert len(server.requests) == 1
        with ScriptedServer(in_turn(reply, STORED)) as server:
            assert send(server, CONTENT, idempotency_key="k") == {"id": "file-1"}
            assert len(server.requests) == 2


def test_an_upload_is_sent_on_if_it_can_be_read_again(send: Any) -> None:
    moved = Response(307, headers={"Location": "/elsewhere"})
    with ScriptedServer(in_turn(moved, STORED)) as server:
        assert send(server, io.BytesIO(CONTENT)) == {"id": "file-1"}
        assert server.requests[1].path == "/elsewhere"
        assert CONTENT in server.requests[1].body
    with ScriptedServer(in_turn(moved, STORED)) as server:
        with pytest.raises(APIStatusError, match="can be read only once"):
            send(server, pieces())
        assert len(server.requests) == 1


class Failing(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionResetError("the disk is gone")
        return super().read(min(size or 0, 3))


def test_a_file_that_breaks_off_is_no_failure_of_the_network(send: Any) -> None:
    with ScriptedServer(lambda _: STORED) as server:
        with pytest.raises(FileError, match="the disk is gone") as caught:
            send(server, Failing(CONTENT), idempotency_key="k")
        # Nothing was made of the half: the request never was whole.
        assert server.requests == []
    assert isinstance(caught.value.__cause__, ConnectionResetError)


def test_the_transcript_shows_heads_and_sizes(
    send: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "assistants_client.wire")
    secret = f"text with {KEY}"
    with ScriptedServer(lambda _: STORED) as server:
        send(
            server,
            ("a.bin", pieces(b"123", b"\x00456"), "text/plain"),
            verbosity=2,
            extra_body={"note": secret},
        )
    lines = [each.getMessage() for each in caplog.records]
    sent = [each for each in lines if each.startswith(">> ")]
    boundary = next(each for each in sent if each.startswith(">> --"))
    assert sent == [
        boundary,
        '>> Content-Disposition: form-data; name="purpose"',
        ">> ",
        ">> assistants",
        boundary,
        '>> Content-Disposition: form-data; name="file"; filename="a.bin"',
        ">> Content-Type: text/plain",
        ">> ",
        ">> <7 bytes>",
        boundary,
        '>> Content-Disposition: form-data; name="note"',
        ">> ",
        ">> text with <REDACTED>",
    ]
    assert secret.encode() in server.requests[0].body


def test_fields_are_added_and_replaced(send: Any) -> None:
    with ScriptedServer(lambda _: STORED) as server:
        more = {"purpose": "vision", "expires_after": {"anchor": "created_at"}}
        send(server, CONTENT, extra_body=more)
    body = server.requests[0].body
    assert b'name="purpose"\r\n\r\nvision\r\n' in body
    assert b"\r\nassistants\r\n" not in body
    assert b'name="expires_after[anchor]"\r\n\r\ncreated_at\r\n' in body


def test_the_type_of_a_form_can_not_be_replaced(send: Any) -> None:
    with ScriptedServer(lambda _: STORED) as server:
        send(server, CONTENT, extra_headers={"Content-Type": "multipart/form-data"})
    assert "boundary=" in server.requests[0].headers["content-type"]


def test_a_refusal_on_the_way_is_heard(send: Any) -> None:
    """A server may answer before it has read all, and hang up."""

    def refuse(_: Any) -> Any:
        raise AssertionError("the request never is whole")

    said = Response.of({"error": {"message": "too large"}}, 413)
    with (
        ScriptedServer(
            refuse, greeting=lambda: [*said.actions(), 0.1, CLOSE]
        ) as server,
        pytest.raises((APIStatusError, APIConnectionError)) as caught,
    ):
        send(server, [bytes(100_000)] * 100)
    if isinstance(caught.value, APIStatusError):
        assert caught.value.status_code == 413
    else:
        assert "as one that is too large" in caught.value.__notes__[0]


def test_a_server_that_hangs_up_may_refuse_the_file(send: Any) -> None:
    with (
        ScriptedServer(lambda _: [CLOSE]) as server,
        pytest.raises(APIConnectionError) as caught,
    ):
        send(server, CONTENT)
    assert "as one that is too large" in caught.value.__notes__[0]


def test_a_large_file_takes_little_memory(use: Any, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(LARGE)
    with Sink() as sink:
        for given in (path, path.open("rb"), pieces(*[bytes(65536)] * 100)):
            tracemalloc.start()
            use(upload(given), base_url=sink.url)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 12 * 1024**2
            if isinstance(given, io.BufferedReader):
                given.close()
    assert [each > LARGE for each in sink.received] == [True, True, False]


def test_a_slow_file_is_sent_however_long_it_takes(use: Any) -> None:
    """The time counts from what was sent last: an upload may take hours."""

    def slowly() -> Iterator[bytes]:
        for _ in range(8):
            time.sleep(0.1)
            yield CONTENT

    with ScriptedServer(lambda _: STORED) as server:
        found = use(upload(slowly(), timeout=0.4), base_url=server.url)
    assert found == {"id": "file-1"}


def test_a_loop_goes_on_while_a_file_is_read() -> None:
    going = threading.Event()

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert not size or going.wait(20), "the loop stood still"
            return super().read(size)

    async def main(url: str) -> None:
        async with AsyncClient(api_key=KEY, base_url=url) as client:
            asyncio.get_running_loop().call_later(0.01, going.set)
            await upload(Slow(CONTENT))(client)

    with ScriptedServer(lambda _: STORED) as server:
        asyncio.run(main(server.url))
    assert CONTENT in server.requests[0].body


def test_an_upload_can_be_cancelled() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(1000)
            await asyncio.sleep(0.001)

    async def main(url: str) -> None:
        async with AsyncClient(api_key=KEY, base_url=url) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await upload(endless())(client)
            assert await upload(CONTENT)(client) == {"id": "file-1"}

    with ScriptedServer(lambda _: STORED) as server:
        asyncio.run(main(server.url))
    assert len(server.requests) == 1


def test_a_pipe_that_nobody_writes_to_keeps_no_loop_from_ending(
    tmp_path: Path,
) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    async def main(url: str) -> None:
        async with AsyncClient(api_key=KEY, base_url=url) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await upload(path)(client)

    with ScriptedServer(lambda _: STORED) as server:
        began = time.monotonic()
        asyncio.run(main(server.url))
        assert time.monotonic() - began < 5
    # What was left behind ends as well.
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
