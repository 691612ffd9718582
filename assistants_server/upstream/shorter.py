"""Fewer messages, where a model can't read all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..engines.interface import text_of

if TYPE_CHECKING:
    from ..engines.upstream_errors import ContextTooLongError
    from .inputs import Inputs

# Tokens aren't characters: somewhat more than counted is dropped.
_MARGIN: Final = 1.1
_PART: Final = 4


def shorter(inputs: Inputs, error: ContextTooLongError) -> Inputs:
    """Return inputs without the oldest messages, so many that it is worth a try.

    Args:
        inputs: what was too long.
        error: how long it was, and how long it may be, if that was said.

    Raises:
        ContextTooLongError: the last message alone is too long.
    """
    history = inputs.history
    most = len(history) - 1
    if most < 1:
        raise error
    return replace(inputs, dropped=inputs.dropped + min(_count(inputs, error), most))


def _count(inputs: Inputs, error: ContextTooLongError) -> int:
    """Return how many messages to drop, at least one."""
    history = inputs.history
    if not error.prompt or not error.room or error.prompt <= error.room:
        return max(1, len(history) // _PART)
    lengths = [len(text_of(message)) + 1 for message in history]
    excess = sum(lengths) * (1 - error.room / error.prompt) * _MARGIN
    for number, length in enumerate(lengths, 1):
        excess -= length
        if excess <= 0:
            return number
    return len(history)
