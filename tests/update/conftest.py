"""Fixtures of an update's tests: a small repository, and updates of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from codegen.pipeline import Built, Order
from codegen.plan import Package
from scripts.updating import __main__ as updating
from scripts.updating import making
from scripts.updating.swapping import FOLDER
from scripts.updating.testing import Findings
from tests.codegen.specs import tree
from tests.update.small import NAME, make_repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.codegen.specs import Document


@dataclass
class Repository:
    """A repository that a test may change.

    Attributes:
        root: its folder.
        made: all its files, as they were made.
    """

    root: Path
    made: dict[str, bytes]

    def update(self, given: Document | str, *options: str, name: str = NAME) -> int:
        """Run an update with a document, or with what names one; give the exit code."""
        if not isinstance(given, str):
            path = self.root.parent / name
            path.write_text(json.dumps(given), encoding="utf-8")
            given = str(path)
        return updating.main([given, *options], self.root)

    def text(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    @property
    def files(self) -> dict[str, bytes]:
        return tree(self.root)

    def differing(self) -> set[str]:
        """Give the files that are no longer as they were made."""
        now = self.files
        return {n for n in now | self.made if now.get(n) != self.made.get(n)}

    def is_as_made(self) -> bool:
        """Tell whether nothing changed, and nothing was left behind."""
        return self.differing() == set() and not (self.root / FOLDER).exists()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template") / "repository"
    root.mkdir()
    make_repository(root)
    return root


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Repository:
    root = tmp_path / "repository"
    shutil.copytree(template, root)
    return Repository(root, tree(root))


@pytest.fixture
def untested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes longest: the tests and the type checker."""

    def nothing(*_: Any) -> list[str]:
        return []

    monkeypatch.setattr(updating, "check_imports", nothing)
    monkeypatch.setattr(updating, "check_types", nothing)
    monkeypatch.setattr(updating, "run_tests", lambda *_: Findings(1))


@pytest.fixture
def untyped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the type checker alone."""

    def nothing(_: Path) -> list[str]:
        return []

    monkeypatch.setattr(updating, "check_types", nothing)
    # Plugins of pytest, which no test there needs, take longer than the tests.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the build too, and write something that differs."""

    def build(order: Order, _: Any) -> Built:
        (order.target / "API.md").write_text("New.\n", encoding="utf-8")
        package = Package("", "", "", [], [])
        return Built(package, [], 1, ["API.md"])

    monkeypatch.setattr(making, "build", build)
