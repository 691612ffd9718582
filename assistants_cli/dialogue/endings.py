"""What there is to say and do when a run doesn't simply end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_client import AssistantsError

from ..exit_codes import ExitCode
from ..printing.calls import call_text, calls_of, is_approval

if TYPE_CHECKING:
    from assistants_client import Run

    from ..session import Session


def ending_of(session: Session, run: Run | None) -> ExitCode:
    """Say how a run ended unless it is completed, and return the exit code."""
    if run is None:
        session.output.note("assistants: the stream had no event of a run")
        return ExitCode.ERROR
    if run.status == "completed":
        return ExitCode.OK
    if run.status == "requires_action":
        for line in action_advice(run):
            session.output.note(line)
        return ExitCode.ACTION_REQUIRED
    session.output.note(f"assistants: run {run.id} {status_text(run)}")
    return ExitCode.RUN_FAILED if run.has_ended else ExitCode.ERROR


def status_text(run: Any) -> str:
    """Return how a run ended, with the reason if there is one."""
    holders = (run.last_error, run.incomplete_details)
    reasons = [
        text
        for holder in holders
        for text in (getattr(holder, name, None) for name in ("message", "reason"))
        if isinstance(text, str) and text
    ]
    return f"is {run.status}{f': {reasons[0]}' if reasons else ''}"


def action_advice(run: Any) -> list[str]:
    """Return what a run waits for, and the command that submits it."""
    action = run.to_dict().get("required_action")
    calls = calls_of(action)
    lines = [f"assistants: run {run.id} waits for outputs of functions:"]
    command = f"assistants runs submit {run.thread_id} {run.id}"
    how = " ".join(f"--output {each.get('id')}=TEXT" for each in calls)
    if is_approval(action):
        lines = [f"assistants: run {run.id} waits for the approval of calls:"]
        how = " ".join(f"--approve {each.get('id')}" for each in calls)
    elif not calls:
        kind = (action or {}).get("type")
        return [f"assistants: run {run.id} waits for what this command lacks: {kind}"]
    lines += [f"  {each.get('id')}  {call_text(each)}" for each in calls]
    return [*lines, f"submit them: {command} {how}"]


def after_interrupt(session: Session, run: Run | None, *, cancel: bool) -> None:
    """Cancel the run that was interrupted if that is wanted, and say what it does."""
    if run is None:
        session.output.note("interrupted")
        return
    where = f"{run.thread_id} {run.id}"
    if not cancel:
        session.output.note(
            f"interrupted; the run goes on: `assistants runs watch {where}` follows "
            f"it, `assistants runs cancel {where}` cancels it"
        )
        return
    try:
        run.cancel()
    except AssistantsError as error:
        session.output.note(f"interrupted; the run could not be cancelled: {error}")
    else:
        session.output.note(f"cancelled {run.id}")
