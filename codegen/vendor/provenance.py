"""Say which commit our sources are of, where git knows it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from codegen.paths import ROOT

# What a copy is made of: changes elsewhere don't make it another.
_SOURCES = (
    *("assistants_client", "generated", "codegen/vendor"),
    *("LICENSE", "NOTICE", "pyproject.toml"),
)
_SECONDS = 30


def source(root: Path = ROOT) -> dict[str, str | bool] | None:
    """Give the commit, and whether its sources were changed since; None without git.

    Nothing is written, not even git's own index.
    """
    top = _git(root, "rev-parse", "--show-toplevel")
    # Unpacked somewhere within another repository, we have no commit.
    if top is None or Path(top.strip()).resolve() != root.resolve():
        return None
    commit = _git(root, "rev-parse", "--verify", "HEAD")
    status = _git(root, "status", "--porcelain", "--", *_SOURCES)
    if commit is None or status is None:
        return None
    return {"commit": commit.strip(), "modified": bool(status.strip())}


def _git(root: Path, *arguments: str) -> str | None:
    # Where a hook of another repository calls us, its variables mean that repository.
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", *arguments],
            cwd=root,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
