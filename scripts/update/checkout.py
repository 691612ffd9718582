"""The checkout that an update changes, with git as its journal.

An update is made in a worktree of its own. Its files get into the checkout by a single
`git restore` at the end, which goes on to its end even if this process is killed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.update.errors import UpdateError

DOCUMENT = "openapi.yaml"
SOURCE_LOCK = "codegen/source.lock"
MODEL_API = "codegen/model_api.yaml"
MODEL_LOCK = "codegen/model_api.lock"
GENERATED = "generated"
DIGEST = "tests/contract/upstream_facts.json"
CHANGELOG = "CHANGELOG.md"
VERSION = "assistants_client/_version.py"
CLIENT = "assistants_client"
METHODS = (
    *(f"{CLIENT}/_operations.py", f"{CLIENT}/_usual.py"),
    f"{CLIENT}/resources",
)
REWRITTEN = (
    *(DOCUMENT, SOURCE_LOCK, MODEL_API, MODEL_LOCK, DIGEST, GENERATED),
    *(*METHODS, CHANGELOG, VERSION),
)
"""All that an update writes."""

_WORKTREE = "assistants-update-"
_NO_CACHE = ":(exclude,glob)**/__pycache__/**"
_SURROUNDINGS = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}
_LISTED = 20


class Checkout:
    """A git checkout of the repository.

    Attributes:
        root: its folder.
        is_updated: whether an update has put its files in place.

    Raises:
        UpdateError: it is no git checkout, or lacks a file that an update rewrites.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.is_updated = False
        for name in REWRITTEN:
            if not (root / name).exists():
                raise UpdateError(
                    f"there is no {name} in {root}; git restore brings it"
                )
        try:
            # The prefix is empty where the checkout is all of a repository.
            shown = self._git("rev-parse", "--show-prefix", "HEAD^{commit}")
            self._prefix, _, _ = shown.rpartition("\n")
        except (OSError, UpdateError) as error:
            raise UpdateError(
                f"{root} is no git checkout with a commit, and git is what makes an "
                "update all or nothing",
                ["Clone the repository, or git init, git add and git commit here."],
            ) from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other updates of this checkout out, and remove what killed ones left.

        Raises:
            UpdateError: another one is at work.
        """
        path = self.root / self._git("rev-parse", "--git-path", "update-spec.lock")
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = "another update of this checkout is at work; wait for its end"
                raise UpdateError(message) from error
            self._remove_stale_worktrees()
            yield

    @contextmanager
    def worktree(self) -> Iterator[Path]:
        """Yield a folder with all files of the checkout, removed afterwards.

        Uncommitted changes of files that git tracks, say of the overlay, come along.
        """
        parent = Path(tempfile.mkdtemp(prefix=_WORKTREE)).resolve()
        try:
            # Without it, git stash fails where files were copied: their times differ.
            self._git("update-index", "-q", "--refresh", check=False)
            # A commit of the files as they are, which no branch or list names.
            base = self._git("stash", "create") or "HEAD"
            target = str(parent / "checkout")
            self._git("worktree", "add", "--quiet", "--detach", target, base)
            yield Path(target, self._prefix)
        finally:
            self._remove_worktree(parent / "checkout")

    def check_committed(self, message: str) -> None:
        """Refuse to rewrite files that have changes.

        Raises:
            UpdateError: some have; the message begins with `message`.
        """
        options = ("--porcelain", "-z", "--untracked-files=all", "--no-renames")
        output = self._git("status", *options, "--", *REWRITTEN, _NO_CACHE)
        # Two letters and a blank, then the name.
        names = [entry[3:] for entry in output.split("\0") if entry]
        if names:
            last = "Commit them first, or put them away: git stash."
            raise UpdateError(message, [*names[:_LISTED], last])

    def take(self, worktree: Path) -> list[str]:
        """Put the files of a worktree in place of the old ones.

        Returns:
            Those of `REWRITTEN` that are new now.

        Raises:
            UpdateError: the old ones have changed meanwhile, or git can't write; then
                they are as they were.
        """
        made = Checkout(worktree)
        base = made._git("rev-parse", "HEAD")
        # Forced, as what somebody has git ignore everywhere belongs here all the same.
        made._git("add", "--all", "--force", "--", *REWRITTEN, _NO_CACHE)
        result = made._git("write-tree")
        self.check_committed("files changed while the update was prepared:")
        if self._git("diff", "--name-only", base, "HEAD", "--", *REWRITTEN):
            raise UpdateError("another commit was checked out meanwhile: start again")
        options = ("--name-only", "--relative", "-z")
        differing = self._git("diff", *options, base, result, "--", *REWRITTEN)
        paths = [f"{path}/" for path in differing.split("\0")]
        changed = [
            name
            for name in REWRITTEN
            if any(path.startswith(f"{name}/") for path in paths)
        ]
        try:
            self._git("restore", "--worktree", "--source", result, "--", *REWRITTEN)
        except BaseException:
            self._git("restore", "--worktree", "--", *REWRITTEN)
            self._git("clean", "-dfq", "--", *REWRITTEN)
            raise
        self.is_updated = True
        return changed

    def _remove_stale_worktrees(self) -> None:
        for line in self._git("worktree", "list", "--porcelain").splitlines():
            path = Path(line.removeprefix("worktree "))
            if line.startswith("worktree ") and path.parent.name.startswith(_WORKTREE):
                self._remove_worktree(path)

    def _remove_worktree(self, path: Path) -> None:
        # Forced twice, as one that was being made is locked; no other one is touched.
        self._git("worktree", "remove", "--force", "--force", str(path), check=False)
        shutil.rmtree(path.parent, ignore_errors=True)

    def _git(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            # Hooks are for people who commit.
            ["git", "-c", "core.hooksPath=/dev/null", *arguments],
            cwd=self.root,
            env={k: v for k, v in os.environ.items() if k not in _SURROUNDINGS},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if check and done.returncode:
            message = done.stderr.decode(errors="replace").strip()
            raise UpdateError(f"git {arguments[0]} failed: {message}")
        return done.stdout.decode(errors="surrogateescape").strip("\n")
