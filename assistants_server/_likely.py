"""Likely values: proposed by a schema, or of the simple types."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ._patterns import PatternError, strings
from .json_schemas import SHOWN, cut, path_to

if TYPE_CHECKING:
    from ._searching import Search


# How large a value may be: levels, items, characters of a text, characters as JSON.
MOST_LEVELS, MOST_ITEMS, LONGEST_TEXT, LARGEST = 24, 500, 10_000, 100_000
# Schemas that are to hold together, regardless of `allOf`, `anyOf` and so on in them.
Members: TypeAlias = tuple[dict[str, Any], ...]


class Found(NamedTuple):
    """A value, and the same as JSON."""

    value: Any
    text: str


class Place(NamedTuple):
    """Where a value is wanted: the references around it, and whether it must be."""

    path: str
    name: str
    refs: tuple[str, ...] = ()
    level: int = 0
    forced: bool = True

    def inside(self, key: str | int, name: str, *, forced: bool) -> Place:
        forced = self.forced and forced
        return Place(path_to(self.path, key), name, self.refs, self.level + 1, forced)


def of(members: Members, keyword: str) -> Iterator[Any]:
    return (each[keyword] for each in members if keyword in each)


def each_of(members: Members, keyword: str) -> Iterator[Any]:
    return itertools.chain.from_iterable(of(members, keyword))


def limits(members: Members, what: str) -> tuple[int, float]:
    least = max(map(int, of(members, f"min{what}")), default=0)
    return least, min(of(members, f"max{what}"), default=math.inf)


# How to go on from the first text or number: others near it, then far ones, in case it
# is excluded with all around it, then as many as an array may have items.
_FURTHER: list[tuple[int, int | None]] = [
    *((number, None) for number in range(20)),
    *((0, 2**power) for power in range(5, 12)),
    *((number, None) for number in range(20, MOST_ITEMS)),
]
_FORMATS = {
    "date": "2026-01-{:02}",
    "date-time": "2026-01-{:02}T09:30:00Z",
    "duration": "PT{}H",
    "email": "user{}@example.com",
    "hostname": "host{}.example.com",
    "idn-email": "user{}@example.com",
    "idn-hostname": "host{}.example.com",
    "ipv4": "192.0.2.{}",
    "ipv6": "2001:db8::{}",
    "iri": "https://example.com/{}",
    "iri-reference": "https://example.com/{}",
    "json-pointer": "/{}",
    "regex": "^{}$",
    "relative-json-pointer": "{}",
    "time": "09:{:02}:00Z",
    "uri": "https://example.com/{}",
    "uri-reference": "https://example.com/{}",
    "uri-template": "https://example.com/{}/{{id}}",
    "uuid": "123e4567-e89b-42d3-a456-4266141740{:02}",
}


def proposed(members: Members) -> Iterator[Found]:
    """Yield the values that schemas propose themselves."""
    examples = [*of(members, "examples")]
    first = (each[0] for each in examples if each)
    rest = (value for each in examples for value in each[1:])
    found = [of(members, "const"), of(members, "default"), first]
    found += [of(members, "example"), each_of(members, "enum"), rest]
    return plain_values(itertools.chain(*found))


def plain_values(values: Iterable[Any]) -> Iterator[Found]:
    """Yield those values that are JSON, and not very large or deep."""
    for value in values:
        with contextlib.suppress(ValueError, RecursionError):
            text = json.dumps(value, allow_nan=False)
            if len(text) <= LARGEST and not _is_deep(value):
                # Half a surrogate pair is no text.
                json.dumps(value, ensure_ascii=False).encode()
                yield Found(value, text)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MOST_LEVELS):
        around = [each for each in level if isinstance(each, dict | list)]
        level = [
            inner
            for each in around
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return bool(level)


def is_text(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def texts(search: Search, members: Members, place: Place) -> Iterator[Found]:
    least, most = limits(members, "Length")
    if least > min(most, LONGEST_TEXT):
        search.blame(place, "a text would have to be longer than it may be")
        return
    for text in _likely(search, members, place, least, most):
        search.spend()
        if least <= len(text) <= most and is_text(text):
            yield Found(text, json.dumps(text))


def _likely(
    search: Search, members: Members, place: Place, least: int, most: float
) -> Iterator[str]:
    for form in of(members, "format"):
        if form in _FORMATS:
            yield from map(_FORMATS[form].format, range(1, 25))
    name = place.name[:SHOWN] if is_text(place.name) else ""
    patterns = [*of(members, "pattern")]
    if patterns:
        yield name
    for pattern in patterns:
        try:
            for text in strings(pattern, least, int(min(most, 2 * least + 500))):
                if search.match(pattern, text):
                    yield text
        except PatternError as error:
            search.blame(place, f"{cut(pattern)!r} {error}")
    most = int(min(most, LONGEST_TEXT))
    for number, longer in _FURTHER:
        wanted = least if longer is None else min(max(least, longer), most)
        yield _sized(name or "value", number + 1, wanted, most)


def _sized(name: str, number: int, least: int, most: int) -> str:
    """Give a name, with a number from the second on, as long as it has to be."""
    tail = "" if number == 1 else f" {number}"
    missing = max(0, least - len(name) - len(tail))
    body = " ".join([name] * (1 + -(-missing // (len(name) + 1))))
    if len(tail) >= most:
        return tail.strip()[:most]
    return body[: most - len(tail)] + tail


def numbers(members: Members, *, whole: bool) -> Iterator[Found]:
    lows = (*of(members, "minimum"), *of(members, "exclusiveMinimum"))
    highs = (*of(members, "maximum"), *of(members, "exclusiveMaximum"))
    low, high = max(_exact(lows), default=None), min(_exact(highs), default=None)
    steps = [*_exact(of(members, "multipleOf")), *_exact([1] if whole else [])]
    found = _multiples(reduce(_common, steps, Fraction(0)) or Fraction(1), low, high)
    if not steps:
        pairs = itertools.zip_longest(found, _between(low, high))
        found = (each for pair in pairs for each in pair if each is not None)
    for each in found:
        with contextlib.suppress(OverflowError):
            plain = each.numerator if each.denominator == 1 else float(each)
            yield from plain_values([plain])


def _exact(numbers: Iterable[float]) -> Iterator[Fraction]:
    for each in numbers:
        if isinstance(each, int):
            yield Fraction(each)
        elif math.isfinite(each):
            # As it is written: a tenth, and not the nearest that there is in binary.
            yield Fraction(repr(each))


def _common(one: Fraction, two: Fraction) -> Fraction:
    """Give the least common multiple; that of nothing and a number is the number."""
    parts = one.numerator * two.denominator, two.numerator * one.denominator
    return Fraction(math.lcm(*parts), one.denominator * two.denominator) or one or two


def _multiples(
    step: Fraction, low: Fraction | None, high: Fraction | None
) -> Iterator[Fraction]:
    """Yield multiples of a number between two others, from 1 on to both sides."""
    near_one = max(Fraction(1), low) if low is not None else Fraction(1)
    start = math.ceil((min(near_one, high) if high is not None else near_one) / step)
    if high is not None and start * step > high:
        start -= 1
    for number, longer in _FURTHER:
        away = number if longer is None else longer
        near = dict.fromkeys(((start + away) * step, (start - away) * step))
        inside = [each for each in near if low is None or low <= each]
        inside = [each for each in inside if high is None or each <= high]
        yield from inside
        if not inside and longer is None:
            return


def _between(low: Fraction | None, high: Fraction | None) -> Iterator[Fraction]:
    """Yield numbers between two others: the middle, the ends, what is between these."""
    if low is None:
        low = Fraction(0) if high is None else high - 1
    width = Fraction(1) if high is None else high - low
    yield from (low + width / 2, low, low + width)
    for depth in range(2, 7):
        for part in range(1, 2**depth, 2):
            yield low + width * part / 2**depth
