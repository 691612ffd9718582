"""The command of the server in a fork of a process that has imported it already."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from assistants_server.__main__ import main
from tests.fork_server import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection
    from signal import Signals


class Forked:
    """A process as `subprocess.Popen` has it, which is there in a few milliseconds."""

    def __init__(
        self,
        arguments: list[str],
        *,
        cwd: Path | None,
        env: Mapping[str, str],
        before: Callable[[], None] | None = None,
    ) -> None:
        """Start it; call a function there before, which a module has at its top."""
        readers, writers = zip(
            *(CONTEXT.Pipe(duplex=False) for _ in range(2)), strict=True
        )
        args = (arguments, cwd or Path.cwd(), {**env}, writers, before)
        self._process = CONTEXT.Process(target=_run, args=args, daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid
        for each in writers:
            each.close()
        self.stdout, self._stderr = map(_opened, readers)

    @property
    def returncode(self) -> int | None:
        """Return the exit code, or minus the signal that ended it."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Return the exit code when it has ended.

        Raises:
            subprocess.TimeoutExpired: it goes on for longer than that, in seconds.
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("assistants_server", timeout)
        return self._process.exitcode

    def kill(self) -> None:
        """End it as a crash does."""
        self._process.kill()

    def send_signal(self, sent: Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, sent)

    def communicate(self, timeout: float) -> tuple[str, str]:
        """Return what is left to read of its output and of its errors, as it ends."""
        self.wait(timeout)
        if self.stdout.closed:
            return "", ""
        with self.stdout, self._stderr:
            return self.stdout.read(), self._stderr.read()


def _opened(reader: Connection) -> io.TextIOWrapper:
    with reader:
        return os.fdopen(os.dup(reader.fileno()))


def _run(
    arguments: list[str],
    cwd: Path,
    env: dict[str, str],
    writers: tuple[Connection, Connection],
    before: Callable[[], None] | None,
) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    # Where temporary files are may have been looked up before.
    tempfile.tempdir = None
    for number, writer in enumerate(writers, 1):
        os.dup2(writer.fileno(), number)
        writer.close()
    if before:
        before()
    sys.exit(main(arguments))
