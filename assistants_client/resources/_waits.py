"""Make the flow that waits for a run from the arguments of a method."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .._arguments import check_called
from .._flows.actions import Actions
from .._flows.call import perform_call
from .._flows.outages import through_outages
from .._flows.poll import Stop, poll_run
from .._flows.poll_policy import WaitOptions, poll_policy
from .._operations import GET_RUN
from ._inherited import with_free_query
from ._run_calls import RunCalls
from ._run_outputs import listed
from ._run_tools import begin_run, handling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._api import RunObject
    from .._call import CallOptions, CallResult
    from .._effects import Flow
    from .._operation import Operation
    from ._run_tools import Handling

WAITING = frozenset(WaitOptions.__annotations__)
"""The keywords that say how to wait for a run."""


def wait_flow(
    operation: Operation[Any, Any],
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    client: Any,
) -> tuple[Flow[Any], CallOptions]:
    """Return the flow of a call that returns a run, and of the wait for its end.

    Args:
        operation: the operation.
        params: the keyword arguments of the method; a live run that is to be waited
            for, as `known`.
        ids: the path parameters by name.
        client: the client whose call it is.

    Raises:
        ConfigurationError: an argument can't be used.
    """
    check_called(params, client)
    handled, params = handling(operation, params)
    known = params.pop("known", None)
    ledger = None if known is None else known._ledger
    own: Any = {name: value for name, value in params.items() if name in WAITING}
    rest = {name: value for name, value in params.items() if name not in WAITING}
    rest = with_free_query(operation, rest)
    listed(operation, rest)
    calls = RunCalls(client, rest, ids, ledger)
    policy = poll_policy(own, time.monotonic)
    call = calls.begin(operation, rest)

    def first() -> Flow[CallResult[Any]]:
        if operation is GET_RUN:
            return through_outages(lambda: perform_call(call, client.options))
        return begin_run(operation, call, rest, handled, calls)

    known = calls.named() if known is None else known
    flow: Flow[Any] = poll_run(
        first, calls.retrieve, calls.cancel, policy, act_for(handled, calls), known
    )
    traces = client.options.traces
    if traces is not None:
        flow = traces.run(call, client.options.base_url).within(flow)
    return flow, call.options


def act_for(
    handled: Handling, calls: RunCalls
) -> Callable[[RunObject], Flow[CallResult[Any] | Stop | None]] | None:
    """Return what does what a run requires; None if that is left to the caller."""
    if handled.is_left:
        return None
    actions = actions_for(handled, calls)

    def act(run: RunObject) -> Flow[CallResult[Any] | Stop | None]:
        if not actions.handles(run):
            return Stop.STOP
        return (yield from actions.act(run))

    return act


def actions_for(handled: Handling, calls: RunCalls) -> Actions:
    """Return what does what a run requires."""
    return Actions(
        calls,
        calls.ledger,
        time.monotonic,
        tools=handled.tools,
        on_approval=handled.on_approval,
    )
