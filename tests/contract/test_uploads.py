"""Files as arguments: what they may be, how they are sent, and what is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_multipart import parse_form

from assistants_api import File, Form
from assistants_api.errors import UnusableFile
from assistants_api.forms import multipart
from assistants_api.sources import PIECE
from tests.cases import each_case
from tests.contract.forms import (
    CONTENT,
    Pathlike,
    Pipe,
    Upload,
    arrives,
    awaited_pieces,
    each_of,
    form_of,
    parsed,
    pieces,
    sent,
    sent_async,
)

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
