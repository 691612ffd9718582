"""Text as servers give it: too long, or none that can be sent."""

from __future__ import annotations

from typing import Final

_SHOWN: Final = 500


def shortened(text: str) -> str:
    """Give a text as it is told: no more of it than somebody reads."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def word(value: object) -> str:
    """Give what should be a word as it is told; what is none, by its kind."""
    return shortened(value) if isinstance(value, str) else type(value).__name__


def is_text(text: str) -> bool:
    """Tell whether a text can be sent; JSON can hold halves of characters."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
