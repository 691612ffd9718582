"""Ask git about a repository; nothing is written, not even git's own index."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from codegen.plan.literal import plain_text

_TIMEOUT = 60.0
"""Seconds that one command may take."""


class GitError(Exception):
    """Git has no answer: why."""


def git(folder: Path, *arguments: str) -> bytes:
    """Run git in a folder and return what it prints.

    Raises:
        GitError: git is missing, fails or takes too long.
    """
    # Where a hook of another repository calls us, its variables mean that repository.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", *arguments],
            cwd=folder,
            env={**environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError(f"git can't be asked: {error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = plain_text(said[0]).removeprefix("fatal: ") if said else "it fails"
        raise GitError(f"git says: {reason}")
    return done.stdout
