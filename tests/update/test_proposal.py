"""One pull request at most, of our files alone, over nobody's words."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.update.small import QUIET, git
from tests.update.test_workflows import PROPOSING, WORKFLOWS

if TYPE_CHECKING:
    from pathlib import Path

ENV = WORKFLOWS["upstream.yml"]["env"]
BRANCH = ENV["BRANCH"]
# Remembers what was asked for, and knows of one pull request once there is a branch.
GH = """\
#!/usr/bin/env bash
echo "gh $*" >>"$GH_SAID"
if [[ "$1 $2" == "pr list" && -f $GH_SAID.open ]]; then echo 7; fi
if [[ "$1 $2" == "pr create" ]]; then touch "$GH_SAID.open"; fi
"""


@dataclass
class Hub:
    """A repository to clone from and to push to, and a `gh` that writes things down."""

    folder: Path

    @property
    def origin(self) -> Path:
        return self.folder / "origin"

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        return git(cwd or self.origin, *arguments)

    def propose(self, files: dict[str, str]) -> tuple[int, str]:
        """Clone anew, and propose changes; return the exit code and output."""
        number = len([*self.folder.glob("clone*")])
        clone, handed = self.folder / f"clone{number}", self.folder / f"handed{number}"
        options = ("--quiet", "--depth=1", "--branch=main")
        self.git("clone", *options, self.origin.as_uri(), str(clone), cwd=self.folder)
        for name, text in files.items():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_text(text, encoding="utf-8")
        self.git("add", "--all", cwd=clone)
        patch = self.git("diff", "--cached", "--binary", "--no-renames", cwd=clone)
        self.git("reset", "--quiet", "--hard", cwd=clone)
        handed.mkdir()
        (handed / "update.patch").write_text(patch + "\n", encoding="utf-8")
        (handed / "report.md").write_text("What changed.\n", encoding="utf-8")
        done = subprocess.run(
            [PROPOSING],
            cwd=clone,
            env={
                **os.environ,
                **QUIET,
                **ENV,
                "BASE": "main",
                "HANDED_OVER": str(handed),
                "GH_SAID": str(self.folder / "output"),
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def asked(self) -> list[str]:
        """Return what `gh pr` was asked to change since the last time."""
        path = self.folder / "output"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [
            " ".join(line.split()[:3])
            for line in lines
            if line.startswith("gh pr") and not line.startswith("gh pr list")
        ]


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    (tmp_path / "bin").mkdir()
    gh = tmp_path / "bin" / "gh"
    gh.write_text(GH, encoding="utf-8")
    gh.chmod(0o755)
    made = Hub(tmp_path)
    made.origin.mkdir()
    made.git("init", "--quiet", "--initial-branch=main")
    methods = (
        "assistants_client/_operations.py",
        "assistants_client/_usual.py",
        "assistants_client/resources/runs.py",
    )
    others = ("generated/API.md", *methods, "README.md")
    for name in (*ENV["DOCUMENT_FILES"].split(), *others):
        (made.origin / name).parent.mkdir(parents=True, exist_ok=True)
        (made.origin / name).write_text("Old.\n", encoding="utf-8")
    made.git("add", ".")
    made.git("commit", "--quiet", "--message", "All")
    return made


def test_there_is_one_proposal_and_it_is_kept_current(hub: Hub) -> None:
    first = {"openapi.yaml": "New.\n", "generated/API.md": "New.\n"}
    code, output = hub.propose(first)
    assert (code, hub.asked()) == (0, ["gh pr create"]), output
    log = hub.git("log", "--format=%s by %an", f"main..{BRANCH}")
    bot = "github-actions[bot]"
    assert log == f"Regenerate by {bot}\nTake upstream's new document by {bot}"
    changed = hub.git("show", "--name-only", "--format=", f"{BRANCH}^").split()
    assert changed == ["openapi.yaml"]

    # The same again, after a week in which other things went on.
    before = hub.git("rev-parse", BRANCH)
    code, output = hub.propose(first)
    assert (code, hub.asked()) == (0, ["gh pr edit"])
    assert "has this update already" in output
    assert hub.git("rev-parse", BRANCH) == before
    methods = {"assistants_client/resources/new.py": "New.\n"}
    new = {"generated/new.py": "New.\n", "CHANGELOG.md": "New.\n"}
    second = {**first, **new, **methods}
    assert hub.propose(second)[0] == 0
    assert hub.asked() == ["gh pr edit"]
    for name in ("generated/new.py", *methods):
        assert hub.git("show", f"{BRANCH}:{name}") == "New."
    assert hub.git("rev-list", "--count", f"main..{BRANCH}") == "2"

    # Somebody has described what lacked words, on the branch.
    hub.git("switch", "--quiet", BRANCH)
    (hub.origin / "openapi.yaml").write_text("Described.\n", encoding="utf-8")
    hub.git("commit", "--quiet", "--all", "--message", "Describe")
    hub.git("switch", "--quiet", "main")
    before = hub.git("rev-parse", BRANCH)
    code, output = hub.propose({"openapi.yaml": "Newer.\n"})
    assert (code, hub.asked()) == (0, [])
    assert "has commits of others" in output
    assert hub.git("rev-parse", BRANCH) == before


def test_a_patch_of_anything_else_is_refused(hub: Hub) -> None:
    by_hand = "assistants_client/resources/_base.py"
    for name in (".github/workflows/ci.yml", "README.md", "openapi", by_hand):
        code, output = hub.propose({"openapi.yaml": "New.\n", name: "Mine.\n"})
        assert code == 1, name
        assert f"touches {name}, which no update does" in output
    assert hub.asked() == []
    assert hub.git("branch", "--list", BRANCH) == ""
