"""Make streams from the arguments of methods."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from .._call import make_call
from .._events.dispatch import CALLBACKS, ENDINGS
from .._flows.follow import Plan
from .._flows.poll import WaitOptions, poll_policy
from ._run_calls import RunCalls
from ._waits import answer_tool_calls, tools_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._call import Call, CallResult, Operation
    from .._effects import Flow
    from ..tools import ToolSet

S = TypeVar("S")

_WAITING = frozenset(WaitOptions.__annotations__)
_CALLBACKS = frozenset({*CALLBACKS, *ENDINGS})


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
    plan = Plan(calls=RunCalls(client, params, ids), clock=time.monotonic)

    def read(result: CallResult[Any]) -> S:
        return kind(result, plan, client._http(result.call.options))

    return make_call(operation, {**params, "stream": True}, ids, read)


def followed_call(
    operation: Operation[Any, Any],
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    client: Any,
) -> tuple[Call[Any], Plan, dict[str, Callable[..., Any]]]:
    """Return the call of a stream that is followed, and the callbacks in `params`.

    See `event_call` for the arguments and errors.
    """
    tools, params = tools_in(operation, params)
    rest = dict(params)
    waits: Any = {n: rest.pop(n) for n in params if n in _WAITING}
    callbacks = {n: rest.pop(n) for n in [*rest] if _is_callback(n, rest[n])}
    resume = rest.pop("resume", False)
    policy = poll_policy(waits, time.monotonic)
    calls = RunCalls(client, rest, ids)
    call = make_call(operation, {**rest, "stream": True}, ids, lambda result: result)
    plan = Plan(
        calls=calls,
        clock=time.monotonic,
        act=None if tools is None else _action(tools, calls),
        resume=policy if resume else None,
    )
    return call, plan, callbacks


def _is_callback(name: str, value: Any) -> bool:
    # A function can't be sent, so one named `on_evnt` must be a typing error.
    return name in _CALLBACKS or (name.startswith("on_") and callable(value))


def _action(tools: ToolSet, calls: RunCalls) -> Callable[[Any], Flow[CallResult[Any]]]:
    return lambda run: answer_tool_calls(run, tools, calls, stream=True)
