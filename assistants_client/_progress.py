"""The line on the terminal that shows how a run is doing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_FRAMES = "|/-\\"
_CLEAR = "\r\x1b[K"


class Spinner:
    """One line that is overwritten again and again, and cleared at the end."""

    def __init__(self, stream: TextIO) -> None:
        """Take the terminal to write to."""
        self._stream = stream
        self._frames = _FRAMES if _can_draw(stream) else _PLAIN_FRAMES
        self._shown = 0

    def show(self, status: str, seconds: float) -> None:
        """Show the next frame.

        Args:
            status: the run's status.
            seconds: how long it has been waited for.
        """
        frame = self._frames[self._shown % len(self._frames)]
        # A server could send text that controls a terminal.
        shown = status if status.isprintable() else repr(status)
        self._shown += 1
        self._write(f"{_CLEAR}{frame} {shown[:40]} {seconds:.1f} s")

    def clear(self) -> None:
        """Clear the line."""
        if self._shown:
            self._write(_CLEAR)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class ProgressLine:
    """Shows how a run is doing, where there is a terminal for it."""

    __slots__ = ("_spinner",)

    def __init__(self) -> None:
        self._spinner: Spinner | None = None

    def show(self, status: str, seconds: float) -> bool:
        """Show a run's status; return whether there is a terminal."""
        if self._spinner is None:
            self._spinner = spinner()
        if self._spinner is None:
            return False
        self._spinner.show(status, seconds)
        return True

    def clear(self) -> None:
        """Clear the line, if anything was shown."""
        if self._spinner is not None:
            self._spinner.clear()


def spinner() -> Spinner | None:
    """Return a spinner on stderr; None if that is no terminal."""
    stream = sys.stderr
    return Spinner(stream) if stream is not None and stream.isatty() else None


def _can_draw(stream: TextIO) -> bool:
    try:
        _FRAMES.encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
