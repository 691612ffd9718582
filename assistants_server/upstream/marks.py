"""Marks in a text by which a model cites what was found for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..engines.turn_events import Citation

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPEN, _CLOSE = "\u3010", "\u3011"
_LONGEST: Final = 200
_MARK: Final = re.compile("\u3010(\\d{1,6}):(\\d{1,6})\u2020[^\u3011]*\u3011")


class Marks:
    """Turn marks into citations while the text comes in, in pieces of any size."""

    def __init__(self) -> None:
        self._held = ""
        self._search = -1
        self._results = 0

    def found(self, search: int, results: int) -> None:
        """Say what can be cited from now on.

        Args:
            search: the number of the run's last search.
            results: how many results it had.
        """
        self._search, self._results = search, results

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
        if not found or int(found[1]) != self._search:
            return mark
        result = int(found[2])
        return Citation(result) if result < self._results else mark
