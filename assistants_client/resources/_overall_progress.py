"""How far several uploads are together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .._errors import ConfigurationError
from .._locks import lock_of, locked
from .._progress import ProgressLine

if TYPE_CHECKING:
    from collections.abc import Callable


class OverallProgress:
    """Adds up what several uploads say of themselves, from several threads."""

    def __init__(self, progress: Any, count: int) -> None:
        """Begin.

        Args:
            progress: a function, or whether the terminal shows it.
            count: how many uploads there are.

        Raises:
            ConfigurationError: it is neither.
        """
        if not (callable(progress) or isinstance(progress, bool)):
            kind = type(progress).__name__
            raise ConfigurationError(f"progress must be True or a function, not {kind}")
        self._line = ProgressLine()
        self._tell: Any = self._line.show_bytes if progress is True else progress
        self._lock = lock_of(self)
        self._sent = [0] * count
        self._told = -1
        self._totals: list[int | None] = [None] * count

    def expect(self, number: int, total: int | None) -> None:
        """Note how long one of them is; None if that is unknown."""
        self._totals[number] = total

    def of(self, number: int) -> Callable[[int, int | None], Any] | bool:
        """Return what one of the uploads is to call."""
        return partial(self._note, number) if self._tell else False

    def clear(self) -> None:
        """Clear what the terminal shows."""
        self._line.clear()

    @locked
    def _note(self, number: int, sent: int, _: int | None) -> Any:
        self._sent[number] = sent
        done = sum(self._sent)
        if done == self._told:
            return None
        self._told = done
        known = [each for each in self._totals if each is not None]
        total = sum(known) if len(known) == len(self._totals) else None
        return self._tell(done, total)
