"""Make streams from the arguments of methods."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from attrs import evolve

from .._arguments import check_called
from .._call import make_call
from .._effects import TimeUp
from .._errors import AssistantsError
from .._events.dispatch import CALLBACKS, ENDINGS
from .._flows.deadline import Deadline, within
from .._flows.follow import Plan
from .._flows.poll import timed_out
from .._flows.poll_policy import poll_policy
from ._run_calls import RunCalls
from ._run_outputs import listed, note, submitted
from ._run_tools import begin_run, handling
from ._waits import WAITING, actions_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._call import Call, CallOptions, CallResult
    from .._effects import Flow
    from .._operation import Operation

S = TypeVar("S")

_CALLBACKS = frozenset({*CALLBACKS, *ENDINGS})


class Followed(NamedTuple):
    """A stream that is to be followed.

    Attributes:
        begin: returns the flow that sends the request: its response, and the plan.
        options: those of the call.
        callbacks: what is called with the events, by its name.
    """

    begin: Callable[[], Flow[tuple[CallResult[Any], Plan]]]
    options: CallOptions
    callbacks: dict[str, Callable[..., Any]]


def event_call(
    operation: Operation[Any, Any],
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    client: Any,
    kind: Callable[[CallResult[Any], Plan, Any], S],
) -> Call[S]:
    """Return the call of a stream that is iterated as it comes.

    Args:
        operation: the operation.
        params: the keyword arguments of the method.
        ids: the path parameters by name.
        client: the client whose call it is.
        kind: the class of the stream.

    Raises:
        ConfigurationError: an argument can't be used.
    """
    calls = RunCalls(client, params, ids)
    plan = Plan(calls=calls, policy=poll_policy({}, time.monotonic))

    def read(result: CallResult[Any]) -> S:
        note(calls.ledger, params)
        return kind(result, plan, client._http(result.call.options))

    call = make_call(operation, {**params, "stream": True}, ids, read)
    return _in_span(call, client)


def followed_call(
    operation: Operation[Any, Any],
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    client: Any,
) -> Followed:
    """Return a stream that is followed; see `event_call` for arguments and errors."""
    check_called(params, client)
    handled, rest = handling(operation, params)
    waits: Any = {n: rest.pop(n) for n in params if n in WAITING}
    callbacks = {n: rest.pop(n) for n in [*rest] if _is_callback(n, rest[n])}
    resume = rest.pop("resume", False)
    policy = poll_policy(waits, time.monotonic)
    listed(operation, rest)
    rest["stream"] = True
    calls = RunCalls(client, rest, ids)
    call = _in_span(calls.begin(operation, rest), client)
    call = call.replaced(read=lambda result: result)
    plan = Plan(
        calls=calls,
        policy=policy,
        actions=None if handled.is_left else actions_for(handled, calls),
        resume=bool(resume),
        given=handled.tools if "assistant_id" in rest else None,
        submitted=submitted(rest),
    )

    def begin() -> Flow[tuple[CallResult[Any], Plan]]:
        # Only one that somebody asks for bounds what is streamed.
        seconds = policy.max_wait if "max_wait" in waits else None
        deadline = Deadline.of(time.monotonic, seconds)
        flow = within(begin_run(operation, call, rest, handled, calls), deadline)
        if call.trace is not None:
            flow = call.trace.within(flow, ends=False)
        try:
            result = yield from flow
        except TimeUp as up:
            raise (
                yield from timed_out(calls.named(), calls.cancel, deadline, policy, up)
            ) from up.__cause__
        except AssistantsError as error:
            if error.run is None:
                error.run = calls.named()
            raise
        return result, evolve(plan, deadline=None if seconds is None else deadline)

    return Followed(begin, call.options, callbacks)


def _in_span(call: Call[S], client: Any) -> Call[S]:
    """Return a call with the span that its stream belongs to, if spans are made."""
    traces = client.options.traces
    if traces is None:
        return call
    return call.replaced(trace=traces.run(call, client.options.base_url))


def _is_callback(name: str, value: Any) -> bool:
    # A function can't be sent, so one named `on_evnt` must be a typing error.
    return name in _CALLBACKS or (name.startswith("on_") and callable(value))
