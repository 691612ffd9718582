"""Text as servers send it: too long, or impossible to encode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def whole(text: str) -> str:
    """Return a text with characters in place of their halves, where both are there.

    Servers that count as JavaScript does may cut a text within a character.
    """
    coding = "utf-16-le"
    return text.encode(coding, "surrogatepass").decode(coding, "surrogatepass")


def begins_with_half(text: str) -> bool:
    """Return whether the second half of a character is at the beginning."""
    return "\udc00" <= text[:1] <= "\udfff"


def ends_with_half(text: str) -> bool:
    """Return whether the first half of a character is at the end."""
    return "\ud800" <= text[-1:] <= "\udbff"


def public(names: Iterable[str], *hidden: str) -> list[str]:
    """Return the names of attributes that are for users, as completion shows them.

    Args:
        names: all names.
        hidden: those that are not, besides what begins with an underscore.
    """
    return [
        name
        for name in names
        if name not in hidden and (name[:1] != "_" or name.startswith("__"))
    ]
