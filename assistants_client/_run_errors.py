"""The errors of runs that are waited for, and of their tools.

`_errors` shows the tree that they belong to.
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
        run: the run as it was polled last.
    """

    def __init__(self, message: str, run: Any) -> None:
        super().__init__(message)
        self.message = message
        self.run = run

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), self.args, self.__dict__.copy())


class RunFailed(RunError):  # noqa: N818 - named after the status of the run
    """A run failed; `run.last_error` says why, if the server does."""


class RunCancelled(RunError):  # noqa: N818
    """A run was cancelled."""


class RunExpired(RunError):  # noqa: N818
    """A run waited for tool outputs until it expired."""


class RunIncomplete(RunError):  # noqa: N818
    """A run stopped before its end; `run.incomplete_details` says why."""


class RunRequiresAction(RunError):  # noqa: N818
    """A run waits for tool outputs, and there are no tools to call.

    Attributes:
        action: what it waits for, as the server names it, such as
            "submit_tool_outputs"; None if it doesn't say.
    """

    def __init__(self, message: str, run: Any, action: str | None = None) -> None:
        super().__init__(message, run)
        self.action = action


class RunRequiresApproval(RunRequiresAction):
    """A run waits for somebody to approve tool calls, and nobody said who decides."""


class UnknownRunAction(RunRequiresAction):
    """A run waits for something that the client doesn't know; `action` names it."""


class RunTimeout(RunError, TimeoutError):  # noqa: N818
    """The deadline has passed, and the run goes on.

    Attributes:
        waited: how long the run was waited for, in seconds.
    """

    def __init__(self, run: Any, *, waited: float) -> None:
        what = "no run is known"
        if run is not None:
            status = run.status if isinstance(run.status, str) else None
            how = f"is {word(status)}" if status else "goes on"
            what = f"{_named(run)} {how}"
        text = f"{what} after {waited:.1f} s; max_wait= gives it longer"
        super().__init__(text, run)
        self.waited = waited


class ToolError(AssistantsError):
    """A tool that a run asked for could not be called, or failed.

    Its own exception is the cause.

    Attributes:
        tool: the name that the model asked for.
        call_id: the id of the tool call.
        run: the run that asked for it, if any; it has been cancelled.
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
}
# As Azure has it.
_APPROVAL = "submit_tool_approval"


def run_error(run: Any, redact: Callable[[str], str] = str) -> RunError:
    """Return the error for the status that a run ended in.

    Args:
        run: the run.
        redact: removes secrets from what the server says.
    """
    if run.status == "requires_action":
        return _requires_action(run, redact)
    status = redact(word(run.status))
    kind, what = _BY_ENDING.get(status, (RunError, f"is {status}"))
    reasons = [
        str(text)
        for holder in (run.last_error, run.incomplete_details)
        for text in (getattr(holder, name, None) for name in ("message", "reason"))
        if text
    ]
    why = f": {shortened(redact(reasons[0]))}" if reasons else ""
    return kind(f"{_named(run, redact)} {what}{why}", run)


def _requires_action(run: Any, redact: Callable[[str], str]) -> RunRequiresAction:
    """Return the error of a run that waits for somebody to act."""
    action = run.required_action
    found = getattr(action, "type", None) if action else None
    name = shortened(redact(found)) if isinstance(found, str) else None
    if name == _APPROVAL:
        what = (
            f"{_named(run, redact)} waits for the approval of tool calls ({name}); "
            "on_approval= decides, or submit_tool_outputs(tool_approvals=...)"
        )
        return RunRequiresApproval(what, run, name)
    submit = getattr(action, "submit_tool_outputs", None) if action else None
    if submit or name in (None, "submit_tool_outputs"):
        what = "requires an action; tools= calls what it asks for"
        found = getattr(submit, "tool_calls", None)
        calls = found if isinstance(found, list) else []
        if not any(getattr(each, "id", None) for each in calls):
            what = "requires an action, but names no tool call; cancel() ends it"
        return RunRequiresAction(f"{_named(run, redact)} {what}", run, name)
    what = f"requires an action that this client doesn't know: {name}"
    return UnknownRunAction(f"{_named(run, redact)} {what}", run, name)


def _named(run: Any, redact: Callable[[str], str] = str) -> str:
    """Return what to call a run, whether or not the server sent its id."""
    found = run.id
    return f"run {shortened(redact(found))}" if isinstance(found, str) else "the run"
