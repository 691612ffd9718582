"""The server as a process by its command line, to be killed and started again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from harness.processes import (
    ROOT,
    ProcessError,
    free_port,
    is_listening,
    plain_environment,
)

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

_SECONDS = 60.0


class ServerProcess:
    """One process of the server, always on the same port.

    Attributes:
        port: where it listens.
        log: the file that takes what it says.
    """

    def __init__(self, folder: Path, *options: str, **variables: str) -> None:
        """Prepare it.

        Args:
            folder: where its log goes.
            options: of its command line, besides the port.
            variables: of its environment, which others can't see, as they can options.
        """
        self.port = free_port()
        self.log = folder / f"server-{self.port}.log"
        self._options = options
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The base URL of its API."""
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and return when it listens.

        Raises:
            ProcessError: it ends before that, or takes more than a minute.
        """
        self.begin()
        deadline = time.monotonic() + _SECONDS
        while not is_listening(self.port):
            if not self.lives or time.monotonic() > deadline:
                raise ProcessError(f"the server did not start:\n{self.said()}")
            time.sleep(0.02)

    def begin(self) -> None:
        """Start it, and don't wait for it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "assistants_server"),
                    *("--port", str(self.port), *self._options),
                ],
                cwd=ROOT,
                env={**plain_environment(), **self._variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def lives(self) -> bool:
        """Whether it was started and hasn't ended."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def terminate(self) -> None:
        """Ask it to end, as systemd and others do."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """Return its exit code when it has ended.

        Raises:
            ProcessError: it goes on for more than a minute.
        """
        assert self._process is not None
        try:
            return self._process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            raise ProcessError(f"the server did not end:\n{self.said()}") from None

    def said(self) -> str:
        """Return the end of what it has said."""
        return self.log.read_text("utf-8", errors="replace")[-3000:]
