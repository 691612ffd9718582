"""Processes in other environments: what they inherit, what they say, and their end."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
_LAST_LINES = 15
_LOOPBACK = "127.0.0.1"
_SECONDS_TO_START, _SECONDS_TO_END = 60, 5


class ProcessError(Exception):
    """A process failed; the message has the end of its output."""


def run(*command: str | Path, cwd: Path = ROOT, seconds: float = 900) -> str:
    """Run a command to its end, and return its output.

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
        raise ProcessError(f"{' '.join(words)}:\n{_end_of(done.stdout)}")
    return done.stdout


@contextmanager
def running(
    command: list[str | Path], log: Path, is_ready: Callable[[], bool]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server within the block, and stop it at its end.

    Args:
        command: the program and its arguments.
        log: the file that takes its output.
        is_ready: whether it can be used.

    Raises:
        ProcessError: it ends before its time, or isn't ready within a minute.
    """
    with log.open("wb") as output, _started(command, output) as process:
        deadline = time.monotonic() + _SECONDS_TO_START
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise ProcessError(f"{command[0]} did not start:\n{_tail(log)}")
            time.sleep(0.1)
        yield process
        if process.poll() is not None:
            raise ProcessError(f"{command[0]} ended before its time:\n{_tail(log)}")


@contextmanager
def _started(
    command: list[str | Path], output: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env=plain_environment(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port on loopback that nobody listens on, for a server to be told."""
    with socket.create_server((_LOOPBACK, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def is_listening(port: int) -> bool:
    """Return whether somebody listens on a port on loopback."""
    with socket.socket() as connection:
        return connection.connect_ex((_LOOPBACK, port)) == 0


def plain_environment() -> dict[str, str]:
    """Return the environment without what would bring in modules of other places."""
    kept = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    return {
        name: value
        for name, value in os.environ.items()
        if name in kept or not name.startswith(("PYTHON", "VIRTUAL_ENV", "PYTEST"))
    }


def _tail(log: Path) -> str:
    return _end_of(log.read_text("utf-8", errors="replace"))


def _end_of(output: str) -> str:
    return "\n".join(output.splitlines()[-_LAST_LINES:])
