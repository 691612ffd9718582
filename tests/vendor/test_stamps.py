"""Stamps that lie or are damaged: they are refused in words, and lead nowhere."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codegen.vendor import vendored
from tests.vendor.projects import vendor

if TYPE_CHECKING:
    from collections.abc import Callable


def stamp_with(**more: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(json.dumps({**json.loads(path.read_text()), **more}))

    return write


def naming(name: str, digest: Any = "0" * 64) -> Callable[[Path], None]:
    return stamp_with(files={name: digest})


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**30)


def linked(path: Path) -> None:
    path.rename(path.with_suffix(".old"))
    path.symlink_to(path.with_suffix(".old"))


def piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": [value]}
    return value


STAMPS: list[tuple[str, Callable[[Path], Any], str]] = [
    ("gone", Path.unlink, "holds no copy"),
    ("a link", linked, "is no regular file"),
    ("a pipe", piped, "holds no copy"),
    ("1 GB", huge, "more than 4194304 bytes"),
    ("empty", lambda path: path.write_bytes(b""), "is no JSON"),
    ("bytes", lambda path: path.write_bytes(b"\xff\xfe{"), "is no JSON"),
    ("deep", lambda path: path.write_bytes(b"[" * 500_000), "is no JSON"),
    ("folded", stamp_with(document=nested(400)), "is nested too deeply"),
    ("folded format", stamp_with(format=nested(400)), "is nested too deeply"),
    ("a list", lambda path: path.write_bytes(b"[]"), "is no object"),
    ("of tomorrow", stamp_with(format=2), "has the format 2"),
    ("without files", stamp_with(files={}), "lists no files"),
    ("files are no object", stamp_with(files=["x"]), "lists no files"),
    ("outside", naming("../../x"), "names ../../x"),
    ("inside and out", naming("models/../../x"), "no file of the copy"),
    ("absolute", naming("/etc/passwd"), "no file of the copy"),
    ("a drive", naming("C:/x"), "no file of the copy"),
    ("backslashes", naming("..\\x"), "no file of the copy"),
    ("nothing", naming(""), "no file of the copy"),
    ("a dot", naming("./x"), "no file of the copy"),
    ("a null", naming("x\0y"), r"names 'x\x00y'"),
    ("an escape", naming("\x1b[31m/../"), r"names '\x1b[31m/../'"),
    ("no hash", naming("x", 7), "x has no sha256"),
    ("another hash", naming("x", "0" * 40), "x has no sha256"),
    ("without options", stamp_with(options=None), "has no options"),
    ("a strange name", stamp_with(options={"name": "a.b"}), "'a.b' can't be the name"),
]


@pytest.mark.parametrize(
    ("damage", "words"), [pytest.param(*row, id=what) for what, *row in STAMPS]
)
def test_no_stamp_leads_astray(
    small_copy: Path, damage: Callable[[Path], Any], words: str
) -> None:
    os.mkfifo(small_copy.parent / "x")  # Whoever opened it would wait for ever.
    damage(small_copy / vendored.STAMP)
    done = vendor("--check", small_copy.parent)
    assert done.code == 2
    assert words in done.err
    assert done.err.count("\n") <= 3


def test_a_huge_copy_is_given_up(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copy / "models" / "run_object.py").unlink()
    huge(copy / "models" / "run_object.py")
    found = vendor("--check", copy)
    assert found.code == 1
    assert "modified: models/run_object.py\n" in found.out
    most = len(json.loads((copy / "VENDORED.json").read_text())["files"])
    monkeypatch.setattr(vendored, "_MOST_FILES", most)
    for number in range(60):
        (copy / str(number)).mkdir()
    found = vendor("--check", copy)
    assert found.code == 2
    assert f"more than {most} files: this is no copy" in found.err


def test_what_lies_too_deep_to_be_read_is_said_shortly(copy: Path) -> None:
    name = "d" * 200
    handle = os.open(copy, os.O_RDONLY)
    for _ in range(25):
        os.mkdir(name, dir_fd=handle)
        inner = os.open(name, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(handle)
    found = vendor("--check", copy.parent)
    assert (found.code, found.out) == (2, "")
    assert "threads_api can't be checked: File name too long: " in found.err
    assert len(found.err) < 600
    again = vendor(copy.parent, "--name", "threads_api", "--force")
    assert again.code == 2
    assert "is no copy that could be replaced: File name too long" in again.err
    # Too long a path for other tools as well.
    shutil.rmtree(copy)
