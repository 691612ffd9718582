"""Files as arguments: what they may be, how they are sent, and what is refused."""

from __future__ import annotations

import asyncio
import bz2
import gzip
import io
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_multipart import parse_form

from assistants_api import UNSET, File, Form
from assistants_api.api.files import create_file
from assistants_api.errors import BrokenFile, UnusableFile
from assistants_api.forms import multipart
from assistants_api.sources import PIECE
from tests.cases import each_case

CONTENT = b"\x00\xff\r\n--not a boundary\r\n"


class Upload:
    """An upload as web frameworks pass it on."""

    filename = "a.md"

    def __init__(self, content: bytes = CONTENT) -> None:
        self._file = io.BytesIO(content)

    async def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


class Pathlike:
    def __init__(self, path: Any) -> None:
        self._path = path

    def __fspath__(self) -> Any:
        return self._path


class Pipe(io.BytesIO):
    """A file that can't be rewound."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: Any) -> int:
        raise io.UnsupportedOperation


def pieces() -> Iterator[bytes]:
    yield CONTENT[:5]
    yield b""
    yield CONTENT[5:]


async def awaited_pieces() -> AsyncIterator[bytes]:
    for piece in pieces():
        yield piece


def form_of(file: Any, **more: Any) -> Form:
    body: Any = {"file": file, "purpose": "vision", **more}
    request = create_file.build_request(body=body)
    assert (request.json, request.content, request.data) == (UNSET, UNSET, UNSET)
    assert isinstance(request.files, list)
    return Form(request.files)


def sent(form: Form) -> bytes:
    form.open()
    body = b"".join(form.pieces())
    assert form.length in (None, len(body))
    return body


def sent_async(form: Form) -> bytes:
    async def main() -> bytes:
        await form.open_async()
        return b"".join([piece async for piece in form.pieces_async()])

    body = asyncio.run(main())
    assert form.length in (None, len(body))
    return body


def parsed(form: Form, body: bytes) -> list[EmailMessage]:
    """Return the parts of a body, read by a parser that isn't ours."""
    head = f"Content-Type: {form.content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    assert message.is_multipart()
    assert not message.defects
    found: Any = message.get_payload()
    return [*found]


