"""What a run requires: the calls of its action, and the outputs that answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .. import _api
from .._effects import Log
from .._errors import ConfigurationError
from .._outputs import failure_text, written
from .._run_errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .._api import RunObject
    from ..tools import ToolSet

FUNCTIONS: Final = "submit_tool_outputs"
"""The kind of an action that asks for functions to be called."""
APPROVALS: Final = "submit_tool_approval"
"""The kind of an action that asks whether calls may be made, as Azure has it."""


class Action(NamedTuple):
    """What a run requires.

    Attributes:
        kind: the type of the action, as the server names it; "" if it doesn't.
        calls: the tool calls that it is about, as objects with `id`.
    """

    kind: str
    calls: list[Any]

    @property
    def ids(self) -> list[str]:
        """Return the ids of the calls, those that have one."""
        return [each.id for each in self.calls if isinstance(each.id, str)]


def action_of(run: RunObject) -> Action:
    """Return what a run requires, however little the server says of it."""
    action: Any = run.required_action
    calls = tool_calls(run)
    if calls:
        return Action(FUNCTIONS, calls)
    data = action.to_dict() if isinstance(action, _api.Model) else action
    if not isinstance(data, dict):
        return Action("", [])
    kind = data.get("type")
    if APPROVALS in data:
        kind = APPROVALS
    held = data.get(kind) if isinstance(kind, str) else None
    found = held.get("tool_calls") if isinstance(held, dict) else None
    objects = found if isinstance(found, list) and kind == APPROVALS else []
    approvals = [_api.UnknownObject(each) for each in objects if isinstance(each, dict)]
    return Action(kind if isinstance(kind, str) else "", approvals)


def tool_calls(run: RunObject) -> list[Any]:
    """Return the calls of functions that a run asks for."""
    action: Any = run.required_action
    submit = getattr(action, FUNCTIONS, None)
    found = getattr(submit, "tool_calls", None)
    # What is no object asks for nothing.
    objects = found if isinstance(found, list) else []
    return [each for each in objects if isinstance(each, _api.Dumped)]


def output_of(call: Any, outcome: Any, tools: ToolSet, run: RunObject) -> Any:
    """Return the output that answers a call.

    Args:
        call: the call.
        outcome: what it returned, or the exception that it raised.
        tools: say what becomes of failures.
        run: the run that asked for it.

    Raises:
        ToolError: it failed, and that is to be raised.
    """
    problem: BaseException
    if isinstance(outcome, BaseException):
        problem = outcome
    else:
        try:
            return {"tool_call_id": call.id, "output": written(outcome)}
        except Exception as unwritable:  # noqa: BLE001 - it is the user's object
            problem = unwritable
    text = failure_text(problem)
    if not isinstance(problem, ToolError):
        text = f"{type(problem).__name__}: {text}"
    if tools.on_error == "raise":
        name = str(name_of(call))
        if isinstance(problem, ToolError):
            raise raised(problem, call, run) from problem.__cause__
        failed = ToolError(f"{name} failed: {text}", tool=name)
        raise raised(failed, call, run) from problem
    return {"tool_call_id": call.id, "output": f"Error: {text}"}


def approval_of(call: Any, decision: Any) -> Mapping[str, Any]:
    """Return the approval of a call, as it is submitted.

    Args:
        call: the call.
        decision: what was decided: whether it may be made, or the approval as a dict.

    Raises:
        ConfigurationError: it is neither.
    """
    if isinstance(decision, bool):
        return {"tool_call_id": call.id, "approve": decision}
    if isinstance(decision, dict) and isinstance(decision.get("approve"), bool):
        return {"tool_call_id": call.id, **decision}
    raise ConfigurationError(
        "on_approval must return True, False or a dict with approve=True or False, "
        f"not {decision!r:.80}"
    )


def raised(error: ToolError, call: Any, run: RunObject) -> ToolError:
    """Return an error of a call as it is raised."""
    return ToolError(error.message, tool=error.tool, call_id=call.id, run=run)


def name_of(call: Any) -> str | None:
    """Return the name of the function that a call is for."""
    function = getattr(call, "function", None)
    name = getattr(function, "name", None)
    if function is None:
        # Of calls that need an approval, it stands there.
        name = getattr(call, "name", None)
    return name if isinstance(name, str) else None


def unknown_to(run: RunObject, tools: ToolSet) -> Log | None:
    """Return a warning where a run knows none of the functions that were given."""
    found: Any = run.tools
    if not isinstance(found, list) or not tools.names:
        return None
    known = {name_of(each) for each in found}
    if known.intersection(tools.names):
        return None
    names = ", ".join(tools.names)
    what = f"{run.id} knows no function of those in tools= ({names}), so the model"
    how = "create the assistant with them, or pass send_tools=True"
    return Log("warning", f"{what} won't call any: {how}")


def written_in(steps: Iterable[Any]) -> Iterator[str]:
    """Yield the ids of the messages that steps wrote."""
    for step in steps:
        data = step.to_dict() if isinstance(step, _api.Model) else step
        details = data.get("step_details") if isinstance(data, dict) else None
        creation = (
            details.get("message_creation") if isinstance(details, dict) else None
        )
        found = creation.get("message_id") if isinstance(creation, dict) else None
        if isinstance(found, str):
            yield found
