"""How something went, by its status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .views import BAD, BUSY, GOOD

if TYPE_CHECKING:
    from .views import Tone

_TONES: Final[dict[str, Tone]] = {
    **dict.fromkeys(("completed", "processed", "uploaded"), GOOD),
    **dict.fromkeys(("failed", "expired", "incomplete", "error", "cancelled"), BAD),
    **dict.fromkeys(
        ("queued", "in_progress", "requires_action", "cancelling", "pending"), BUSY
    ),
}


def tone_of(status: Any, *, ended: Tone = GOOD) -> Tone:
    """Return how something went.

    Args:
        status: what the server says.
        ended: what stands for a good end, which is not worth saying of everything.
    """
    found = _TONES.get(status, "") if isinstance(status, str) else ""
    return ended if found == GOOD else found
