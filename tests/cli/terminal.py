"""The command in a process of its own, at a terminal or with pipes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import sys
import termios
import time
from typing import TYPE_CHECKING, Final

from assistants_cli.__main__ import main
from tests.cli.invocation import CLEAN
from tests.fork_server import CONTEXT

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from typing import Self

COMMAND: Final = (sys.executable, "-m", "assistants_cli")
_PATIENCE: Final = 60.0


def surroundings(url: str, **more: str) -> dict[str, str]:
    """Return the environment of the process."""
    kept = {name: value for name, value in os.environ.items() if name not in CLEAN}
    return {**kept, "TERM": "xterm", "OPENAI_BASE_URL": url, **more}


class Terminal:
    """A terminal in which the command runs; leave it by `with`.

    To import what the command needs takes longer than what tests do with it, so its
    process is forked from one that has imported it.

    Attributes:
        seen: all that was printed.
    """

    def __init__(self, url: str, *words: str, **env: str) -> None:
        own, other = pty.openpty()
        self._own = own
        opened, opening = CONTEXT.Pipe(duplex=False)
        args = (os.ttyname(other), words, surroundings(url, **env), opening)
        self._process = CONTEXT.Process(target=_begin, args=args, daemon=True)
        self._process.start()
        opening.close()
        with opened, contextlib.suppress(EOFError):
            # Else it would seem to have been left by all.
            opened.recv()
        os.close(other)
        self.seen = ""
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()
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
        self._process.join(_PATIENCE)
        assert self._process.exitcode is not None
        return self._process.exitcode

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


def _begin(
    terminal: str, words: tuple[str, ...], env: dict[str, str], ready: Connection
) -> None:
    """Be the command at a terminal, the one that Ctrl-C is pressed at."""
    os.environ.clear()
    os.environ.update(env)
    os.setsid()
    opened = os.open(terminal, os.O_RDWR)
    fcntl.ioctl(opened, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(opened, number)
    os.close(opened)
    sys.stdin = os.fdopen(0, "r", encoding="utf-8")
    sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", encoding="utf-8")
    ready.close()
    sys.argv = ["assistants", *words]
    main()
