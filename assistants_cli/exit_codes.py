"""How the command ends, as numbers that scripts can read."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    """An exit code; docs/command-line.md says them to users."""

    OK = 0
    ERROR = 1
    """The server refused, couldn't be reached, or answered what can't be read."""
    WRONG_USE = 2
    """An argument, a setting or a file can't be used; nothing was sent."""
    RUN_FAILED = 3
    """The run failed, was cancelled, expired or is incomplete; or a tool failed."""
    ACTION_REQUIRED = 4
    """The run waits for outputs of functions, or for approval."""
    TIMEOUT = 5
    """The time is up; what was waited for may go on at the server."""
    INCOMPLETE = 6
    """Something could not be exported or imported; it is listed, the rest is done."""
    FOUND = 7
    """A scan found something that has to change."""
    INTERRUPTED = 130
    """Ctrl-C, or SIGTERM."""
    PIPE_CLOSED = 141
    """Nobody reads what is printed, such as after `| head`."""


MEANINGS: Final = {
    ExitCode.OK: "done",
    ExitCode.ERROR: "the server refused or can't be reached",
    ExitCode.WRONG_USE: "wrong use",
    ExitCode.RUN_FAILED: "the run failed",
    ExitCode.ACTION_REQUIRED: "the run waits for outputs",
    ExitCode.TIMEOUT: "the time is up",
    ExitCode.INCOMPLETE: "something could not be exported or imported",
    ExitCode.FOUND: "a scan found what has to change",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.PIPE_CLOSED: "nobody reads the output",
}
"""What each means, as the help says it."""