def each_of(
    names: str, cases: dict[str, Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return each_case(names, cases.values(), ids=cases)


def arrives(file: Any, name: str, media_type: str, *, length: bool = True) -> None:
    for send in (sent, sent_async):
        given = file() if callable(file) else file
        with given if isinstance(given, io.BufferedReader) else nullcontext():
            form = form_of(given)
            body = send(form)
        assert (form.length is not None) == length
        part, purpose = parsed(form, body)
        assert part.get_param("name", header="Content-Disposition") == "file"
        assert part.get_filename() == name
        assert part.get_content_type() == media_type
        assert CONTENT in body
        assert purpose.get_payload() == "vision"


BINARY = "application/octet-stream"


@each_of(
    "file",
    {
        "bytes": CONTENT,
        "bytearray": bytearray(CONTENT),
        "memoryview": memoryview(CONTENT),
        "file object": lambda: io.BytesIO(CONTENT),
        "file": File(CONTENT),
        "file of a file object": lambda: File(io.BytesIO(CONTENT)),
        "tuple": (None, CONTENT),
    },
)
def test_contents_without_a_name_are_called_upload(file: Any) -> None:
    arrives(file, "upload", BINARY)


@each_of(
    "file",
    {
        "File": File(CONTENT, "a.bin", "image/png"),
        "tuple": ("a.bin", CONTENT, "image/png"),
        "tuple with headers": ("a.bin", CONTENT, "image/png", {"X-A": "b"}),
        "type among the headers": (
            "a.bin",
            CONTENT,
            None,
            {"Content-type": "image/png"},
        ),
        "tuple of a file object": lambda: ("a.bin", io.BytesIO(CONTENT), "image/png"),
    },
)
def test_a_file_keeps_its_name_and_media_type(file: Any) -> None:
    arrives(file, "a.bin", "image/png")


def test_a_part_has_headers_of_its_own() -> None:
    form = form_of(("a.bin", CONTENT, None, {"X-A": "b", "Content-Disposition": "x"}))
    part, _ = parsed(form, sent(form))
    assert part["X-A"] == "b"
    (disposition,) = part.get_all("Content-Disposition", [])
    assert disposition.startswith("form-data; ")


@each_of(
    "file",
    {
        "generator": pieces,
        "list": [CONTENT[:5], CONTENT[5:]],
        "pipe": lambda: Pipe(CONTENT),
    },
)
def test_what_has_no_known_length_is_sent_as_it_comes(file: Any) -> None:
    arrives(file, "upload", BINARY, length=False)


@each_of("file", {"generator": awaited_pieces, "upload": Upload})
def test_what_is_awaited_is_sent_by_asynchronous_clients(file: Any) -> None:
    form = form_of(file())
    assert CONTENT in sent_async(form)
    assert form.is_spent
    with pytest.raises(UnusableFile, match="only an asynchronous client can read"):
        form_of(file()).open()


def test_an_upload_of_a_framework_keeps_its_name() -> None:
    form = form_of(Upload())
    assert parsed(form, sent_async(form))[0].get_filename() == "a.md"


@each_of(
    "form",
    {
        "path": Path,
        "file": File,
        "tuple": lambda path: (None, path),
        "path in bytes": lambda path: Pathlike(os.fsencode(path)),
        "open file": lambda path: path.open("rb"),
    },
)
def test_a_path_is_read_under_its_own_name(tmp_path: Path, form: Any) -> None:
    path = tmp_path / "täxt.md"
    path.write_bytes(CONTENT)
    arrives(lambda: form(path), "täxt.md", "text/markdown")


def test_a_file_that_says_it_is_empty_is_sent_all_the_same() -> None:
    path = Path("/proc/self/status")
    if path.is_file():
        assert b"VmPeak" in sent(form_of(path))
    form = form_of(Path(os.devnull))
    assert sent(form)
    empty = form_of(b"")
    assert empty.length != 0
    assert sent(empty)


def test_a_path_is_read_when_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    form = form_of(path)
    path.write_bytes(CONTENT)
    # A second attempt sends all of it again.
    assert sent(form) == sent(form)
    assert CONTENT in sent(form)
    assert not form.is_spent


def test_a_file_is_sent_from_its_beginning() -> None:
    file = io.BytesIO()
    file.write(CONTENT)
    form = form_of(file)
    assert sent(form) == sent(form)
    assert CONTENT in sent(form)


@each_case("kind", [bz2, gzip])
def test_packed_files_are_sent_unpacked(tmp_path: Path, kind: Any) -> None:
    path = tmp_path / "a"
    path.write_bytes(kind.compress(CONTENT * 1000))
    with kind.open(path) as file:
        assert CONTENT * 1000 in sent(form_of(file))


def test_a_pipe_is_sent_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(CONTENT,))
    writer.start()
    form = form_of(path)
    assert CONTENT in sent(form)
    assert (form.length, form.is_spent) == (None, True)
    writer.join()


def test_what_grows_meanwhile_is_sent_as_long_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(CONTENT)
    form = form_of(path)
    form.open()
    path.write_bytes(CONTENT + b"more")
    body = b"".join(form.pieces())
    assert len(body) == form.length
    assert b"more" not in body


def test_a_file_that_gives_more_than_it_is_asked_for_is_sent_as_long_as_it_is() -> None:
    class Generous(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(size) + (b"more" if size else b"")

    form = form_of(Generous(CONTENT))
    body = sent(form)
    assert len(body) == form.length
    assert b"more" not in body


@each_case(
    "name, shown",
    [
        ('a"b.txt', "a%22b.txt"),
        ("a\r\nX-Evil: 1.txt", "a%0D%0AX-Evil: 1.txt"),
        ("../up", "../up"),
        ("ü\udcff", "ü?"),
    ],
)
def test_names_end_no_header(name: str, shown: str) -> None:
    form = form_of((name, CONTENT))
    assert f'filename="{shown}"\r\n'.encode() in sent(form)


def test_large_contents_are_sent_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "large"
    large = os.urandom(2 * PIECE + 1)
    path.write_bytes(large)
    for file in (large, path, io.BytesIO(large)):
        form = form_of(file)
        form.open()
        found = [*form.pieces()]
        assert max(map(len, found)) == PIECE
        assert large in b"".join(found)


def test_how_far_it_is_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(PIECE + 1))
    seen: list[Any] = []
    form = form_of(path)
    form.open()
    for _ in form.pieces(lambda part, *more: seen.append((part.is_file, *more))):
        pass
    file = [(0, False), (PIECE, False), (PIECE + 1, False), (PIECE + 1, True)]
    field = [(0, False), (6, False), (6, True)]
    assert seen == [*((True, *each) for each in file), *((False, *e) for e in field)]


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


@each_of(
    "make, why",
    {
        "generator": (failing, "file can't be read to its end: lost"),
        "wrong piece": (lambda: iter(["x"]), "holds str where bytes belong"),
        "awaited": (failing_async, "file can't be read to its end: lost"),
    },
)
def test_what_breaks_while_it_is_sent_is_no_failure_of_the_network(
    make: Any, why: str
) -> None:
    with pytest.raises(BrokenFile, match=why) as caught:
        sent_async(form_of(make()))
    if "lost" in why:
        assert isinstance(caught.value.__cause__, ConnectionResetError)
    if make is not failing_async:
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


names = st.text(max_size=20)
uploads = st.lists(st.tuples(names, st.binary(max_size=200)), max_size=4)


@given(uploads, st.text(max_size=50))
def test_any_file_comes_back_from_a_parser_of_others(
    files: list[tuple[str, bytes]], note: str
) -> None:
    body = {"note": note, "f": [File(content, name) for name, content in files]}
    parts = multipart(body)
    assert isinstance(parts, list)
    form = Form(parts)
    written = sent(form)
    fields: list[Any] = []
    found: list[bytes] = []

    def take(file: Any) -> None:
        file.file_object.seek(0)
        found.append(file.file_object.read())

    headers = {"Content-Type": form.content_type, "Content-Length": str(len(written))}
    parse_form(
        {name: value.encode() for name, value in headers.items()},
        io.BytesIO(written),
        fields.append,
        take,
    )
    assert [each.value or b"" for each in fields] == [note.encode()]
    assert found == [content for _, content in files]
