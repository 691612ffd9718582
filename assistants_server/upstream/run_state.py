"""What an engine has to know of a run's earlier turns, beside their calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engines.interface import Turn

JSON = dict[str, Any]


class RunState:
    """What the server stores for an engine between the turns of a run.

    Attributes:
        searches: how many searches were made in the run.
    """

    def __init__(self, turn: Turn) -> None:
        """Read what an earlier turn has stored."""
        self._number = turn.number
        kept = turn.state
        self._rounds: list[list[Any]] = [list(each) for each in kept.get("rounds", ())]
        self._items: list[list[JSON]] = [list(each) for each in kept.get("items", ())]
        self.searches: int = kept.get("searches", 0)

    @property
    def value(self) -> JSON:
        """Return it as the server stores it."""
        return {
            "rounds": self._rounds,
            "items": self._items,
            "searches": self.searches,
        }

    @property
    def rounds(self) -> list[list[Any]]:
        """Return what tells of the searches of each turn."""
        return self._rounds

    @property
    def items(self) -> list[list[JSON]]:
        """Return what each turn answered, as it came."""
        return self._items

    def searched(self, items: Sequence[Any], searches: int) -> None:
        """Add searches to the current turn."""
        while len(self._rounds) <= self._number:
            self._rounds.append([])
        self._rounds[self._number] += items
        self.searches += searches

    def answered(self, items: Sequence[JSON]) -> None:
        """Add what the current turn ended with."""
        while len(self._items) < self._number:
            self._items.append([])
        self._items.append([*items])
