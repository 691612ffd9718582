"""The statuses of runs, and which of them are final."""

from __future__ import annotations

from typing import Final

FINAL: Final = frozenset({"cancelled", "completed", "failed", "expired", "incomplete"})
"""The statuses that a run keeps. An unknown one counts as still going."""
REQUIRES_ACTION: Final = "requires_action"


def has_ended(status: object) -> bool:
    """Return whether a run keeps a status, whatever a server takes for one."""
    return isinstance(status, str) and status in FINAL
