"""Temporary files are in memory where that is fit for them, and nowhere else."""

from __future__ import annotations

import os
import shutil
import tempfile
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from harness import memory_folder
from harness.memory_folder import keep_temporary_files_in_memory

if TYPE_CHECKING:
    from pathlib import Path

GIBIBYTE = 1024**3


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a folder pose as the one in memory, and nobody have said where files go."""
    monkeypatch.setattr(memory_folder, "_MEMORY", tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", "/before")
    # Set first, so that what the test sets is forgotten as well.
    monkeypatch.setenv("TMPDIR", "/none")
    monkeypatch.delenv("TMPDIR")
    _have(monkeypatch, free=8 * GIBIBYTE)


def _have(monkeypatch: pytest.MonkeyPatch, *, free: int, flags: int = 0) -> None:
    usage, status = SimpleNamespace(free=free), SimpleNamespace(f_flag=flags)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    monkeypatch.setattr(os, "statvfs", lambda _: status)


def test_they_are_in_memory(tmp_path: Path) -> None:
    keep_temporary_files_in_memory()
    assert os.environ["TMPDIR"] == tempfile.gettempdir() == str(tmp_path)


def test_who_says_where_they_are_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/said")
    keep_temporary_files_in_memory()
    assert (os.environ["TMPDIR"], tempfile.tempdir) == ("/said", "/before")


@pytest.mark.parametrize("lacks", ["room", "programs", "everything"])
def test_what_is_unfit_is_left_alone(
    lacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacks == "everything":
        monkeypatch.setattr(memory_folder, "_MEMORY", tmp_path / "none")
    elif lacks == "programs":
        _have(monkeypatch, free=8 * GIBIBYTE, flags=os.ST_NOEXEC)
    else:
        _have(monkeypatch, free=GIBIBYTE)
    keep_temporary_files_in_memory()
    assert "TMPDIR" not in os.environ
    assert tempfile.tempdir == "/before"
