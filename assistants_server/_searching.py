"""The search for values that fit a JSON schema."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from ._checker import Checker
from ._containers import arrays, objects
from ._likely import (
    MOST_LEVELS,
    Found,
    Members,
    Place,
    numbers,
    plain_values,
    proposed,
    texts,
)
from ._sampling import ExhaustedError
from .json_schemas import Schema, cut

# How much work one search is, in keywords checked; what of it is kept for other ways
# when one way has used up all; how many values that don't fit end a way.
STEPS, _RESERVE, MISSES = 30_000, 600, 60
# Each of so many turns goes to the way that would come last.
_FAIR = 50


class _Choice(NamedTuple):
    """Ways to go on, each some more schemas; one of the ways is to be taken."""

    ways: tuple[tuple[Schema, ...], ...]


class _Branch(NamedTuple):
    """One way through all alternatives: what then holds, and how one came there."""

    members: Members
    types: tuple[str, ...]
    refs: tuple[str, ...]


_TYPES = ("string", "number", "boolean", "object", "array", "null")


class Search(Checker):
    """Looks for values: makes likely ones, the most natural first, and checks them."""

    lavish, again = True, 0
    exhausted = denied = False
    failure = ""

    def found(self, place: Place, lavish: bool, again: int) -> Found | None:
        """Give a value for the schema.

        Args:
            lavish: with the properties that need not be there.
            again: how often a reference may lead into itself where that is necessary;
                if it had to be oftener, `denied` is set.
        """
        self.left, self.lavish, self.again = STEPS, lavish, again
        self.failure, self.denied, self.exhausted = "", False, False
        try:
            found = self.first(self.values((self.root,), place))
        except RecursionError:
            found, self.exhausted = None, True
        if self.exhausted:
            self.failure = f"{place.path}: no value was found in {STEPS} steps"
        return found

    def first(self, values: Iterator[Found]) -> Found | None:
        """Give the next value, and keep some work for other ways if that takes all."""
        kept = min(_RESERVE, self.left // 2)
        self.left -= kept
        try:
            return next(values, None)
        except ExhaustedError:
            self.exhausted = True
            return None
        finally:
            self.left += kept

    def blame(self, place: Place, reason: str) -> None:
        """Note why nothing was found, where something must be."""
        if place.forced and not self.failure:
            self.failure = f"{cut(place.path)}: {reason}"

    def values(self, schemas: tuple[Schema, ...], place: Place) -> Iterator[Found]:
        """Yield different values that fit all the schemas, the most natural first."""
        if place.level > MOST_LEVELS:
            self.blame(place, f"a value would be inside more than {MOST_LEVELS} others")
            return
        seen: set[str] = set()
        others = []
        # One of each kind first: where one doesn't fit what is around it, another may.
        for source in self._sources(schemas, place):
            fitting = self._fitting(source, schemas, seen)
            found = self.first(fitting)
            if found is not None:
                yield found
                others.append(fitting)
        if not others:
            self.blame(place, "no value was found that fits the schema")
        for fitting in others:
            yield from iter(partial(self.first, fitting), None)

    def _fitting(
        self, source: Iterator[Found], schemas: tuple[Schema, ...], seen: set[str]
    ) -> Iterator[Found]:
        missed = 0
        for found in source:
            self.spend(1 + len(found.text) // 64)
            missed += 1
            if found.text not in seen and self.fits(found.value, schemas):
                missed = 0
                seen.add(found.text)
                yield found
            if missed > MISSES:
                return

    def _sources(
        self, schemas: tuple[Schema, ...], place: Place
    ) -> Iterator[Iterator[Found]]:
        for members, types, refs in self._branches(schemas, place):
            self.spend(len(members))
            inner = place._replace(refs=place.refs + refs)
            yield proposed(members)
            if any("const" in each or "enum" in each for each in members):
                continue
            for kind in sorted(types, key=partial(_unlikely, members)):
                match kind:
                    case "object":
                        yield objects(self, members, inner)
                    case "array":
                        yield arrays(self, members, inner)
                    case "string":
                        yield texts(self, members, inner)
                    case "number" | "integer":
                        yield numbers(members, whole=kind == "integer")
                    case _:
                        yield plain_values([None] if kind == "null" else [True, False])

    # Which schemas have to hold together.

    def _branches(self, schemas: tuple[Schema, ...], place: Place) -> Iterator[_Branch]:
        todo: list[tuple[tuple[Any, ...], _Branch]]
        todo = [(schemas, _Branch((), _TYPES, ()))]
        for number in itertools.count(1):
            if not todo:
                return
            # The last way of all gets its turn even where the first has no end.
            parts, branch = todo.pop(0 if number % _FAIR == 0 else -1)
            self.spend(1 + len(parts) // 16)
            if not parts:
                yield branch
                continue
            part, *rest = parts
            if isinstance(part, _Choice):
                todo += (((*way, *rest), branch) for way in reversed(part.ways))
            elif part is True:
                todo.append(((*rest,), branch))
            elif part is not False and (types := _narrowed(branch.types, part)):
                refs = self._new_references(part, branch, place)
                if refs is not None:
                    more = [*map(self.resolve, refs), *part.get("allOf", ())]
                    # Choices come last, when most is known of what can't be.
                    parts = (*more, *rest, *_choices(part))
                    refs += branch.refs
                    todo.append((parts, _Branch((*branch.members, part), types, refs)))

    def _new_references(
        self, schema: dict[str, Any], branch: _Branch, place: Place
    ) -> tuple[str, ...] | None:
        """Give the references that a schema adds; None if that would be in vain."""
        refs = (schema[key] for key in ("$ref", "$dynamicRef") if key in schema)
        new = tuple(ref for ref in refs if ref not in branch.refs)
        often = max(map(place.refs.count, new), default=0)
        if often <= (self.again if place.forced else 0):
            return new
        self.denied = self.denied or place.forced
        return None


def _choices(schema: dict[str, Any]) -> Iterator[_Choice]:
    """Yield the alternatives in a schema; what is excluded is left to the check."""
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            yield _Choice(tuple((each,) for each in schema[keyword]))
    if "if" in schema:
        then, other = schema.get("then", True), schema.get("else", True)
        yield _Choice(((schema["if"], then), (other,)))
    for name, each in schema.get("dependentSchemas", {}).items():
        yield _Choice(((each,), ({"properties": {name: False}},)))


def _narrowed(types: tuple[str, ...], schema: dict[str, Any]) -> tuple[str, ...]:
    """Give those of some types that a schema allows."""
    allowed = schema.get("type", types)
    found = []
    for kind in (allowed,) if isinstance(allowed, str) else allowed:
        if kind in types:
            found.append(kind)
        elif {kind, *types} >= {"integer", "number"}:
            found.append("integer")
    return tuple(dict.fromkeys(found))


_HINTS = {
    "string": {"format", "maxLength", "minLength", "pattern"},
    "number": {"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum"},
    "array": {"contains", "items", "maxItems", "minItems", "prefixItems"},
    "object": {"additionalProperties", "patternProperties", "properties", "required"},
}


def _unlikely(members: Members, kind: str) -> tuple[bool, bool]:
    """Tell, for sorting, how odd a type is where a schema leaves the choice."""
    hints = _HINTS.get(kind, set())
    return kind == "null", not any(hints & each.keys() for each in members)
