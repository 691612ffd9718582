"""Formatted code is kept by all that has a say in how it is formatted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import harness.formatted
import harness.kept
from codegen import finish, pipeline
from codegen.methods import files
from harness.formatted import keep_formatted_code
from tests.cases import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


@pytest.fixture
def formatted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[str]]:
    """Provide what formats files, and returns which of them weren't known."""
    for names in map(vars, (pipeline, files)):
        monkeypatch.setitem(names, "format_code", names["format_code"])
    monkeypatch.setattr(harness.kept, "_KEPT", tmp_path / "kept")
    monkeypatch.setattr(harness.formatted, "version", {"ruff": "1"}.__getitem__)

    def formatted(*texts: str) -> list[str]:
        asked: list[str] = []

        def format_code(folder: Path, names: Iterable[str]) -> None:
            for each in names:
                asked.append((folder / each).read_text())
                (folder / each).write_text(f"{asked[-1]} # formatted\n")

        monkeypatch.setattr(finish, "format_code", format_code)
        # As the next process begins.
        monkeypatch.setattr(harness.formatted, "_KNOWN", {})
        keep_formatted_code()
        folder = tmp_path / "package"
        folder.mkdir(exist_ok=True)
        names = [f"{number}.py" for number, _ in enumerate(texts)]
        for name, text in zip(names, texts, strict=True):
            (folder / name).write_text(text)
        vars(pipeline)["format_code"](folder, names)
        for name, text in some(zip(names, texts, strict=True)):
            assert (folder / name).read_text() == f"{text} # formatted\n"
        return asked

    return formatted


def test_what_is_known_is_not_formatted_again(
    formatted: Callable[..., list[str]],
) -> None:
    assert formatted("a = 1", "b = 2") == ["a = 1", "b = 2"]
    assert formatted("a = 1", "c = 3") == ["c = 3"]


def test_another_version_of_ruff_formats_anew(
    formatted: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert formatted("a = 1") == ["a = 1"]
    monkeypatch.setattr(harness.formatted, "version", {"ruff": "2"}.__getitem__)
    assert formatted("a = 1") == ["a = 1"]


def test_another_way_to_call_it_formats_anew(
    formatted: Callable[..., list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert formatted("a = 1") == ["a = 1"]
    (tmp_path / "finish.py").write_text("# other options of ruff\n")
    monkeypatch.setattr(finish, "__file__", str(tmp_path / "finish.py"))
    assert formatted("a = 1") == ["a = 1"]
