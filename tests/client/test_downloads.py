"""The contents of files: read, iterated over, and saved whole or not at all."""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import stat
import threading
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import APIConnectionError, ConfigurationError, FileError
from assistants_client._local_file import LocalFile
from assistants_client.binary import HttpxBinaryResponseContent
from harness.scripted_server import CLOSE, Response, ScriptedServer, cut
from tests.cases import each_case
from tests.client.test_upload_progress import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT = b"\x00one\ntwo \xff\n" * 1000
LARGE = 64 * 1024**2
BINARY = "application/octet-stream"
STORED = Response(body=CONTENT, content_type=BINARY)


def received(content: bytes = b"one\ntw\xc3\xb6\n", **more: Any) -> Any:
    return HttpxBinaryResponseContent(httpx.Response(200, content=content, **more))


def test_contents_are_read_in_many_ways() -> None:
    found = received()
    assert found.content == found.read() == b"one\ntw\xc3\xb6\n"
    assert found.text == "one\ntwö\n"
    assert [*found.iter_bytes(4)] == [b"one\n", b"tw\xc3\xb6", b"\n"]
    assert b"".join(found.iter_raw()) == found.content
    assert [*found.iter_text(4)] == ["one\n", "twö\n"]
    assert [*found.iter_lines()] == ["one", "twö"]
    assert repr(found) == "<HttpxBinaryResponseContent, 9 bytes>"
    found.close()
    assert found.content == found.read()
    assert received(b'{"a": 1}').json() == {"a": 1}
    with pytest.raises(ValueError, match="line 1"):
        found.json()


def test_contents_are_read_where_that_is_awaited() -> None:
    async def main() -> None:
        found = received()
        assert await found.aread() == found.content
        for each in (found.aiter_bytes(4), await found.aiter_bytes(4)):
            assert [piece async for piece in each] == [*found.iter_bytes(4)]
        assert [each async for each in found.aiter_lines()] == ["one", "twö"]
        assert [each async for each in found.aiter_text()] == ["one\ntwö\n"]
        assert [each async for each in found.aiter_raw()] == [found.content]
        await found.aclose()

    asyncio.run(main())


def test_contents_have_the_encoding_that_is_said() -> None:
    kind = {"headers": {"Content-Type": "text/plain; charset=latin-1"}}
    found = received(b"\xfc", **kind)
    assert (found.text, found.charset_encoding) == ("ü", "latin-1")
    assert received(b"\xc3\xbc").encoding == "utf-8"
    hostile = received(b"\xc3\xbc", headers={"Content-Type": "text/plain; charset=hex"})
    assert (hostile.text, hostile.encoding) == ("ü", "utf-8")


@each_case("kind", [str, Path])
def test_contents_are_written_to_a_file(tmp_path: Path, kind: Any) -> None:
    path = tmp_path / "ü"
    for write in ("write_to_file", "stream_to_file"):
        getattr(received(), write)(kind(path))
        assert path.read_bytes() == received().content
        path.unlink()
    asyncio.run(received().astream_to_file(kind(path), chunk_size=2))
    assert path.read_bytes() == received().content


# --- Local files -------------------------------------------------------------------


def test_what_was_there_stays_until_all_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    path.chmod(0o640)
    with LocalFile(path) as file:
        file.write(b"after")
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [*tmp_path.iterdir()] == [path]


def test_half_of_a_file_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for before in (None, b"before"):
        if before:
            path.write_bytes(before)
        for error in (ValueError, KeyboardInterrupt):
            with pytest.raises(error):
                _write_half(path, error())
        left = [each.read_bytes() for each in tmp_path.iterdir()]
        assert left == ([before] if before else [])


def _write_half(path: Path, error: BaseException) -> None:
    with LocalFile(path) as file:
        file.write(b"half")
        raise error


def test_a_new_file_is_as_public_as_others(tmp_path: Path) -> None:
    with LocalFile(tmp_path / "a") as file:
        file.write(b"x")
    (tmp_path / "b").write_bytes(b"x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "a", tmp_path / "link"
    link.symlink_to(target)
    for _ in range(2):
        with LocalFile(link) as file:
            file.write(b"x")
        assert link.is_symlink()
        assert target.read_bytes() == b"x"


def test_nothing_takes_the_place_of_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(path.read_bytes()))
    reader.start()
    with LocalFile(path) as file:
        file.write(b"x")
    reader.join()
    assert found == [b"x"]
    assert path.is_fifo()
    with LocalFile(os.devnull) as file:
        file.write(b"x")


@each_case(
    "path, why",
    [
        (7, "must be a path, not int"),
        (io.BytesIO(), "must be a path, not BytesIO"),
        ("{}", "is a folder"),
        ("{}/missing/a", "there is no folder '.*missing'"),
        ("{}/a\0b", "is no path of a file"),
        ("{}/" + "a" * 300, "is no path of a file: .*too long"),
    ],
)
def test_where_no_file_can_be_is_said(tmp_path: Path, path: Any, why: str) -> None:
    given = path.format(tmp_path) if isinstance(path, str) else path
    with pytest.raises(ConfigurationError, match=why):
        LocalFile(given)
    with pytest.raises(ConfigurationError, match=why):
        received().write_to_file(given)


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="'/dev/full' can't be written: No space"):
        received().write_to_file("/dev/full")

    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(28, "No space left on device")

    def write() -> None:
        with LocalFile(tmp_path / "a") as file:
            assert file._file is not None
            file._file.close()
            file._file = Full()
            file.write(b"x")

    with pytest.raises(FileError, match="can't be written: No space left"):
        write()
    assert [*tmp_path.iterdir()] == []


