"""What plays the model in the demo: it reads dates, but lets others count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistants_server import ToolCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_server import Output, Turn

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_WORD = re.compile(r"\s*\S+")


def calendar(turn: Turn) -> Iterator[Output]:
    """Ask for the days between the question's dates, then tell what came back."""
    if not turn.outputs:
        first, last = _DATE.findall(turn.question)
        yield from _words("Let me count.")
        yield ToolCall("days_between", {"first": first, "last": last})
    else:
        days = int(turn.outputs[-1].output)
        yield from _words(f"There are {days} days, which makes {days / 7:.3g} weeks.")


def _words(text: str) -> list[str]:
    return _WORD.findall(text)
