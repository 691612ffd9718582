"""How far an export or an import is, in a line on a terminal."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

from assistants_archive.counts import counted

from ..safe_text import visible

if TYPE_CHECKING:
    from .export import Progress

_PAUSE: Final = 0.1
_KIBIBYTE: Final = 1024


class ProgressLine:
    """A line on stderr that is written again and again; nothing where it is piped."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._last = 0.0

    def show(self, progress: Progress) -> None:
        """Show how far an export is."""
        what = progress.phase.replace("_", " ")
        text = f"{what} {progress.done}/{progress.known}"
        text += f", {counted('message', progress.counts['message'])}"
        if progress.bytes:
            text += f", {size_text(progress.bytes)} of files"
        if progress.problems:
            text += f", {progress.problems} could not be had"
        self.say(text)

    def say(self, text: str) -> None:
        """Show a text, unless one was shown just now."""
        now = time.monotonic()
        if not self._shown or now < self._last + _PAUSE:
            return
        self._last = now
        sys.stderr.write(f"\r\x1b[K{visible(text)}")
        sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def size_text(size: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("bytes", "KiB", "MiB"):
        if size < _KIBIBYTE:
            return f"{size:.0f} {unit}"
        size /= _KIBIBYTE
    return f"{size:.1f} GiB"
