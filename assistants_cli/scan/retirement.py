"""Models that are retired, or will be."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

# By the beginnings of their names; the first that fits counts.
_RETIRED: Final = (
    ("gpt-3.5", date(2026, 10, 23)),
    ("gpt-4o", date(2027, 1, 14)),
    ("gpt-4.1", date(2027, 1, 14)),
    ("gpt-4", date(2026, 10, 23)),
)
# Behind these come dates and names of variants; other models begin alike.
_NAME: Final = re.compile(
    r"gpt-(?:3\.5-turbo|4o(?:-mini)?|4\.1(?:-mini)?|4(?:-turbo|-32k|-vision)?)"
    r"(?:-preview|-16k|-instruct|-\d{4}(?:-\d{2}-\d{2})?)*"
)
IN_TEXT: Final = re.compile(rf"(?<![\w./-])(?:openai/)?({_NAME.pattern})(?![\w./-]*\w)")
"""The name of such a model within a text, as its first group."""


def retired_on(name: str) -> date | None:
    """Return when a model is retired; None for one that isn't, or is no model."""
    if not _NAME.fullmatch(name):
        return None
    return next((day for start, day in _RETIRED if name.startswith(start)), None)


def change_for(name: str, today: date) -> str:
    """Return what to do about a model.

    Args:
        name: the model, which has a day.
        today: the present day.
    """
    day = retired_on(name)
    said = "was" if day is not None and day <= today else "will be"
    return f"{said} retired on {day}; --model '{name}=NEW' of the server maps it"
