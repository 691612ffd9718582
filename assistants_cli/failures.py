"""What went wrong, as a line for people and a number for scripts."""

from __future__ import annotations

import traceback

from assistants_client import (
    APITimeoutError,
    AssistantsError,
    AuthenticationError,
    ConfigurationError,
    RunError,
    RunRequiresAction,
    RunTimeout,
    ToolError,
    WaitTimeout,
)

from .exit_codes import ExitCode


class WrongUse(Exception):  # noqa: N818 - as the exit code is called
    """What somebody typed can't be used; the text says why and what to do."""


class Ended(Exception):  # noqa: N818 - nothing has to be wrong
    """A command ends early, having said why."""

    def __init__(self, code: ExitCode) -> None:
        super().__init__(code)
        self.code = code


KINDS: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (RunRequiresAction, ExitCode.ACTION_REQUIRED),
    (RunTimeout, ExitCode.TIMEOUT),
    (WaitTimeout, ExitCode.TIMEOUT),
    (APITimeoutError, ExitCode.TIMEOUT),
    (RunError, ExitCode.RUN_FAILED),
    (ToolError, ExitCode.RUN_FAILED),
    (ConfigurationError, ExitCode.WRONG_USE),
    (AssistantsError, ExitCode.ERROR),
    (WrongUse, ExitCode.WRONG_USE),
    (OSError, ExitCode.ERROR),
)
"""The first that fits counts."""


def exit_code_of(error: BaseException) -> ExitCode:
    """Return the exit code for an error."""
    for kind, code in KINDS:
        if isinstance(error, kind):
            return code
    return ExitCode.ERROR


def advice_for(error: BaseException) -> str:
    """Return a line that says what went wrong, and what to do."""
    text = str(error) or type(error).__name__
    if isinstance(error, AuthenticationError):
        return f"{text}; pass --api-key-file FILE, or set OPENAI_API_KEY"
    return text


def trace_of(error: BaseException) -> str:
    """Return the traceback of an error, for those who look for its cause."""
    return "".join(traceback.format_exception(error))
