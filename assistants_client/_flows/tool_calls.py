"""Perform the tool calls that a run asks for, all at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _api
from .._effects import InvokeAll, Note
from .._run_errors import ToolError

if TYPE_CHECKING:
    from .._api import RunObject
    from .._effects import Flow, Invocation
    from ..tools import ToolSet


def tool_calls(run: RunObject) -> list[Any]:
    """Return the tool calls that a run asks for."""
    action: Any = run.required_action
    submit = getattr(action, "submit_tool_outputs", None)
    found = getattr(submit, "tool_calls", None)
    return found if isinstance(found, list) else []


def perform_tool_calls(run: RunObject, tools: ToolSet) -> Flow[list[dict[str, str]]]:
    """Perform what a run asks for; return the outputs in the order of the calls.

    Args:
        run: a run that requires action.
        tools: the functions that may be called, and what becomes of failures.

    Raises:
        ToolError: a call fails, and failures are to be raised; or it has no id.
    """
    calls = tool_calls(run)
    bound = [_bound(call, tools, run) for call in calls]
    functions = [each for each in bound if not isinstance(each, ToolError)]
    names = ", ".join(str(_name(call)) for call in calls)
    yield Note(f"the run asks for {len(calls)} tool calls: {names}")
    results = iter((yield InvokeAll(tuple(functions))) if functions else ())
    outputs = []
    for call, each in zip(calls, bound, strict=True):
        result = each if isinstance(each, ToolError) else next(results)
        outputs.append(_output(call, result, tools, run))
    return outputs


def _bound(call: Any, tools: ToolSet, run: RunObject) -> Invocation | ToolError:
    """Return what performs a call, or why it can't be performed."""
    if not isinstance(getattr(call, "id", None), str):
        raise ToolError(
            "a tool call has no id, so no output can be submitted for it",
            tool=str(_name(call)),
            run=run,
        )
    try:
        return tools.invocation(_name(call), getattr(call.function, "arguments", None))
    except ToolError as error:
        if tools.on_error == "raise":
            raise _raised(error, call, run) from error.__cause__
        return error


def _output(call: Any, result: Any, tools: ToolSet, run: RunObject) -> dict[str, str]:
    # Whoever has a set of tools has imported the module.
    from ..tools import written

    problem: Exception
    if isinstance(result, Exception):
        problem = result
    else:
        try:
            return {"tool_call_id": call.id, "output": written(result)}
        except (TypeError, ValueError, RecursionError) as unwritable:
            problem = unwritable
    text = str(problem)
    if not isinstance(problem, ToolError):
        text = f"{type(problem).__name__}: {text}"
    if tools.on_error == "raise":
        name = str(_name(call))
        failed = ToolError(f"{name} failed: {text}", tool=name)
        raise _raised(failed, call, run) from problem
    return {"tool_call_id": call.id, "output": f"Error: {text}"}


def _raised(error: ToolError, call: Any, run: RunObject) -> ToolError:
    return ToolError(error.message, tool=error.tool, call_id=call.id, run=run)


def _name(call: Any) -> str | None:
    function = getattr(call, "function", None)
    # UNSET is an enum, whose members have names.
    name = None if function is _api.UNSET else getattr(function, "name", None)
    return name if isinstance(name, str) else None
