"""Outputs and approvals that somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_client import tool_output

from ..json_data import at
from ..printing.calls import call_text, calls_of, is_approval

if TYPE_CHECKING:
    from assistants_client import Run

    from ..output import Output
    from .reader import Reader


def answers_for(run: Run, reader: Reader, output: Output) -> dict[str, Any] | None:
    """Return what to submit for a run, as somebody types it; None at the end of it.

    Raises:
        KeyboardInterrupt: they would rather not.
    """
    action = run.to_dict().get("required_action")
    calls = calls_of(action)
    if not calls:
        return None
    if is_approval(action):
        return _approvals(calls, reader, output)
    output.note("The model wants outputs of functions; type a line for each.")
    outputs = []
    for call in calls:
        if len(calls) > 1:
            output.note(call_text(call))
        text = reader.line("= ")
        if text is None:
            return None
        outputs.append(tool_output(str(at(call, "id")), text))
    return {"tool_outputs": outputs}


def _approvals(
    calls: list[dict[str, Any]], reader: Reader, output: Output
) -> dict[str, Any] | None:
    approvals = []
    for call in calls:
        output.note(f"may it call {at(call, 'server_label')}: {call_text(call)}? [y/N]")
        text = reader.line("= ")
        if text is None:
            return None
        yes = text.strip().lower() in ("y", "yes")
        approvals.append({"tool_call_id": at(call, "id"), "approve": yes})
    return {"tool_approvals": approvals}
