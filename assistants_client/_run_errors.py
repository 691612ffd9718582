"""What can go wrong with a run that was waited for, and with its tools.

`_errors` draws where they stand in the tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import AssistantsError, restored
from ._text import shortened, word

if TYPE_CHECKING:
    from collections.abc import Callable


class RunError(AssistantsError):
    """A run did not end as it should.

    Attributes:
        run: the run as it was seen last.
    """

    def __init__(self, message: str, run: Any) -> None:
        super().__init__(message)
        self.message = message
        self.run = run

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), self.args, self.__dict__.copy())


class RunFailed(RunError):  # noqa: N818 - named after what the run did, like others
    """A run failed; `run.last_error` says why, where the server does."""


class RunCancelled(RunError):  # noqa: N818
    """A run was cancelled."""


class RunExpired(RunError):  # noqa: N818
    """A run waited for outputs of tools until it expired."""


class RunIncomplete(RunError):  # noqa: N818
    """A run stopped before its end; `run.incomplete_details` says why."""


class RunRequiresAction(RunError):  # noqa: N818
    """A run waits for outputs of tools, and there is nothing to call."""


class RunTimeout(RunError):  # noqa: N818
    """A run goes on, but the time to wait for it is up.

    Attributes:
        waited: how long was waited, in seconds.
    """

    def __init__(self, run: Any, *, waited: float) -> None:
        what = f"{_named(run)} is {word(run.status)} after {waited:.1f} s"
        super().__init__(f"{what}; max_wait= gives it longer", run)
        self.waited = waited


class ToolError(AssistantsError):
    """A function that a run asked for could not be called, or failed.

    What it raised is the cause.

    Attributes:
        tool: the name that the model asked for.
        call_id: the id of the call.
        run: the run, if one asked; it has been cancelled.
    """

    def __init__(
        self, message: str, *, tool: str, call_id: str | None = None, run: Any = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.tool = tool
        self.call_id = call_id
        self.run = run

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), self.args, self.__dict__.copy())


_BY_ENDING: dict[Any, tuple[type[RunError], str]] = {
    "failed": (RunFailed, "failed"),
    "cancelled": (RunCancelled, "was cancelled"),
    "expired": (RunExpired, "expired"),
    "incomplete": (RunIncomplete, "is incomplete"),
    "requires_action": (
        RunRequiresAction,
        "requires an action; tools= calls what it asks for",
    ),
}


def run_error(run: Any, redact: Callable[[str], str] = str) -> RunError:
    """Give the error that the end of a run is.

    Args:
        run: the run.
        redact: gives what the server says without the secrets that it repeats.
    """
    status = word(run.status)
    kind, what = _BY_ENDING.get(status, (RunError, f"is {status}"))
    said = [
        str(text)
        for holder in (run.last_error, run.incomplete_details)
        for text in (getattr(holder, name, None) for name in ("message", "reason"))
        if text
    ]
    why = f": {shortened(redact(said[0]))}" if said else ""
    return kind(f"{_named(run)} {what}{why}", run)


def _named(run: Any) -> str:
    """Give a run's name as far as the server has told it."""
    found = run.id
    return f"run {shortened(found)}" if isinstance(found, str) else "the run"
