"""How messages and steps end, and what then stands in them."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from . import objects

JSON = dict[str, Any]
Ending: TypeAlias = Literal["failed", "cancelled", "expired", "incomplete"]
"""The ways in which a run ends otherwise than completed."""
# What the API gives as reason on a message that a run left unfinished.
_REASONS = {
    "failed": "run_failed",
    "cancelled": "run_cancelled",
    "expired": "run_expired",
    "incomplete": "max_tokens",
}


def end_message(message: JSON, ending: Ending | None) -> None:
    """Let a message end: completed, or incomplete because its run ended so."""
    if ending is None:
        message.update(status="completed", completed_at=objects.now())
        return
    message.update(
        status="incomplete",
        incomplete_at=objects.now(),
        incomplete_details={"reason": _REASONS[ending]},
    )


def end_step(step: JSON, ending: Ending, error: JSON | None, usage: JSON) -> None:
    """Let a step end otherwise than completed; what it holds stays."""
    # A step knows no state for what a limit of tokens broke off.
    status = "completed" if ending == "incomplete" else ending
    step.update({"status": status, f"{status}_at": objects.now(), "usage": usage})
    if ending == "failed" and error is not None:
        codes = ("server_error", "rate_limit_exceeded")
        code = error["code"] if error["code"] in codes else "server_error"
        step["last_error"] = {**error, "code": code}