# --- Streams -----------------------------------------------------------------------


def save(path: Any, **more: Any) -> Any:
    """Return what saves a file by a client of either kind."""

    def act(client: Any) -> Any:
        call = client.with_streaming_response.threads.retrieve("file-1")
        if hasattr(call, "__aenter__"):
            return act_async(call)
        with call as response:
            return response.stream_to_file(path, **more)

    async def act_async(call: Any) -> None:
        async with call as response:
            await response.stream_to_file(path, **more)

    return act


def test_a_stream_is_saved_in_little_memory(use: Any, tmp_path: Path) -> None:
    path = tmp_path / "a"

    def large(_: Any) -> Any:
        head = Response(content_type=BINARY).head(f"Content-Length: {LARGE}")
        piece = bytes(1024**2)
        return (each for each in [head, *[piece] * 64])

    with ScriptedServer(large) as server:
        tracemalloc.start()
        use(save(path), base_url=server.url)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert path.stat().st_size == LARGE
    assert peak < 12 * 1024**2


def test_a_stream_that_breaks_off_leaves_no_half(use: Any, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    packed = gzip.compress(os.urandom(10_000))
    coded = Response(
        body=packed, content_type=BINARY, headers={"Content-Encoding": "gzip"}
    )
    for reply in (
        cut(STORED, 5000),
        cut(Response(body=[CONTENT], content_type=BINARY), 5000),
        cut(coded, 5000),
    ):
        with (
            ScriptedServer(lambda _: reply) as server,  # noqa: B023
            pytest.raises(APIConnectionError, match="broke off"),
        ):
            use(save(path), base_url=server.url, max_retries=0)
        assert [*tmp_path.iterdir()] == [path]
        assert path.read_bytes() == b"before"


def test_a_stream_that_is_silent_leaves_no_half(use: Any, tmp_path: Path) -> None:
    head = Response(content_type=BINARY).head("Content-Length: 9")
    with (
        ScriptedServer(lambda _: [head, b"half", 0.5, CLOSE]) as server,
        pytest.raises(APIConnectionError, match="broke off"),
    ):
        use(save(tmp_path / "a"), base_url=server.url, timeout=0.1)
    assert [*tmp_path.iterdir()] == []


def test_a_stream_is_unpacked(use: Any, tmp_path: Path) -> None:
    reply = Response(
        body=gzip.compress(CONTENT),
        content_type=BINARY,
        headers={"Content-Encoding": "gzip"},
    )
    told: list[Any] = []
    with ScriptedServer(lambda _: reply) as server:
        tell = {"progress": lambda *found: told.append(found), "chunk_size": 6000}
        use(save(tmp_path / "a", **tell), base_url=server.url)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert told == [(6000, None), (len(CONTENT), None)]


def test_progress_of_a_stream_is_told(
    use: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    path = tmp_path / "a"

    async def tell(*found: Any) -> None:
        told.append(found)

    with ScriptedServer(lambda _: STORED) as server:
        call = {"progress": lambda *found: told.append(found), "chunk_size": 6000}
        use(save(path, **call), base_url=server.url)
        assert told == [(6000, len(CONTENT)), (len(CONTENT), len(CONTENT))]
        for stream in (Terminal(), io.StringIO()):
            monkeypatch.setattr("sys.stderr", stream)
            use(save(path, progress=True), base_url=server.url)
            is_shown = "11.0 kB of 11.0 kB (100%)" in stream.getvalue()
            assert is_shown == isinstance(stream, Terminal)
        with pytest.raises(ConfigurationError, match="progress must be True or"):
            use(save(path, progress=3), base_url=server.url)
        told.clear()
        if use.__name__ == "awaited":
            use(save(path, progress=tell), base_url=server.url)
            assert told == [(len(CONTENT), len(CONTENT))]
        else:
            with pytest.raises(TypeError, match="needs the asynchronous client"):
                use(save(path, progress=tell), base_url=server.url)


def test_what_was_cancelled_leaves_no_half(tmp_path: Path) -> None:
    def endless() -> Iterator[Any]:
        yield Response(content_type=BINARY).head("Content-Length: 1000000000")
        while True:
            yield bytes(1000)
            yield 0.001

    async def main(url: str) -> None:
        from assistants_client import AsyncClient

        async with AsyncClient(api_key="k", base_url=url) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await save(tmp_path / "a", chunk_size=2000)(client)

    with ScriptedServer(lambda _: endless()) as server:
        asyncio.run(main(server.url))
    assert [*tmp_path.iterdir()] == []
