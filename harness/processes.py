"""Processes in other environments: without what would bring in modules of ours."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class ProcessError(Exception):
    """A process failed; the message has the end of what it said."""


def run(*command: str | Path, cwd: Path, seconds: float) -> str:
    """Run a command, and give what it says.

    Args:
        command: the program and its arguments.
        cwd: the folder to run it in.
        seconds: how long it may take.

    Raises:
        ProcessError: it fails.
    """
    words = [str(part) for part in command]
    done = subprocess.run(
        words,
        cwd=cwd,
        env=plain_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        said = "\n".join(done.stdout.splitlines()[-15:])
        raise ProcessError(f"{' '.join(words)}:\n{said}")
    return done.stdout


def plain_environment() -> dict[str, str]:
    """Give the environment without what would bring in modules of other places."""
    kept = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    return {
        name: value
        for name, value in os.environ.items()
        if name in kept or not name.startswith(("PYTHON", "VIRTUAL_ENV", "PYTEST"))
    }
