"""Make the flow that waits for a run from the arguments of a method."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .._call import make_call
from .._errors import APIError
from .._flows.call import perform_call
from .._flows.poll import WaitOptions, poll_policy, poll_run
from .._flows.tool_calls import perform_tool_calls
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
    """Return the flow of a call that returns a run, and of the wait for its end.

    Args:
        operation: the operation.
        params: the keyword arguments of the method.
        ids: the path parameters by name.
        client: the client whose call it is.

    Raises:
        ConfigurationError: an argument can't be used.
    """
    tools, params = tools_in(operation, params)
    own: Any = {name: value for name, value in params.items() if name in _OWN}
    rest = {name: value for name, value in params.items() if name not in _OWN}
    calls = RunCalls(client, rest, ids)
    policy = poll_policy(own, time.monotonic)
    call = make_call(operation, rest, ids, object_reader(operation, client, ids))

    def act(run: RunObject) -> Flow[CallResult[Any]]:
        assert tools is not None
        return (yield from answer_tool_calls(run, tools, calls))

    flow = poll_run(
        lambda: perform_call(call, client.options),
        calls.retrieve,
        calls.cancel,
        policy,
        act if tools is not None else None,
    )
    return flow, call.options


def answer_tool_calls(
    run: RunObject, tools: ToolSet, calls: RunCalls, *, stream: bool = False
) -> Flow[CallResult[Any]]:
    """Perform the tool calls of a run, and submit the outputs.

    If this is interrupted, by a cancelled task or from the keyboard, the run waits on
    until it expires; the logger `assistants_client` says so.

    Args:
        run: a run that requires action.
        tools: the functions that may be called.
        calls: the calls of the run.
        stream: whether the response is to be a stream of events.

    Raises:
        ToolError: a tool failed, and failures are to be raised; the run is cancelled.
    """
    try:
        outputs = yield from perform_tool_calls(run, tools)
    except ToolError as error:
        # Otherwise it would wait until it expires, and lock its thread meanwhile.
        try:
            yield from calls.cancel(run)
        except APIError as failed:
            error.add_note(f"the run could not be cancelled, and waits: {failed}")
        raise
    except GeneratorExit:
        # This is an interruption; nothing more can be sent from here.
        calls.leave(run)
        raise
    return (yield from calls.submit(run, outputs, stream=stream))


def tools_in(
    operation: Operation[Any, Any], params: Mapping[str, Any]
) -> tuple[ToolSet | None, Mapping[str, Any]]:
    """Return the tools that may be called, and the arguments of the request.

    Their definitions are sent only in requests that create something.
    """
    # Whoever has a set of tools has imported the module; nobody else needs it.
    from ..tools import ToolSet

    tools = params.get("tools")
    if not isinstance(tools, ToolSet):
        return None, params
    if operation not in _CREATING:
        params = {name: value for name, value in params.items() if name != "tools"}
    return tools, params
