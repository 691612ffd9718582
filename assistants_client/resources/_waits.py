"""Making the flow of a wait from the arguments of a method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._endpoints import make_call
from .._errors import ToolError
from .._flows.calling import calling
from .._flows.tool_calls import performing
from .._flows.waiting import WaitOptions, patience, waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._api import RunObject
    from .._effects import Flow
    from .._flows.calling import Answer, CallOptions
    from .._options import Options

_OWN = frozenset(WaitOptions.__annotations__)
# What of a call holds for each look at the run as well; a body doesn't.
_LOOKING = ("extra_headers", "extra_query", "timeout", "max_retries", "verbosity")


def wait_flow(
    operation: str,
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    settings: Options,
) -> tuple[Flow[RunObject], CallOptions]:
    """Give the flow of a call that gives a run and of the wait for its end.

    Args:
        operation: a key of `ENDPOINTS`.
        params: what was given by keyword.
        ids: the path arguments by name.
        settings: those of the client.

    Raises:
        ConfigurationError: an argument can't be used.
    """
    tools = params.get("tools")
    if not (tools is not None and _is_tool_set(tools)):
        tools = None
    elif operation != "threads.runs.create" and operation != "threads.create_and_run":
        # There it is no part of the body, which other methods send its definitions in.
        params = {name: value for name, value in params.items() if name != "tools"}
    own: Any = {name: value for name, value in params.items() if name in _OWN}
    rest = {name: value for name, value in params.items() if name not in _OWN}
    looking = {name: rest[name] for name in _LOOKING if name in rest}
    how = patience(own)
    call = make_call(operation, rest, ids)

    def again(what: str, run: RunObject, **body: Any) -> Flow[Answer[Any]]:
        # What was given is sure to be right; an answer may lack it.
        known = {"thread_id": run.thread_id, "run_id": run.id, **ids}
        call = make_call(f"threads.runs.{what}", {**looking, **body}, known)
        return calling(call, settings)

    def act(run: RunObject) -> Flow[Answer[Any]]:
        assert tools is not None
        try:
            outputs = yield from performing(run, tools)
        except ToolError:
            # Else it would wait for outputs until it expires, its thread locked.
            yield from again("cancel", run)
            raise
        return (yield from again("submit_tool_outputs", run, tool_outputs=outputs))

    flow = waiting(
        lambda: calling(call, settings),
        lambda run: again("retrieve", run),
        lambda run: again("cancel", run),
        how,
        act if tools is not None else None,
    )
    return flow, call.options


def _is_tool_set(tools: Any) -> bool:
    # Who has one has imported it; nobody else needs it.
    from ..tools import ToolSet

    return isinstance(tools, ToolSet)
