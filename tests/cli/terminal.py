"""The command in a process of its own, at a terminal or with pipes."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from tests.cli.invocation import CLEAN

if TYPE_CHECKING:
    from typing import Self

COMMAND: Final = (sys.executable, "-m", "assistants_cli")
# Its terminal is to be the one that Ctrl-C is pressed at.
_AT_TERMINAL: Final = """
import fcntl, runpy, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("assistants_cli", run_name="__main__", alter_sys=True)
"""
_PATIENCE: Final = 60.0


def surroundings(url: str, **more: str) -> dict[str, str]:
    """Return the environment of the process."""
    kept = {name: value for name, value in os.environ.items() if name not in CLEAN}
    return {**kept, "TERM": "xterm", "OPENAI_BASE_URL": url, **more}


class Terminal:
    """A terminal in which the command runs; leave it by `with`.

    Attributes:
        seen: all that was printed.
    """

    def __init__(self, url: str, *words: str, **env: str) -> None:
        own, other = pty.openpty()
        self._own = own
        self._process = subprocess.Popen(
            [sys.executable, "-c", _AT_TERMINAL, *words],
            stdin=other,
            stdout=other,
            stderr=other,
            env=surroundings(url, **env),
            start_new_session=True,
        )
        os.close(other)
        self.seen = ""
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._own)

    def expect(self, text: str) -> str:
        """Wait for a text behind what was expected before; return what came with it."""
        end = time.monotonic() + _PATIENCE
        while (found := self.seen.find(text, self._read)) < 0:
            assert self._more(end), f"{text!r} didn't come: {self.seen!r}"
        begin, self._read = self._read, found + len(text)
        return self.seen[begin : self._read]

    def type(self, text: str) -> None:
        """Type a text; "\\x03" is Ctrl-C, and "\\x04" Ctrl-D."""
        os.write(self._own, text.encode())

    def code(self) -> int:
        """Wait for the end, and return the exit code."""
        end = time.monotonic() + _PATIENCE
        while self._more(end):
            pass
        return self._process.wait(_PATIENCE)

    def _more(self, end: float) -> bool:
        """Read what comes next; return whether there can be more."""
        ready, _, _ = select.select([self._own], [], [], max(end - time.monotonic(), 0))
        try:
            piece = os.read(self._own, 65536) if ready else b""
        except OSError:
            # As Linux says that nobody has the terminal open any more.
            piece = b""
        self.seen += piece.decode()
        return bool(piece)
