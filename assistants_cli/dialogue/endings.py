"""What there is to say and do when a run doesn't simply end."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from assistants_client import AssistantsError

from ..exit_codes import ExitCode
from ..json_data import at, text_at
from ..printing.calls import call_text, calls_of, is_approval
from ..safe_text import cell, in_line, shell_word

if TYPE_CHECKING:
    from assistants_client import Run

    from ..session import Session
    from .turn import Dialogue

_SECONDS_TO_CANCEL: Final = 10.0


def ending_of(session: Session, run: Run | None) -> ExitCode:
    """Say how a run ended unless it is completed, and return the exit code."""
    if run is None:
        session.output.problem("the stream had no event of a run")
        return ExitCode.ERROR
    if run.status == "completed":
        return ExitCode.OK
    if run.status == "requires_action":
        advise(session, run)
        return ExitCode.ACTION_REQUIRED
    session.output.problem(f"run {run.id} {status_text(run)}")
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


def advise(session: Session, run: Any) -> None:
    """Say what a run waits for, and by which command to submit it."""
    action = run.to_dict().get("required_action")
    calls = calls_of(action)
    if not calls:
        kind = cell(at(action, "type"))
        session.output.problem(f"run {run.id} waits for what this client lacks: {kind}")
        return
    approval = is_approval(action)
    what = "the approval of calls" if approval else "outputs of functions"
    session.output.problem(f"run {run.id} waits for {what}:")
    for each in calls:
        session.output.note(f"  {in_line(text_at(each, 'id'))}  {call_text(each)}")
    option, value = ("--approve", "") if approval else ("--output", "=TEXT")
    keys = (shell_word(text_at(each, "id")) for each in calls)
    given = " ".join(f"{option} {key}{value}" for key in keys)
    command = f"assistants runs submit {place_of(run)} {given}"
    session.output.note(f"submit them: {command}")


def place_of(run: Any) -> str:
    """Return the ids of a run, as they are pasted into a shell."""
    return f"{shell_word(str(run.thread_id))} {shell_word(str(run.id))}"


def after_interrupt(dialogue: Dialogue, *, cancel: bool, follow_by: str | None) -> None:
    """Cancel the run that was interrupted if that is wanted, and say what it does.

    Args:
        dialogue: has the run.
        cancel: whether it is wanted.
        follow_by: how to follow the run on, and to cancel it; None for the commands.
    """
    output, run = dialogue.session.output, dialogue.run
    if run is None:
        output.note("interrupted")
        return
    if not cancel:
        where = place_of(run)
        how = follow_by or (
            f"`assistants runs watch {where}` follows it, "
            f"`assistants runs cancel {where}` cancels it"
        )
        output.note(f"interrupted; the run goes on: {how}")
        return
    try:
        run.cancel()
    except AssistantsError as error:
        output.problem(f"interrupted; the run could not be cancelled: {error}")
        return
    dialogue.partner.going.pop(run.id, None)
    output.note(f"cancelled {run.id}")
    # Until it has ended, its thread takes no message.
    with suppress(AssistantsError, KeyboardInterrupt):
        dialogue.session.client.threads.runs.poll(
            run.id, thread_id=run.thread_id, max_wait=_SECONDS_TO_CANCEL
        )
