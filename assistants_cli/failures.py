"""What went wrong, as a line for people and a number for scripts."""

from __future__ import annotations

import traceback
from typing import Final

from assistants_client import (
    APIConnectionError,
    APITimeoutError,
    AssistantsError,
    AuthenticationError,
    ConfigurationError,
    RunError,
    RunRequiresAction,
    RunTimeout,
    StreamInterrupted,
    ToolError,
    WaitTimeout,
)

from .exit_codes import ExitCode
from .safe_text import shell_word


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


_ADVICE: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (AuthenticationError, "OPENAI_API_KEY or --api-key-file has the key"),
    (APITimeoutError, "--timeout waits longer"),
    (StreamInterrupted, "the run may go on: `assistants runs list THREAD` shows it"),
    (APIConnectionError, "is the server there? --base-url says where it is"),
    (WaitTimeout, "it goes on; --max-wait waits longer"),
)


def exit_code_of(error: BaseException) -> ExitCode:
    """Return the exit code for an error."""
    fitting = (code for kind, code in KINDS if isinstance(error, kind))
    return next(fitting, ExitCode.ERROR)


def advice_for(error: BaseException) -> str:
    """Return a line that says what went wrong, and what to do."""
    if isinstance(error, RunTimeout) and error.run is not None:
        return _still_going(error)
    text = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the output'}: {error.strerror}"
    if not any(isinstance(error, kind) for kind, _ in KINDS):
        # Nobody thought of it.
        kind = type(error).__name__
        return f"{kind}: {error}; --verbosity debug shows where"
    return next(
        (f"{text}; {say}" for kind, say in _ADVICE if isinstance(error, kind)), text
    )


def trace_of(error: BaseException) -> str:
    """Return the traceback of an error, for those who look for its cause."""
    return "".join(traceback.format_exception(error))


def _still_going(error: RunTimeout) -> str:
    run = error.run
    where = f"{shell_word(str(run.thread_id))} {shell_word(str(run.id))}"
    return (
        f"run {run.id} is {run.status} after {error.waited:.1f} s; it goes on: "
        f"`assistants runs watch {where}` follows it, --max-wait waits longer"
    )
