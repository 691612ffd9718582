"""Outputs that callers submit by themselves: no call is made for them again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from .. import _api
from .._errors import ArgumentError
from .._operations import SUBMIT_TOOL_OUTPUTS_TO_RUN
from .._outputs import listed_outputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .._operation import Operation
    from .._tool_ledger import ToolLedger

_SUBMITTED: Final = ("tool_outputs", "tool_approvals")


def listed(operation: Operation[Any, Any], params: dict[str, Any]) -> None:
    """Make lists of the outputs among arguments, as they are read more than once.

    Raises:
        ArgumentError: there are none, where they are what is sent.
        ConfigurationError: they are no list.
    """
    given = [name for name in _SUBMITTED if params.get(name) is not None]
    if operation is SUBMIT_TOOL_OUTPUTS_TO_RUN and not given:
        raise ArgumentError(
            f"{operation.name}() needs tool_outputs=, or tool_approvals= where a run "
            "asks for approvals"
        )
    for name in given:
        params[name] = listed_outputs(name, params[name])


def note(ledger: ToolLedger, params: Mapping[str, Any]) -> None:
    """Note the outputs among arguments, which were submitted."""
    outputs: Iterable[Any] = [
        each for name in _SUBMITTED for each in params.get(name) or ()
    ]
    ledger.answered([_api.to_json(each) for each in outputs], time.monotonic())


def submitted(params: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the calls that the outputs among arguments are for."""
    outputs = [_api.to_json(each) for each in params.get("tool_outputs") or ()]
    ids = (each.get("tool_call_id") for each in outputs if isinstance(each, dict))
    return frozenset(each for each in ids if isinstance(each, str))


def note_outputs(
    params: Mapping[str, Any], ids: Mapping[str, Any], result: object
) -> None:
    """Note outputs that were submitted, on the runs that somebody has of it.

    Args:
        params: the arguments of the method.
        ids: its path parameters, perhaps with the run itself.
        result: what it returns.
    """
    if not any(params[name] for name in _SUBMITTED if name in params):
        return
    ledger = getattr(ids.get("run_id"), "_ledger", None)
    keep = getattr(result, "_keep", None)
    if ledger is None:
        ledger = getattr(result, "_ledger", None)
    elif keep is not None:
        keep(ledger)
    if ledger is not None:
        note(ledger, params)
