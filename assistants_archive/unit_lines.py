"""The lines of a unit by their kinds, the oldest first."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from .lines import Line, LineError, lines_of, offsets_of, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO


class UnitLines:
    """The lines of a unit, found by kind; only their positions are in memory."""

    def __init__(self, file: BinaryIO) -> None:
        """Look through a file.

        Raises:
            LineError: a line can't be read.
        """
        self._file = file
        self._positions: dict[tuple[str, str], array[int]] = {}
        self._ends: dict[tuple[str, str], list[float]] = {}
        for position, line in offsets_of(file):
            self._positions.setdefault(_key(line), array("q")).append(position)
            self._note_time(line)

    @property
    def kinds(self) -> list[str]:
        """Return which kinds of objects there are."""
        return [*dict.fromkeys(kind for kind, _ in self._positions)]

    def of(self, kind: str) -> Iterator[tuple[Line, Any]]:
        """Yield the lines of a kind with their objects, the oldest first.

        A server that ignores the order that it was asked for sends the newest first.
        """
        for key in [each for each in self._positions if each[0] == kind]:
            positions = self._positions[key]
            first, last = self._ends.get(key, [0, 0])
            for position in reversed(positions) if first > last else positions:
                self._file.seek(position)
                line = next(lines_of(self._file))
                yield line, value_of(line.raw)

    def _note_time(self, line: Line) -> None:
        try:
            value = value_of(line.raw)
        except LineError:
            return
        made = value.get("created_at") if isinstance(value, dict) else None
        if isinstance(made, int | float):
            ends = self._ends.setdefault(_key(line), [made, made])
            ends[1] = made


def _key(line: Line) -> tuple[str, str]:
    """Return the list that a line was in: steps are listed run by run."""
    return line.kind, line.run or line.batch or ""
