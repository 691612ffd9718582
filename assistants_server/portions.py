"""Work on the event loop in portions, so that others are served in between."""

from __future__ import annotations

import asyncio
import time

# Seconds that a portion may take; the next one is twice as large, or half.
_PORTION = 0.008
_FIRST, _MOST = 4, 500


class Portions:
    """How much is done at once: as much as takes some milliseconds.

    Objects may be small or have the text of a book, so it is learned on the way.

    Attributes:
        size: how many objects the next portion has.
    """

    def __init__(self) -> None:
        self.size = _FIRST
        self._begun = time.perf_counter()

    async def pause(self) -> None:
        """Let others be served, and learn from the time that the last portion took."""
        took = time.perf_counter() - self._begun
        if took > _PORTION:
            self.size = max(1, self.size // 2)
        elif took < _PORTION / 2:
            self.size = min(_MOST, self.size * 2)
        await asyncio.sleep(0)
        self._begun = time.perf_counter()
