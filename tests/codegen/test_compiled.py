"""Templates are compiled once, and again when they have changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from jinja2 import Environment, FileSystemLoader

from codegen.compiled import Compiled

if TYPE_CHECKING:
    from pathlib import Path


def rendered(folder: Path) -> str:
    """Render the template as a process would that has just begun."""
    templates = Environment(
        loader=FileSystemLoader(folder), bytecode_cache=Compiled(folder)
    )
    return templates.get_template("a.jinja").render(number=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.jinja").write_text("one {{ number }}", encoding="utf-8")
    return tmp_path


def test_a_template_is_compiled_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rendered(folder) == "one 1"
    (kept,) = (folder / "__pycache__").iterdir()
    assert kept.suffix == ".bin"
    monkeypatch.setattr(Environment, "compile", None)
    assert rendered(folder) == "one 1"


def test_a_changed_template_is_compiled_again(folder: Path) -> None:
    assert rendered(folder) == "one 1"
    (folder / "a.jinja").write_text("two {{ number }}", encoding="utf-8")
    assert rendered(folder) == "two 1"


@pytest.mark.parametrize("size", [0, 1, 20, -1])
def test_what_is_broken_is_written_anew(folder: Path, size: int) -> None:
    assert rendered(folder) == "one 1"
    (kept,) = (folder / "__pycache__").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:size])
    assert rendered(folder) == "one 1"
    assert kept.read_bytes() == whole


def test_where_nothing_can_be_kept_it_is_compiled_each_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "__pycache__").write_text("in the way", encoding="utf-8")
    assert rendered(folder) == "one 1"
    (folder / "__pycache__").unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(folder) == "one 1"
    assert [path.name for path in folder.iterdir()] == ["a.jinja"]
