"""Fixtures of an update's tests: a small repository, and updates of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from codegen.pipeline import Built, Order
from codegen.plan import Package
from scripts.update import __main__ as update
from scripts.update.checks import Findings
from tests.codegen.specs import tree
from tests.update.small import NAME, QUIET, git, make_repository

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
        """Run an update with a document, or a path or URL; return the exit code."""
        if not isinstance(given, str):
            path = self.root.parent / name
            path.write_text(json.dumps(given), encoding="utf-8")
            given = str(path)
        return update.main([given, *options], self.root)

    def text(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def commit(self) -> None:
        """Commit everything."""
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--allow-empty", "--message", "More")

    @property
    def files(self) -> dict[str, bytes]:
        return files_of(self.root)

    def differing(self) -> set[str]:
        """Return the files that are no longer as they were made."""
        now = self.files
        return {n for n in now | self.made if now.get(n) != self.made.get(n)}

    def is_as_made(self) -> bool:
        """Return whether nothing changed, and nothing was left behind."""
        lists = git(self.root, "worktree", "list"), git(self.root, "stash", "list")
        return not self.differing() and [len(x.splitlines()) for x in lists] == [1, 0]


def files_of(root: Path) -> dict[str, bytes]:
    """Return all files but those that git keeps for itself."""
    found = tree(root).items()
    return {name: data for name, data in found if not name.startswith(".git/")}


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template") / "repository"
    root.mkdir()
    make_repository(root)
    return root


@pytest.fixture
def repository(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Repository:
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    root = tmp_path / "repository"
    shutil.copytree(template, root)
    return Repository(root, files_of(root))


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes longest: the tests and the type checker."""

    def check(*_: Any) -> Findings:
        return Findings(1)

    monkeypatch.setattr(update, "_check", check)


@pytest.fixture
def untyped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the type checker alone."""

    def nothing(_: Path) -> list[str]:
        return []

    monkeypatch.setattr(update, "check_types", nothing)
    # Plugins of pytest, which no test there needs, take longer than the tests.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the build too, and write something that differs."""

    def build(order: Order, _: Any) -> Built:
        (order.target / "API.md").write_text("New.\n", encoding="utf-8")
        (order.target / "new.py").write_text("New.\n", encoding="utf-8")
        (order.target / "codegen.lock").unlink(missing_ok=True)
        package = Package("", "", "", [], [], [])
        return Built(package, [], 1, ["API.md"])

    monkeypatch.setattr(update, "build", build)
