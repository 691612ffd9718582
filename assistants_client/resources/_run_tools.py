"""What becomes of `tools=`: functions are handled, and definitions are sent.

A run that is created with `tools` has these in place of the assistant's own. So what is
sent of a set goes besides them, and only dicts alone replace them, as the API has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from .._call import OPTIONS
from .._errors import ConfigurationError
from .._flows.call import perform_call
from .._flows.tool_calls import unknown_to
from .._operations import CREATE_RUN, CREATE_THREAD_AND_RUN, SUBMIT_TOOL_OUTPUTS_TO_RUN
from ._run_calls import RunCalls
from ._run_outputs import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call import Call, CallOptions, CallResult
    from .._effects import Flow
    from .._operation import Operation
    from ..tools import ToolSet

_CREATING: Final = (CREATE_RUN, CREATE_THREAD_AND_RUN)
_OWN: Final = frozenset({"send_tools", "on_approval"})


@frozen(kw_only=True)
class Handling:
    """What is done about the tools of a run.

    Attributes:
        tools: the functions that are called; None where that is left to the caller.
        on_approval: decides whether calls may be made; likewise.
        added: definitions that are sent besides the assistant's own tools.
    """

    tools: ToolSet | None = None
    on_approval: Callable[[Any], Any] | None = None
    added: tuple[Any, ...] = ()

    @property
    def is_left(self) -> bool:
        """Return whether what the run requires is left to the caller."""
        return self.tools is None and self.on_approval is None


def handling(
    operation: Operation[Any, Any], params: Mapping[str, Any], *, follows: bool = True
) -> tuple[Handling, dict[str, Any]]:
    """Return what becomes of the tools, and the other arguments.

    Args:
        operation: the operation.
        params: the keyword arguments of the method.
        follows: whether the method follows the run, so that it can call functions;
            one that doesn't sends their definitions.

    Raises:
        ConfigurationError: something can't be used.
    """
    rest = {name: value for name, value in params.items() if name not in _OWN}
    on_approval = params.get("on_approval")
    if on_approval is not None and not callable(on_approval):
        what = type(on_approval).__name__
        raise ConfigurationError(f"on_approval must be a function, not {what}")
    creates = operation in _CREATING
    sends = params.get("send_tools")
    if sends and not creates:
        raise ConfigurationError(
            f"{operation.name} sends no tools: send_tools= is for what begins a run"
        )
    tools = _set_of(rest.get("tools"), handled=not creates)
    if tools is None:
        if sends:
            raise ConfigurationError("send_tools=True needs functions as tools=")
        return Handling(on_approval=on_approval), rest
    del rest["tools"]
    added: tuple[Any, ...] = ()
    if creates:
        everything = sends or (sends is None and not follows)
        found = tools.definitions if everything else tools.server_tools
        added = tuple(found)
    return Handling(tools=tools, on_approval=on_approval, added=added), rest


def with_tools(
    params: dict[str, Any], handled: Handling, calls: RunCalls
) -> Flow[dict[str, Any]]:
    """Return arguments with the tools that are sent besides the assistant's own.

    Raises:
        APIError: the assistant can't be retrieved.
    """
    if not handled.added:
        return params
    own = yield from calls.tools_of(params.get("assistant_id"))
    kinds = {_key(each) for each in handled.added}
    kept = [each for each in own if _key(each) not in kinds]
    return {**params, "tools": [*kept, *handled.added]}


def begin_run(
    operation: Operation[Any, Any],
    call: Call[Any],
    params: dict[str, Any],
    handled: Handling,
    calls: RunCalls,
) -> Flow[CallResult[Any]]:
    """Perform the call of a method that begins a run, or continues it.

    Args:
        operation: the operation.
        call: its call, without the tools that are sent besides the assistant's own.
        params: its arguments, likewise.
        handled: what becomes of the tools.
        calls: the calls of the run.

    Raises:
        APIError: a call fails.
    """
    if handled.added:
        whole = yield from with_tools(params, handled, calls)
        begun = calls.begin(operation, whole)
        call = begun.replaced(read=call.read, trace=call.trace)
    result = yield from perform_call(call, calls.settings)
    if operation is SUBMIT_TOOL_OUTPUTS_TO_RUN:
        note(calls.ledger, params)
    elif handled.tools is not None and operation in _CREATING and not call.stream:
        unknown = unknown_to(result.read(), handled.tools)
        if unknown is not None:
            yield unknown
    return result


def sent_flow(
    operation: Operation[Any, Any],
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    client: Any,
) -> tuple[Flow[dict[str, Any]], CallOptions]:
    """Return the flow of the arguments that a method sends which doesn't follow a run.

    Args:
        operation: the operation.
        params: the keyword arguments of the method.
        ids: the path parameters by name.
        client: the client whose call it is.

    Raises:
        ConfigurationError: something can't be used.
    """
    handled, rest = handling(operation, params, follows=False)
    calls = RunCalls(client, rest, ids)
    options: Any = {n: each for n, each in rest.items() if n in OPTIONS}
    return with_tools(rest, handled, calls), options


def _set_of(tools: Any, *, handled: bool) -> ToolSet | None:
    """Return a set of tools; None if there are only definitions, as the API has them.

    Args:
        tools: what was given.
        handled: whether definitions alone are a set as well, as they can't be sent.

    Raises:
        ConfigurationError: something is no tool.
    """
    if tools is None:
        return None
    # Few others need the module.
    from ..tools import are_definitions, tool_set

    return None if are_definitions(tools) and not handled else tool_set(tools)


def _key(definition: Any) -> Any:
    """Return what tells the tools of one assistant apart."""
    if not isinstance(definition, Mapping):
        return repr(definition)
    function = definition.get("function")
    name = function.get("name") if isinstance(function, Mapping) else None
    return definition.get("type"), name
