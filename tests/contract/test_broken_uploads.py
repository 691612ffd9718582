"""Uploads that can't be sent, or not to their end."""

from __future__ import annotations

import asyncio
import io
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from assistants_api import File
from assistants_api.errors import BrokenFile, UnusableFile
from tests.contract.forms import (
    CONTENT,
    each_of,
    form_of,
    sent,
    sent_async,
)


@each_of(
    "file, why",
    {
        "text": ("a.txt", r"Path\(text\).*text\.encode\(\)"),
        "file of text": (File(cast("Any", "a.txt")), r"Path\(text\)"),
        "None": (None, "can't be of type NoneType"),
        "file of None": (File(cast("Any", None)), "can't be of type None"),
        "number": (7, "can't be of type int: pass bytes, a path"),
        "mapping": ({"a": b"b"}, "can't be of type dict"),
        "tuple of text": (("a.txt", "text"), "file 'a.txt' is text"),
        "short tuple": ((b"x",), r"tuple of 1: make it \(name, content\)"),
        "long tuple": ((1, 2, 3, 4, 5), "tuple of 5"),
        "name": ((1, b"x"), "name of file must be text, not int"),
        "text file": (io.StringIO("x"), "open it with 'rb'"),
        "headers": (("a", b"", None, ["x"]), "must be a mapping, not list"),
        "header": (("a", b"", "a\r\nb"), "must be printable ASCII text"),
        "header name": (("a", b"", None, {"ü": "b"}), "must be printable ASCII text"),
    },
)
def test_what_is_no_file_is_refused_at_once(file: Any, why: str) -> None:
    with pytest.raises(UnusableFile, match=why):
        form_of(file)


def closed(path: Path) -> Any:
    path.write_bytes(b"x")
    file = path.open("rb")
    file.close()
    return file


@each_of(
    "make, why",
    {
        "missing": (lambda path: path, "file 'a.md' can't be read: No such file"),
        "folder": (lambda path: path.parent, "is a folder: pass the files in it"),
        "closed": (closed, "is a file that is closed"),
        "to be written": (lambda path: path.open("wb"), "not opened for reading"),
        "list of text": (lambda _: ["x"], "holds str where bytes belong"),
        "list of numbers": (lambda _: [1, 2], "holds int where bytes belong"),
        "null in its name": (lambda _: Path("a\0b"), "can't be read: .*null"),
        "temporary text": (
            lambda path: tempfile.NamedTemporaryFile("w+", dir=path.parent),  # noqa: SIM115
            "open it with 'rb'",
        ),
    },
)
def test_what_can_not_be_read_is_refused_before_it_is_sent(
    tmp_path: Path, make: Any, why: str
) -> None:
    file = make(tmp_path / "a.md")
    try:
        form = form_of(file)
        with pytest.raises(UnusableFile, match=why):
            form.open()
        with pytest.raises(UnusableFile, match=why):
            asyncio.run(form.open_async())
    finally:
        if hasattr(file, "close"):
            file.close()


def failing() -> Iterator[bytes]:
    yield b"x"
    raise ConnectionResetError("lost")


async def failing_async() -> AsyncIterator[bytes]:
    for piece in failing():
        yield piece


class Unready(io.RawIOBase):
    """A pipe that doesn't wait for who writes to it, which is late."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes | None:
        return None if size else b""


class AsyncUnready:
    async def read(self, size: int = -1) -> bytes | None:
        return None if size else b""


@each_of(
    "make, why",
    {
        "generator": (failing, "file can't be read to its end: lost"),
        "wrong piece": (lambda: iter(["x"]), "holds str where bytes belong"),
        "nothing for a piece": (
            lambda: iter([b"x", None]),
            "holds NoneType where bytes",
        ),
        "nothing to read yet": (Unready, "nothing to read yet, .* os.set_blocking"),
        "awaited": (failing_async, "file can't be read to its end: lost"),
        "awaited read": (AsyncUnready, "nothing to read yet, .* os.set_blocking"),
    },
)
def test_what_breaks_while_it_is_sent_is_no_failure_of_the_network(
    make: Any, why: str
) -> None:
    with pytest.raises(BrokenFile, match=why) as caught:
        sent_async(form_of(make()))
    if "lost" in why:
        assert isinstance(caught.value.__cause__, ConnectionResetError)
    if make not in (failing_async, AsyncUnready):
        with pytest.raises(BrokenFile, match=why):
            sent(form_of(make()))


def test_what_becomes_shorter_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(CONTENT)
    form = form_of(path)
    form.open()
    path.write_bytes(CONTENT[:-4])
    with pytest.raises(BrokenFile, match="the last 4 of its 22 bytes are missing"):
        b"".join(form.pieces())


def test_a_view_may_leave_some_bytes_out() -> None:
    scattered = memoryview(CONTENT)[::2]
    for send in (sent, sent_async):
        assert CONTENT[::2] in send(form_of(scattered))


def test_no_loop_waits_for_a_disk() -> None:
    """A loop goes on while a file is read that takes its time."""
    going = threading.Event()

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if size:
                assert going.wait(20), "the loop stood still"
            return super().read(size)

    async def main() -> bytes:
        form = form_of(Slow(CONTENT))
        await form.open_async()
        asyncio.get_running_loop().call_later(0.01, going.set)
        return b"".join([piece async for piece in form.pieces_async()])

    assert CONTENT in asyncio.run(main())


def test_what_can_not_even_be_begun_is_broken() -> None:
    class Broken:
        count = 0

        def __iter__(self) -> Iterator[bytes]:
            self.count += 1
            if self.count > 1:
                raise OSError("gone")
            return iter([b"x"])

    for send in (sent, sent_async):
        form = form_of(Broken())
        with pytest.raises(BrokenFile, match="file can't be read to its end: gone"):
            send(form)
        with pytest.raises(UnusableFile, match="file can't be read: gone"):
            send(form)


def test_a_file_that_goes_away_meanwhile_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(CONTENT)
    form = form_of(path)
    form.open()
    path.unlink()
    with pytest.raises(BrokenFile, match="No such file"):
        b"".join(form.pieces())
