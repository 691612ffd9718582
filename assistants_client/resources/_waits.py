"""Making the flow of a wait from the arguments of a method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._call import make_call
from .._errors import APIError
from .._flows.call import perform_call
from .._flows.poll import WaitOptions, patience, waiting
from .._flows.tool_calls import performing
from .._operations import CREATE_RUN, CREATE_THREAD_AND_RUN
from .._run_errors import ToolError
from ._base import object_reader
from ._run_calls import RunCalls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._api import RunObject
    from .._call import CallOptions, CallResult, Operation
    from .._effects import Flow
    from ..tools import ToolSet

_OWN = frozenset(WaitOptions.__annotations__)
_CREATING = (CREATE_RUN, CREATE_THREAD_AND_RUN)


def wait_flow(
    operation: Operation[Any, Any],
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    client: Any,
) -> tuple[Flow[Any], CallOptions]:
    """Give the flow of a call that gives a run and of the wait for its end.

    Args:
        operation: the operation.
        params: what was given by keyword.
        ids: the path arguments by name.
        client: whose call it is.

    Raises:
        ConfigurationError: an argument can't be used.
    """
    tools, params = tools_in(operation, params)
    own: Any = {name: value for name, value in params.items() if name in _OWN}
    rest = {name: value for name, value in params.items() if name not in _OWN}
    calls = RunCalls(client, rest, ids)
    how = patience(own)
    call = make_call(operation, rest, ids, object_reader(operation, client, ids))

    def act(run: RunObject) -> Flow[CallResult[Any]]:
        assert tools is not None
        return (yield from acting(run, tools, calls))

    flow = waiting(
        lambda: perform_call(call, client.options),
        calls.retrieve,
        calls.cancel,
        how,
        act if tools is not None else None,
    )
    return flow, call.options


def acting(
    run: RunObject, tools: ToolSet, calls: RunCalls, *, stream: bool = False
) -> Flow[CallResult[Any]]:
    """Call what a run asks for, and submit the outputs.

    Args:
        run: a run that requires action.
        tools: what may be called.
        calls: those of the run.
        stream: whether the answer is to be a stream of events.

    Raises:
        ToolError: a call failed, and failures are to be raised; the run is cancelled.

    Where this is interrupted, by a cancelled task or from the keyboard, the run waits
    on until it expires; the logger `assistants_client` says so.
    """
    try:
        outputs = yield from performing(run, tools)
    except ToolError as error:
        # Else it would wait for outputs until it expires, its thread locked.
        try:
            yield from calls.cancel(run)
        except APIError as failed:
            error.add_note(f"the run could not be cancelled, and waits: {failed}")
        raise
    except GeneratorExit:
        # Somebody interrupts this, and nothing more can be sent from here.
        calls.leave(run)
        raise
    return (yield from calls.submit(run, outputs, stream=stream))


def tools_in(
    operation: Operation[Any, Any], params: Mapping[str, Any]
) -> tuple[ToolSet | None, Mapping[str, Any]]:
    """Give the tools that may be called, and the arguments for the request.

    A body has their definitions in it only where something is created.
    """
    # Who has a set of tools has imported it; nobody else needs it.
    from ..tools import ToolSet

    tools = params.get("tools")
    if not isinstance(tools, ToolSet):
        return None, params
    if operation not in _CREATING:
        params = {name: value for name, value in params.items() if name != "tools"}
    return tools, params
