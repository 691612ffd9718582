"""The line on the terminal that shows how a run, or an upload, is doing."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import TextIO

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_FRAMES = "|/-\\"
_CLEAR = "\r\x1b[K"
# Seconds between two frames while bytes go by.
_TICK: Final = 0.1
_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB")


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
        # A server could send text that controls a terminal.
        shown = status if status.isprintable() else repr(status)
        self._frame(f"{shown[:40]} {seconds:.1f} s")

    def show_bytes(self, moved: int, total: int | None) -> None:
        """Show the next frame, of what is sent or received.

        Args:
            moved: how many bytes.
            total: how many there are; None if that is unknown.
        """
        if not total:
            self._frame(size(moved))
        else:
            share = min(moved / total, 1)
            self._frame(f"{size(moved)} of {size(total)} ({share:.0%})")

    def _frame(self, text: str) -> None:
        frame = self._frames[self._shown % len(self._frames)]
        self._shown += 1
        self._write(f"{_CLEAR}{frame} {text}")

    def clear(self) -> None:
        """Clear the line."""
        if self._shown:
            self._write(_CLEAR)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class ProgressLine:
    """Shows how a run is doing, where there is a terminal for it."""

    __slots__ = ("_due", "_spinner")

    def __init__(self) -> None:
        self._spinner: Spinner | None = None
        self._due = 0.0

    def show(self, status: str, seconds: float) -> bool:
        """Show a run's status; return whether there is a terminal."""
        found = self._spinner = self._spinner or spinner()
        if found is None:
            return False
        found.show(status, seconds)
        return True

    def show_bytes(self, moved: int, total: int | None) -> None:
        """Show how many bytes were sent or received, a few times a second."""
        now = time.monotonic()
        if now < self._due and moved != total:
            return
        self._due = now + _TICK
        found = self._spinner = self._spinner or spinner()
        if found is not None:
            found.show_bytes(moved, total)

    def clear(self) -> None:
        """Clear the line, if anything was shown."""
        if self._spinner is not None:
            self._spinner.clear()


def spinner() -> Spinner | None:
    """Return a spinner on stderr; None if that is no terminal."""
    stream = sys.stderr
    return Spinner(stream) if stream is not None and stream.isatty() else None


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{count} bytes"


def _can_draw(stream: TextIO) -> bool:
    try:
        _FRAMES.encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
