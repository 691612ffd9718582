"""Which item of a response an event is about.

OpenAI names it by its id and by its place. Others leave out one of these, or both; some
give an item another id with each event (vercel/ai#18548, EricLBuehler/mistral.rs#2309),
one to several items, or all of them one place (teabranch/open-responses-server#63).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

JSON = dict[str, Any]
_ITEM = "response.output_item."
_PREFIXES = {
    "response.function_call_arguments.": "function_call",
    "response.output_text.": "message",
    "response.refusal.": "message",
}


@dataclass
class _Item:
    kind: str
    names: set[str] = field(default_factory=set)
    place: int | None = None
    is_done: bool = False


class ItemKeys:
    """Keys that distinguish items, and mean nothing beyond."""

    def __init__(self) -> None:
        self._items: list[_Item] = []

    def of(self, event: JSON) -> str:
        """Return the key of the item that an event is about.

        Args:
            event: the data of the event.
        """
        what, item = str(event.get("type")), event.get("item")
        if isinstance(item, dict):
            kind, names = text_of(item.get("type")), _names(item)
        else:
            kind = next((k for p, k in _PREFIXES.items() if what.startswith(p)), "")
            names = {text_of(event.get("item_id"))} - {""}
        place = event.get("output_index")
        place = place if isinstance(place, int) else None
        begins, ends = (what == f"{_ITEM}{end}" for end in ("added", "done"))
        known = None if begins else self._known(kind, names, place, ends=ends)
        if known is None:
            known = len(self._items)
            self._items.append(_Item(kind, place=place))
        found = self._items[known]
        found.names |= names
        found.is_done |= ends
        return str(known)

    def of_all(
        self, items: Sequence[JSON], fits: Callable[[str, JSON], bool]
    ) -> list[str]:
        """Return the keys of the items of a whole response, in order.

        Args:
            items: the items; those that events told of are among them.
            fits: returns whether an item goes on with what was said of a key.
        """
        found: dict[int, int] = {}
        kinds = [text_of(each.get("type")) for each in items]
        # By their ids; those that have others, by the order of their kind.
        for place, each in enumerate(items):
            for number, item in enumerate(self._items):
                if _names(each) & item.names and number not in found.values():
                    found.setdefault(place, number)
        for place, kind in enumerate(kinds):
            if place in found:
                continue
            left = (
                number
                for number, item in enumerate(self._items)
                if item.kind == kind
                and number not in found.values()
                and fits(str(number), items[place])
            )
            found[place] = next(left, len(self._items))
            if found[place] == len(self._items):
                self._items.append(_Item(kind, _names(items[place])))
        return [str(found[place]) for place in range(len(items))]

    def _known(
        self, kind: str, names: set[str], place: int | None, *, ends: bool
    ) -> int | None:
        """Return the number of an item that was told of before, the last that fits.

        Args:
            kind: its type.
            names: what it goes by.
            place: its place, if that is named.
            ends: whether it has ended now.
        """
        same = [n for n, item in enumerate(self._items) if item.kind == kind]
        left = [n for n in same if not self._items[n].is_done]
        by_name = [n for n in same if self._items[n].names & names]
        by_place = [n for n in left if place is None or self._items[n].place == place]
        if by_name or (by_place and place is not None):
            return (by_name or by_place)[-1]
        unnamed = [n for n in by_place if not names or not self._items[n].names]
        return next(iter([*unnamed[-1:], *(left[:1] if ends else ())]), None)


def _names(item: JSON) -> set[str]:
    """Return what an item goes by; calls have another id, which stays the same."""
    return {text_of(item.get("id")), text_of(item.get("call_id"))} - {""}
