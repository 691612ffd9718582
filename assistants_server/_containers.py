"""Likely objects and arrays: a slot for each value inside."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ._likely import (
    LARGEST,
    MOST_ITEMS,
    Found,
    Members,
    Place,
    each_of,
    is_text,
    limits,
    of,
)
from ._patterns import PatternError, strings
from .json_schemas import SHOWN, Schema

if TYPE_CHECKING:
    from ._searching import Search

_NAMES = 60


# By how much longer than necessary arrays are tried.
_LONGER = (*range(8), 20)


def objects(search: Search, members: Members, place: Place) -> Iterator[Found]:
    required = dict.fromkeys(each_of(members, "required"))
    least, most = limits(members, "Properties")
    if max(least, len(required)) > min(most, MOST_ITEMS):
        search.blame(place, "more properties would be needed than there may be")
        return
    known = [*each_of(members, "properties"), *required]
    for linked in of(members, "dependentRequired"):
        known += itertools.chain.from_iterable(linked.values())
    slots = {}
    for name in dict.fromkeys(known):
        slot = _property(search, members, place, name, forced=name in required)
        if slot is not None:
            slots[name] = slot
        elif name in required:
            return
    for name in [*slots][::-1]:
        if len(slots) > min(most, MOST_ITEMS) and name not in required:
            del slots[name]
    # An object without properties of its own shows what others it may have.
    wanted = min(most, max(least, search.lavish and _is_map(members)))
    for name in _names(search, members, place) if len(slots) < wanted else ():
        slot = _property(search, members, place, name, forced=len(slots) < least)
        if name not in known and slot is not None:
            slots[name] = slot
        if len(slots) >= wanted:
            break
    yield from map(_as_object, _filled(search, [*slots.values()], place))


def _property(
    search: Search, members: Members, place: Place, name: str, *, forced: bool
) -> _Slot | None:
    """Give a slot for a property; None if no value fits, or none is wanted."""
    if not forced and not search.lavish:
        return None
    inner = place.inside(name, name, forced=forced)
    try:
        fine = is_text(name) and search.fits(name, of(members, "propertyNames"))
        schemas = (*_of_property(search, members, name),) if fine else (False,)
    except PatternError as error:
        search.blame(place, str(error))
        return None
    slot = _Slot(_Values(search, search.values(schemas, inner)), name, forced)
    return slot if slot.values.get(0) else None


def _of_property(search: Search, members: Members, name: str) -> Iterator[Schema]:
    """Yield what a property has to fit."""
    known = False
    for each in members:
        by_pattern = each.get("patternProperties", {})
        own = [inner for key, inner in by_pattern.items() if search.match(key, name)]
        if name in each.get("properties", {}):
            own.append(each["properties"][name])
        elif not own and "additionalProperties" in each:
            own.append(each["additionalProperties"])
        known = known or bool(own)
        yield from own
    if not known:
        yield from of(members, "unevaluatedProperties")


def _names(search: Search, members: Members, place: Place) -> Iterator[str]:
    """Yield names that further properties may have."""
    for pattern in each_of(members, "patternProperties"):
        with contextlib.suppress(PatternError):
            found = (
                name
                for name in strings(pattern, 0, SHOWN)
                if search.match(pattern, name)
            )
            yield from itertools.islice(found, _NAMES)
    inner = place.inside("key", "key", forced=False)
    schemas = ({"type": "string"}, *of(members, "propertyNames"))
    for each in itertools.islice(search.values(schemas, inner), MOST_ITEMS):
        yield each.value


def arrays(search: Search, members: Members, place: Place) -> Iterator[Found]:
    least, most = limits(members, "Items")
    needs = [each for each in members if "contains" in each]
    total = sum(int(each.get("minContains", 1)) for each in needs)
    if max(least, total) > min(most, MOST_ITEMS):
        search.blame(place, "more items would be needed than there may be")
        return
    longest = max(map(len, of(members, "prefixItems")), default=1)
    natural = max(least, total, longest if search.lavish else 0)
    low, later = max(least, total), []
    sizes = (natural, *(low + more for more in _LONGER))
    for size in dict.fromkeys(int(min(each, most, MOST_ITEMS)) for each in sizes):
        slots = _items(search, members, place, size, least)
        if slots is not None:
            later.append(_filled(search, slots, place))
            yield from map(_as_array, itertools.islice(later[-1], 1))
    yield from map(_as_array, itertools.chain(*later))


def _items(
    search: Search, members: Members, place: Place, size: int, least: int
) -> list[_Slot] | None:
    """Give a slot for each item; None if there can't be that many."""
    extras = _contained(members, size)
    unique = any(of(members, "uniqueItems"))
    # Items of the same schemas share one sequence of values.
    shared: dict[tuple[int, ...], _Values] = {}
    taken, slots = set[str](), []
    for index, extra in enumerate(extras):
        schemas = (*_of_item(members, index), *extra)
        forced = index < least or bool(extra)
        key = (forced, *map(id, schemas))
        if key not in shared:
            inner = place.inside(index, place.name, forced=forced)
            shared[key] = _Values(search, search.values(schemas, inner))
        start = 0
        while (found := shared[key].get(start)) and unique and found.text in taken:
            start += 1
        if found is None:
            return None
        taken.add(found.text)
        slots.append(_Slot(shared[key], "", True, start))
    return slots


