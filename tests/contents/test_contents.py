"""Contents of files: kept, read, deleted and swept, wherever they are."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from assistants_server.contents.loans import Loans

if TYPE_CHECKING:
    from assistants_server.contents import Contents

# Longer than what is sent or read at a time; S3 has two parts of it.
LARGE = bytes(range(256)) * 4 * 1024 * 9
SIZES = (LARGE, b"Hello", b"")


def kept(contents: Contents, data: bytes, id: str | None = None) -> str:
    """Keep a content, and return its id."""
    draft = contents.draft(id)
    half = len(data) // 2
    draft.write(data[:half])
    draft.write(data[half:])
    draft.finish()
    draft.keep()
    draft.commit()
    draft.discard()
    assert draft.size == len(data)
    return draft.id


def is_there(contents: Contents, id: str) -> bool:
    """Return whether a content can be opened."""
    try:
        contents.open(id).close()
    except FileNotFoundError:
        return False
    return True


@pytest.mark.parametrize("data", SIZES, ids=len)
def test_what_was_kept_comes_back(contents: Contents, data: bytes) -> None:
    file = kept(contents, data)
    assert re.fullmatch(r"file-[A-Za-z0-9]{24}", file)
    with contents.open(file) as content:
        pieces = [*iter(lambda: content.read(1_000_000), b"")]
    assert b"".join(pieces) == data
    assert {len(each) for each in pieces[:-1]} <= {1_000_000}
    with contents.lent(file) as path:
        assert path.read_bytes() == data


@pytest.mark.parametrize("id", ["../../etc/passwd", "ä/..", "", "file-short", "\0"])
def test_imported_ids_may_be_anything(contents: Contents, id: str) -> None:
    assert kept(contents, b"one", id or "x") == (id or "x")
    assert kept(contents, b"two", f"{id}?") == f"{id}?"
    with contents.open(id or "x") as content:
        assert content.read() == b"one"


def test_what_was_not_kept_leaves_nothing(contents: Contents) -> None:
    begun, finished = contents.draft(), contents.draft()
    for each in (begun, finished):
        each.write(LARGE)
    finished.finish()
    for each in (begun, finished):
        each.discard()
        assert not is_there(contents, each.id)


def test_contents_are_told_apart(contents: Contents) -> None:
    one, same, other = (contents.draft() for _ in range(3))
    for each, data in ((one, b"ab"), (same, b"ab"), (other, b"ac")):
        each.write(data[:1])
        each.write(data[1:])
    assert one.digest == same.digest != other.digest
    for each in (one, same, other):
        each.discard()


def test_deleted_contents_are_gone(contents: Contents) -> None:
    ids = [kept(contents, data) for data in SIZES]
    contents.delete([*ids[:2], "file-unknown"])
    assert [is_there(contents, each) for each in ids] == [False, False, True]
    with pytest.raises(FileNotFoundError):
        contents.open(ids[0])


def test_a_sweep_leaves_what_has_a_file(contents: Contents) -> None:
    known = [kept(contents, b"a"), kept(contents, b"b", "imported/1")]
    unknown = [kept(contents, b"c"), kept(contents, b"d", "imported/2")]
    # The process dies here.
    lost = contents.draft()
    lost.write(b"e")
    lost.finish()
    lost.keep()
    contents.sweep(known)
    assert all(is_there(contents, each) for each in known)
    assert not any(is_there(contents, each) for each in [*unknown, lost.id])


def test_loans_end_with_the_turn(contents: Contents, place: str) -> None:
    file = kept(contents, b"Hello")
    loans = Loans(contents)
    assert [loans.are_out] == [False]
    path = loans.path(file)
    assert path.read_bytes() == b"Hello"
    assert loans.path(file) == path
    assert [loans.are_out] == [True]
    loans.close()
    # What is a copy is deleted; what is on the disk anyhow stays.
    assert path.exists() == (place == "folder")
    with pytest.raises(FileNotFoundError):
        loans.path(file)


def test_what_is_read_in_odd_portions_is_the_same(contents: Contents) -> None:
    file = kept(contents, LARGE)
    read = BytesIO()
    with contents.open(file) as content:
        for size in (0, 1, 7, 1024 * 1024 - 8, 3_000_000, 10**8):
            read.write(content.read(size))
        assert content.read(1) == b""
    assert read.getvalue() == LARGE
