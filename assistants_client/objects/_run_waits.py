"""Waiting for live runs, and performing what they ask for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .._arguments import check_called, given, is_left_out
from .._errors import ConfigurationError
from .._flows.actions import Actions
from .._flows.poll_policy import MAX_WAIT, RunWait, WaitOptions, poll_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._effects import Flow
    from ..tools import Tools

# What `wait` takes.
_WAITING = frozenset({"tools", "max_wait", "on_update", *RunWait.__annotations__})


def polling(
    run: Any,
    tools: Tools | None,
    max_wait: float | None,
    on_update: Callable[[Any], Any] | None,
    params: RunWait,
) -> dict[str, Any]:
    """Return the keywords of waiting for those of `wait`.

    Raises:
        ConfigurationError: one can't be used.
    """
    said: dict[str, Any] = given({**params, "tools": tools, "on_update": on_update})
    if not is_left_out(max_wait):
        said["max_wait"] = max_wait
    if "timeout" in said:
        if said.get("max_wait", MAX_WAIT) != MAX_WAIT:
            raise ConfigurationError("max_wait and timeout are the same: give one")
        said["max_wait"] = said.pop("timeout")
    if not said.keys() <= _WAITING:
        from .._unknown import check_keywords

        check_keywords(f"{type(run).__name__}.wait()", said, _WAITING)
    policy: Any = {n: v for n, v in said.items() if n in WaitOptions.__annotations__}
    poll_policy(policy, time.monotonic)
    check_called(said, run._bound().client)
    if said.get("tools") is not None:
        said["tools"] = _tool_set(said["tools"])
    else:
        said.pop("tools", None)
    said["on_update"] = run._updating(said.get("on_update"))
    return {**said, "known": run}


def _tool_set(tools: Tools) -> Any:
    from ..tools import tool_set

    return tool_set(tools)


def performed(run: Any, tools: Tools) -> Flow[list[dict[str, str]]]:
    """Perform the calls that a run asks for, as far as that was not done before.

    Returns:
        The outputs of all of them, in order.

    Raises:
        ToolError: a call failed, and failures are to be raised.
    """
    calls: Any = None
    actions = Actions(calls, run._ledger, time.monotonic, tools=_tool_set(tools))
    yield from actions.perform(run)
    return actions.outputs(run)