def _filled(search: Search, slots: list[_Slot], place: Place) -> Iterator[_Parts]:
    """Yield ways to fill slots, but none that gives too large a value."""
    for row in _varied(slots):
        pairs = zip(slots, row, strict=True)
        parts = [(slot, found) for slot, found in pairs if found is not None]
        size = sum(len(slot.name) + len(found.text) for slot, found in parts)
        if size <= LARGEST:
            yield parts
        else:
            search.spend(1 + len(slots))
            search.blame(place, f"a value would have more than {LARGEST} characters")
            if all(slot.forced for slot in slots):
                return


class _Values:
    """A sequence of values that is made as far as somebody reads it."""

    def __init__(self, search: Search, values: Iterator[Found]) -> None:
        self._search, self._values, self._found = search, values, list[Found]()

    def get(self, index: int) -> Found | None:
        while len(self._found) <= index:
            found = self._search.first(self._values)
            if found is None:
                return None
            self._found.append(found)
        return self._found[index]


class _Slot(NamedTuple):
    """A place in an object or array: its values, its name, the first value for it."""

    values: _Values
    name: str
    forced: bool
    start: int = 0

    def ways(self, turn: int) -> tuple[Found | None, ...]:
        """Give the value of a turn, none if there are no more; None is to be absent."""
        if turn and not self.forced:
            if turn == 1:
                return (None,)
            turn -= 1
        found = self.values.get(self.start + turn)
        return () if found is None else (found,)


_Parts: TypeAlias = list[tuple[_Slot, Found]]


def _as_object(parts: _Parts) -> Found:
    value = {slot.name: found.value for slot, found in parts}
    pairs = (f"{json.dumps(slot.name)}: {found.text}" for slot, found in parts)
    return Found(value, f"{{{', '.join(pairs)}}}")


def _as_array(parts: _Parts) -> Found:
    texts = ", ".join(found.text for _, found in parts)
    return Found([found.value for _, found in parts], f"[{texts}]")


def _varied(slots: list[_Slot]) -> Iterator[list[Found | None]]:
    """Yield ways to fill slots: all with their first value, then one with another."""
    row = [way for slot in slots for way in slot.ways(0)]
    yield row
    if not all(slot.forced for slot in slots):
        pairs = zip(slots, row, strict=True)
        yield [found if slot.forced else None for slot, found in pairs]
    for turn in range(1, MOST_ITEMS):
        went_on = False
        for index, slot in enumerate(slots):
            for way in slot.ways(turn):
                went_on = True
                yield [*row[:index], way, *row[index + 1 :]]
        if not went_on:
            return


def _is_map(members: Members) -> bool:
    extra = (*of(members, "additionalProperties"), *of(members, "patternProperties"))
    own = any(each_of(members, "properties"))
    return not own and any(isinstance(each, dict) and each for each in extra)


def _of_item(members: Members, index: int) -> Iterator[Schema]:
    """Yield what an item has to fit."""
    for each in members:
        first = each.get("prefixItems", ())
        if index < len(first):
            yield first[index]
        else:
            yield each.get("items", each.get("unevaluatedItems", True))


def _contained(members: Members, size: int) -> list[list[Schema]]:
    """Give what each item has to fit besides, as the array has to contain it."""
    extras: list[list[Schema]] = [[] for _ in range(size)]
    end = size
    for each in members:
        if "contains" in each:
            start = max(0, end - int(each.get("minContains", 1)))
            against = {"not": each["contains"]}
            for index, extra in enumerate(extras):
                if start <= index < end:
                    extra.append(each["contains"])
                elif "maxContains" in each:
                    extra.append(against)
            end = start
    return extras
