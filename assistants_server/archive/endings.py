"""Runs that were not finished when they were exported: they end here."""

from __future__ import annotations

from typing import Any

from .shapes import ENDED

JSON = dict[str, Any]
_NOTE = (
    "The run was {} when it was exported, and is not carried on where it was imported."
)


def ending_of(run: JSON) -> str | None:
    """Return how an unfinished run ends; None for one that has ended."""
    if run["status"] in ENDED:
        return None
    return "cancelled" if run["status"] == "cancelling" else "expired"


def ended_run(run: JSON, when: int) -> JSON:
    """Return a run as it is imported: as it ended, or ended with a note.

    Args:
        run: the run.
        when: when it was exported, in seconds.
    """
    ending = ending_of(run)
    if ending is None:
        return run
    error = {"code": "server_error", "message": _NOTE.format(run["status"])}
    changes: JSON = {"status": ending, "required_action": None, "expires_at": None}
    changes["last_error"] = run["last_error"] or error
    if ending == "cancelled":
        changes["cancelled_at"] = run["cancelled_at"] or when
    return {**run, **changes}


def ended_step(step: JSON, ending: str | None, when: int) -> JSON:
    """Return a step as it is imported, whose run ends so."""
    if step["status"] in ENDED:
        return step
    status = ending or "expired"
    return {**step, "status": status, f"{status}_at": when}


def ended_message(message: JSON, ending: str | None, when: int) -> JSON:
    """Return a message as it is imported; one in progress is incomplete."""
    if message["status"] in ("completed", "incomplete"):
        return message
    reason = {"reason": f"run_{ending or 'expired'}"}
    return {
        **message,
        "status": "incomplete",
        "incomplete_at": when,
        "incomplete_details": message["incomplete_details"] or reason,
    }
