"""What is kept on disk is made once, and made anew where it can't be read."""

from __future__ import annotations

import os
import pickle
import time
from typing import TYPE_CHECKING

import pytest

import harness.kept
from harness.kept import kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Gone:
    pass


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(harness.kept, "_KEPT", tmp_path / "cache" / "kept")
    return tmp_path / "cache" / "kept"


def made(*inputs: bytes) -> tuple[list[str], bool]:
    """Return what is kept for some inputs, and whether it was made for that."""
    calls: list[int] = []

    def make() -> list[str]:
        calls.append(1)
        return ["a"]

    return kept(inputs, make), bool(calls)


@pytest.mark.usefixtures("folder")
def test_it_is_made_once_for_the_same_inputs() -> None:
    assert made(b"a", b"b") == (["a"], True)
    assert made(b"a", b"b") == (["a"], False)
    # Where one input ends and the next one begins counts.
    assert made(b"ab") == (["a"], True)
    assert made(b"a", b"b", b"") == (["a"], True)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: b"\x80\xff" + data,
        lambda _: pickle.dumps(Gone()).replace(b"Gone", b"Went"),
        lambda _: pickle.dumps(Gone()).replace(b"test_kept", b"test_gone"),
    ],
    ids=["empty", "cut", "nonsense", "no such class", "no such module"],
)
def test_what_can_t_be_read_is_made_anew(
    folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    made(b"a")
    (file,) = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert made(b"a") == (["a"], True)
    assert made(b"a") == (["a"], False)


def test_what_can_t_be_written_is_made_each_time(folder: Path) -> None:
    folder.parent.write_bytes(b"no folder")
    assert made(b"a") == made(b"a") == (["a"], True)


def test_what_was_not_used_for_long_is_removed(folder: Path) -> None:
    long_ago = time.time() - 15 * 24 * 3600
    for number in range(3):
        made(b"%d" % number)
    (folder / "tmp_of_a_killed_process").touch()
    for each in folder.iterdir():
        os.utime(each, (long_ago, long_ago))
    assert made(b"0") == (["a"], False)
    # What another process is to do, which begins later.
    harness.kept._remove_unused.cache_clear()
    assert made(b"3") == (["a"], True)
    assert len([*folder.iterdir()]) == 2
    assert made(b"0") == made(b"3") == (["a"], False)
    assert made(b"1") == (["a"], True)


def test_what_another_process_removes_meanwhile_is_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(b"0")
    (old,) = folder.iterdir()
    os.utime(old, (0, 0))
    seen = iter([folder / "gone", old])
    monkeypatch.setattr(type(folder), "iterdir", lambda _: seen)
    harness.kept._remove_unused.cache_clear()
    assert made(b"1") == (["a"], True)
    assert not old.exists()
