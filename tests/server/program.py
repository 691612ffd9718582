"""The command of the server, in a process of its own.

Most are forked from one that has imported the server already, as this takes longer than
what most tests have to do with it.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import httpx

from tests.server.api import TIMEOUT, Api
from tests.server.forked import Forked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Self


class Program:
    """The command in a process of its own.

    Attributes:
        greeting: what it said when clients may come.
        url: the base URL that it named.
        http: a bare client that has this base URL.
        api: the same, with every answer judged by the document.
    """

    def __init__(
        self,
        *options: str,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        before: Callable[[], None] | None = None,
        typed: bool = False,
    ) -> None:
        """Prepare it.

        Args:
            options: besides those for a free port and no pace.
            cwd: the folder where it runs.
            env: variables of the environment, besides those that there are.
            before: called in its process first; a function at the top of a module.
            typed: whether it is started as a user does.
        """
        self._options = ["--port", "0", "--pace", "0", *options]
        self._environment = {**plain_environment(), **(env or {})}
        self._cwd = cwd
        self._before = before
        self._typed = typed

    def start(self) -> None:
        """Start it, and don't wait until it serves."""
        if not self._typed:
            self._process: Forked | subprocess.Popen[str] = Forked(
                self._options,
                cwd=self._cwd,
                env=self._environment,
                before=self._before,
            )
            return
        self._process = subprocess.Popen(
            [*command(), *self._options],
            cwd=self._cwd,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        self.start()
        assert self._process.stdout is not None
        with contextlib.ExitStack() as undo:
            undo.callback(self._end)
            # Which ends the reading, should it say nothing.
            alarm = threading.Timer(TIMEOUT, self._process.kill)
            alarm.start()
            lines = 2 if "--no-page" in self._options else 3
            self.greeting = "".join(
                self._process.stdout.readline() for _ in range(lines)
            )
            alarm.cancel()
            found = re.match(r"http://\S+", self.greeting)
            assert found, self.greeting + self._rest()[1]
            self.url = found[0]
            # Without certificates, since to read them takes longer than a test.
            self.http = httpx.Client(
                base_url=self.url, timeout=TIMEOUT, verify=False, trust_env=False
            )
            self.api = Api(self.http)
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self._end()

    @property
    def pid(self) -> int:
        """Return the id of its process."""
        return self._process.pid

    def wait(self, seconds: float) -> int | None:
        """Return the exit code; None if it goes on for so long."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def run_to_its_end(self) -> tuple[int, str, str]:
        """Start it; return the exit code and what it printed when it ends by itself."""
        self.start()
        try:
            printed, complained = self._rest()
        finally:
            self._end()
        assert self._process.returncode is not None
        return self._process.returncode, printed, complained

    def kill(self) -> None:
        """End it as a crash does."""
        self._end()

    def send(self, sent: signal.Signals) -> tuple[int, str, str]:
        """Send a signal; return the exit code, and what was printed after the greeting.

        Raises:
            subprocess.TimeoutExpired: it doesn't end.
        """
        self._process.send_signal(sent)
        printed, complained = self._rest()
        assert self._process.returncode is not None
        return self._process.returncode, printed, complained

    def connect(self) -> socket.socket:
        """Open a connection of one's own."""
        url = httpx.URL(self.url)
        assert url.port is not None
        return socket.create_connection((url.host, url.port), TIMEOUT)

    def _rest(self) -> tuple[str, str]:
        return self._process.communicate(timeout=TIMEOUT)

    def _end(self) -> None:
        self._process.kill()
        self._rest()


def command() -> list[str]:
    """Return the command, as a user types it."""
    return [sys.executable, "-m", "assistants_server"]


def plain_environment() -> dict[str, str]:
    """Return the environment without what changes how the command prints."""
    shaping = ("ASSISTANTS_", "COLUMNS", "PYTHONUNBUFFERED", "PYTHONWARNINGS")
    return {k: v for k, v in os.environ.items() if not k.startswith(shaping)}
