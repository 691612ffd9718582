"""Marks in a text by which a model cites what was found for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..engines.turn_events import Citation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPEN, _CLOSE = "\u3010", "\u3011"
# Names of files have up to 255 characters.
_LONGEST: Final = 300
# Some models leave the name out.
_MARK: Final = re.compile("\u3010(\\d{1,6}):(\\d{1,6})(\u2020[^\u3011]*)?\u3011")


class Marks:
    """Turn marks into citations while the text comes in, in pieces of any size."""

    def __init__(self, found: Sequence[int] = ()) -> None:
        """Begin a text.

        Args:
            found: how many results each search of the run had, in order; what is added
                meanwhile can be cited from then on.
        """
        self._held = ""
        self._found = found

    def feed(self, text: str) -> Iterator[str | Citation]:
        """Yield a text with its citations; what may become a mark is held back."""
        self._held += text
        while self._held:
            before, opened, rest = self._held.partition(_OPEN)
            if before:
                yield before
            self._held = opened + rest
            if not opened:
                return
            mark, closed, after = self._held.partition(_CLOSE)
            if not closed and len(self._held) < _LONGEST:
                return
            if not closed:
                # Too long for one: only the bracket is sure to be none.
                mark, after = self._held[:1], self._held[1:]
            self._held = after
            yield self._meaning(mark + closed)

    def end(self) -> Iterator[str | Citation]:
        """Yield what was held back, now that the text has ended."""
        held, self._held = self._held, ""
        if held:
            yield held

    def _meaning(self, mark: str) -> str | Citation:
        found = _MARK.fullmatch(mark)
        if not found:
            return mark
        search, result = int(found[1]), int(found[2])
        if search >= len(self._found) or result >= self._found[search]:
            return mark
        return Citation(result, len(self._found) - 1 - search)
