"""What a text says once it is read as JSON, a URL or HTML, one within the other."""

from __future__ import annotations

import re
from bisect import bisect_right
from html import unescape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each level of JSON doubles the backslashes, so that nobody nests deeper by accident.
_DEEPEST: Final = 8
_ESCAPES: Final = {
    "\\": r"\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([\"'\\/]))",
    "%": r"%([0-9a-f]{2})",
    "&": r"&(?:#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]{2,4});",
}
"""How letters are spelt, by what their spelling begins with; `re` compiles it once."""


class Reading:
    """A text, or what it says, which knows where it stands in the text.

    Attributes:
        text: what it says.
    """

    def __init__(self, text: str, source: Reading | None = None) -> None:
        self.text = text
        self._source = source
        # From where on it stands where in its source.
        self._begins = [0]
        self._places = [0]

    def place(self, index: int) -> int:
        """Return the place in the text at which a letter of this begins."""
        if self._source is None:
            return index
        part = bisect_right(self._begins, index) - 1
        return self._source.place(self._places[part] + index - self._begins[part])

    def unescaped(self, mark: str) -> Reading:
        """Return what this says where one kind of escapes is read."""
        read = Reading("", self)
        pieces: list[str] = []
        end = length = 0
        for found in re.finditer(_ESCAPES[mark], self.text, re.IGNORECASE):
            pieces += self.text[end : found.start()], _letter(found)
            length += found.start() - end + 1
            end = found.end()
            read._begins.append(length)
            read._places.append(end)
        read.text = "".join((*pieces, self.text[end:]))
        return read


def readings(text: str) -> Iterator[Reading]:
    """Iterate over what a text says, from itself to what is spelt deepest in it.

    Each step goes through the text once.
    """
    last = Reading(text)
    yield last
    for _ in range(_DEEPEST):
        before = last
        for mark in _ESCAPES:
            if mark in last.text:
                found = last.unescaped(mark)
                if found.text != last.text:
                    last = found
                    yield last
        if last is before:
            return


def _letter(found: re.Match[str]) -> str:
    if found.lastindex is None:
        return unescape(found[0].lower())[:1] or " "
    spelt = found[found.lastindex]
    return spelt if len(spelt) == 1 else chr(int(spelt, 16))
