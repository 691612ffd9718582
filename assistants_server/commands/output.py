"""What goes to stdout, which may be closed, full, or read by nobody any more."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_ERROR, _UNREAD = 1, 141


def written(act: Callable[[], int]) -> int:
    """Return the exit code of what prints, or that of its not being written."""
    if sys.stdout is None:
        # The process was begun without it.
        nothing = os.open(os.devnull, os.O_WRONLY)
        sys.stdout = os.fdopen(nothing, "w", encoding="utf-8")
    try:
        try:
            return act()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        discard_output()
        return _UNREAD
    except OSError as error:
        discard_output()
        what = f"{error.filename or 'the output'}: {error.strerror or error}"
        sys.stderr.write(f"assistants_server: {what}\n")
        return _ERROR


def discard_output() -> None:
    """Write no more to stdout, so that nothing fails when Python flushes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
