"""Durations as people write them: 90s, 15m, 12h, 30d."""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_FORM = re.compile(r"(\d{1,9})([smhd])", re.ASCII)


def seconds_of(text: str) -> int:
    """Return the seconds of a duration.

    Raises:
        ValueError: it is none, or none at all.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise ValueError(
            f"{text!r} is no duration; one is 30d, 12h, 15m or 90s (days, hours, "
            "minutes, seconds)"
        )
    return int(match[1]) * _SECONDS[match[2]]
