"""What an engine has to know of a run's earlier turns, beside their calls."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from ..engines.interface import FunctionOutput
from .inputs import fewer_passages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..engines.interface import Turn

JSON = dict[str, Any]


class RunState:
    """What the server stores for an engine between the turns of a run.

    Attributes:
        found: how many results each search of the run had, in order.
        late: searches that the last turn asked for and that are still to be made, by
            the ids of their calls.
        unknown: the names of functions that aren't there, of those calls that aren't
            searches, likewise.
        said: what the last turn said after its calls, which is still to be shown.
    """

    def __init__(self, turn: Turn) -> None:
        """Read what an earlier turn has stored."""
        self._number = turn.number
        kept = turn.state
        self._rounds: list[list[Any]] = [list(each) for each in kept.get("rounds", ())]
        self._items: list[list[JSON]] = [list(each) for each in kept.get("items", ())]
        self._beside = [
            [FunctionOutput(**call) for call in each] for each in kept.get("beside", ())
        ]
        # States of older versions have the number of searches alone.
        self.found: list[int] = list(kept.get("found", [0] * kept.get("searches", 0)))
        self.late: dict[str, str] = dict(kept.get("late", {}))
        self.unknown: dict[str, str] = dict(kept.get("unknown", {}))
        self.said: str = kept.get("said", "")

    @property
    def value(self) -> JSON:
        """Return it as the server stores it."""
        return {
            "rounds": self._rounds,
            "items": self._items,
            "beside": [[asdict(call) for call in each] for each in self._beside],
            "found": self.found,
            "late": self.late,
            "unknown": self.unknown,
            "said": self.said,
        }

    @property
    def rounds(self) -> list[list[Any]]:
        """Return what tells of the searches of each turn, before its last answer."""
        return self._rounds

    @property
    def items(self) -> list[list[JSON]]:
        """Return what each turn answered, as it came."""
        return self._items

    @property
    def beside(self) -> list[list[FunctionOutput]]:
        """Return the searches that each turn asked for beside its calls."""
        return self._beside

    def searched(self, items: Sequence[Any]) -> None:
        """Add searches to the current turn: the model asked for nothing else."""
        _at(self._rounds, self._number).extend(items)

    def answered(
        self,
        items: Sequence[JSON],
        searches: Sequence[FunctionOutput],
        late: Mapping[str, str],
        unknown: Mapping[str, str],
        said: str,
    ) -> None:
        """Add what the current turn ended with.

        Args:
            items: the items, as they came.
            searches: the searches that it asked for beside its calls.
            late: those that are still to be made.
            unknown: the names of functions that aren't there, by the ids of calls.
            said: what it said after the calls.
        """
        _at(self._items, self._number).extend(items)
        _at(self._beside, self._number).extend(searches)
        self.late = dict(late)
        self.unknown = dict(unknown)
        self.said = said.strip()

    @property
    def found_length(self) -> int:
        """Return how many characters the model reads of what was found."""
        outputs = [text for each in self._rounds for _, text in _outputs(each)]
        beside = (call.output for each in self._beside for call in each)
        return sum(map(len, [*outputs, *beside]))

    def shorten(self) -> bool:
        """Leave out the worse half of what each search found; return whether it did."""
        before = self.found_length
        for items in self._rounds:
            for place, item in enumerate(items):
                fewer = {n: fewer_passages(text) for n, text in _outputs([item])}
                items[place] = {**item, **fewer}
        for number, calls in enumerate(self._beside):
            fewer_of = [replace(c, output=fewer_passages(c.output)) for c in calls]
            self._beside[number] = fewer_of
        return self.found_length < before

    def made_up(self, searches: Sequence[FunctionOutput]) -> None:
        """Add the late searches to the turn that asked for them."""
        if searches:
            _at(self._beside, self._number - 1).extend(searches)
        self.late = {}
        self.said = ""


def _outputs(items: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield the outputs of calls among items of either protocol, and their names."""
    for item in items:
        is_output = item.get("role") == "tool" or "output" in item
        for name in ("content", "output") if is_output else ():
            if isinstance(text := item.get(name), str):
                yield name, text


def _at(lists: list[list[Any]], number: int) -> list[Any]:
    """Return the list for a turn."""
    while len(lists) <= number:
        lists.append([])
    return lists[number]
