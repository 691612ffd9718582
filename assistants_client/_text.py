"""Text as servers send it: too long, or impossible to encode."""

from __future__ import annotations

from typing import Final

_SHOWN: Final = 500


def shortened(text: str) -> str:
    """Return a text as errors show it: no more of it than people read."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def word(value: object) -> str:
    """Return what should be a word, shortened; anything else by its type."""
    return shortened(value) if isinstance(value, str) else type(value).__name__


def is_text(text: str) -> bool:
    """Return whether a text can be sent; JSON can hold halves of characters."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
