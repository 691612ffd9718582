"""A line on the terminal that tells how a run does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import TextIO

TICK: Final = 0.1
"""Seconds from one picture to the next."""
_PICTURES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN = "|/-\\"
_CLEAR = "\r\x1b[K"


class Spinner:
    """One line that is written over again and again, and goes away at the end."""

    def __init__(self, stream: TextIO) -> None:
        """Begin.

        Args:
            stream: a terminal.
        """
        self._stream = stream
        self._pictures = _PICTURES if _can_draw(stream) else _PLAIN
        self._shown = 0

    def show(self, status: str, seconds: float) -> None:
        """Show the next picture.

        Args:
            status: that of the run.
            seconds: for how long it has gone on.
        """
        picture = self._pictures[self._shown % len(self._pictures)]
        # A server could send what does something to a terminal.
        said = status if status.isprintable() else repr(status)
        self._shown += 1
        self._write(f"{_CLEAR}{picture} {said[:40]} {seconds:.1f} s")

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._write(_CLEAR)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def spinner() -> Spinner | None:
    """Give a spinner on stderr; none where that is no terminal."""
    stream = sys.stderr
    return Spinner(stream) if stream is not None and stream.isatty() else None


def _can_draw(stream: TextIO) -> bool:
    try:
        _PICTURES.encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
