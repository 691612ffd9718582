"""Characters whose halves come in different pieces of a text.

Servers that count in UTF-16 cut an emoji in two: openclaw/openclaw#115536.
"""

from __future__ import annotations

import re
from typing import Final

_HALF: Final = re.compile("[\ud800-\udfff]")
_FIRST_HALF: Final = re.compile("[\ud800-\udbff]\\Z")


class Characters:
    """Put the halves of characters together in one text, which comes in pieces."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Return a piece without halves; the first one of a character is held back."""
        if not self._held and not _HALF.search(text):
            return text
        text = self._held + text
        half = _FIRST_HALF.search(text)
        self._held = half[0] if half else ""
        return _joined(text[: half.start()] if half else text)

    def end(self) -> str:
        """Return what is left: a sign for a character whose other half never came."""
        held, self._held = self._held, ""
        return _joined(held)


def _joined(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
