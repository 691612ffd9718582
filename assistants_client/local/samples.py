"""Values that fit a JSON schema: always the same ones, made to be read by people.

From top to bottom: what others call; checking at a bounded cost; the search for values;
likely values of the simple types; reading schemas.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from fractions import Fraction
from functools import cache, partial, reduce
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import unquote

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import create
from referencing import Registry
from referencing.exceptions import Unresolvable

from ._patterns import PatternError, compiled, matches, quiet, strings, weight

# How large a schema may be: ten for each schema in it, one for each entry of a list
# and each character of a pattern.
_MOST_WEIGHT = 20_000
# How much work one search is, in keywords checked; what of it is kept for other ways
# when one way has used up all; how many values that don't fit end a way.
_STEPS, _RESERVE, _MISSES = 30_000, 600, 60
# How deep keywords may be inside each other while a value is checked, and the work that
# it counts as when they are deeper: there may be no end to it.
_DEEPEST, _TOO_DEEP = 110, 500
# How large a value may be: levels, items, characters of a text, characters as JSON.
_LEVELS, _ITEMS, _LENGTH, _SIZE = 24, 500, 10_000, 100_000
# By how much longer than necessary arrays are tried.
_LONGER = (*range(8), 20)
_SHOWN = 60

# An object, true or false.
Schema: TypeAlias = Any
# Schemas that are to hold together, regardless of `allOf`, `anyOf` and so on in them.
_Members: TypeAlias = tuple[dict[str, Any], ...]


class NoSampleError(ValueError):
    """No value was found that fits a schema; the message says where and why."""


def sample(schema: Any, *, name: str = "value") -> Any:
    """Give a value that fits a JSON schema, always the same for the same schema.

    What the schema proposes comes first: `const`, `default`, `examples`, `enum`.
    Objects have all the properties that they can have, but not those that would repeat
    the schema inside itself. The formats that people use are respected.

    Work is bounded by counting, never by a clock. So is the size of the value, and what
    patterns cost: a text is compared with one only after the number of ways to do so
    was found to be small. Nothing is fetched.

    Args:
        schema: as draft 2020-12 has it.
        name: what a text says that may say anything, outside of any property.

    Raises:
        NoSampleError: it is no schema, no value fits, or none was found in time.
    """
    problem = flaw(schema)
    if problem is not None:
        raise NoSampleError(f"this is no JSON schema: {problem}")
    search = _Search(schema)
    failures = []
    token = _CHECKER.set(search)
    try:
        for lavish, again in itertools.product((True, False), (0, 2)):
            if (lavish and search.exhausted) or (again and not search.denied):
                continue
            found = search.found(_Place("$", name), lavish, again)
            if found is not None:
                return json.loads(found.text)
            failures.append(search.failure)
    finally:
        _CHECKER.reset(token)
    raise NoSampleError(failures[0])


def flaw(schema: Any) -> str | None:
    """Say why a value is no valid JSON schema of draft 2020-12, in one sentence.

    Returns:
        Where, as JSON path, and what is wrong; nothing where all is well.
    """
    parts, levels, total = [("$", schema)], [], 0

    def put_off(path: str, inner: Schema, *keys: str | int) -> bool:
        parts.append((_inner(path, *keys), inner))
        return True

    for path, part in parts:
        total += _weight(part)
        if total > _MOST_WEIGHT:
            return f"{_cut(path)}: this schema is too large, from here on"
        # One level at a time, so that no nesting is too deep.
        levels.append((path, _changed(part, partial(put_off, path))))
    for path, part in levels:
        try:
            error = next(_meta().iter_errors(part), None)
            if error is not None:
                return _described(error, path)
        except (RecursionError, ValueError):
            return f"{_cut(path)}: is nested too deeply, or has too large a number"
    return None


# --- Checking, at a bounded cost -----------------------------------------------------


class _ExhaustedError(Exception):
    """The work of a search is used up."""


class _Checker:
    """A schema, what it refers to, and whether values fit parts of it."""

    def __init__(self, schema: Schema) -> None:
        self.left = self.depth = 0
        self._matches: dict[tuple[str, str], bool] = {}
        self._anchors: dict[str, Schema] = {}
        self._id = schema.get("$id", "") if isinstance(schema, dict) else ""
        self._parts: list[dict[str, Any]] = []
        self.root = self._tidy(schema)
        for part in self._parts:
            part.update(_changed(part, self._tidy))
        self._known = {id(part) for part in self._parts}
        self._validator = _Validator(self.root, registry=Registry())

    def _tidy(self, schema: Schema, *_: str | int) -> Schema:
        """Copy a schema without what would change how, or as what, it is read."""
        if not isinstance(schema, dict):
            return schema
        # What depends on all the other keywords comes last, as it is the dearest.
        keywords = sorted(schema, key=lambda keyword: keyword.startswith("uneval"))
        tidy = {key: schema[key] for key in keywords if key not in ("$id", "$schema")}
        if "pattern" in tidy:
            tidy["pattern"] = quiet(tidy["pattern"])
        by_pattern = tidy.get("patternProperties", {})
        if by_pattern:
            tidy["patternProperties"] = {quiet(k): v for k, v in by_pattern.items()}
        for keyword in ("$ref", "$dynamicRef"):
            if self._id and keyword in tidy:
                tidy[keyword] = tidy[keyword].removeprefix(self._id) or "#"
        for keyword in ("$anchor", "$dynamicAnchor"):
            if keyword in tidy:
                self._anchors.setdefault(tidy[keyword], tidy)
        self._parts.append(tidy)
        return tidy

    def resolve(self, ref: str) -> Schema:
        """Give the schema that a reference leads to.

        Raises:
            NoSampleError: it leads out of the document, or to no schema.
        """
        document, _, fragment = ref.partition("#")
        if document:
            reason = "leads out of the schema, and nothing is fetched"
            raise NoSampleError(f"$ref {_cut(ref)!r} {reason}")
        found: Any = self.root
        if fragment and not fragment.startswith("/"):
            found = self._anchors.get(fragment)
        for step in unquote(fragment).split("/")[1:]:
            if isinstance(found, list):
                found = dict(zip(map(str, range(len(found))), found, strict=True))
            step = step.replace("~1", "/").replace("~0", "~")
            found = found.get(step) if isinstance(found, dict) else None
        if not isinstance(found, bool) and id(found) not in self._known:
            raise NoSampleError(f"$ref {_cut(ref)!r} leads to no schema")
        return found

    def spend(self, steps: int = 1) -> None:
        """Count work.

        Raises:
            _ExhaustedError: there is none left to do.
        """
        self.left -= steps
        if self.left < 0:
            raise _ExhaustedError

    def match(self, pattern: str, text: str) -> bool:
        """Tell whether a pattern is in a text.

        Raises:
            PatternError: that can't be said, or would take too long.
        """
        if (pattern, text) not in self._matches:
            self._matches[pattern, text] = matches(pattern, text, self.spend)
        return self._matches[pattern, text]

    def fits(self, value: Any, schemas: Iterable[Schema]) -> bool:
        """Tell whether a value fits all the schemas, each a part of this one."""
        self.depth = 0
        try:
            return all(
                self._validator.evolve(schema=s).is_valid(value) for s in schemas
            )
        except NoSampleError:
            raise
        except RecursionError:
            self.spend(_TOO_DEEP)
            return False
        except (ArithmeticError, ValueError, re.error, Unresolvable):
            # What can't be checked doesn't fit: costly patterns, enormous numbers.
            return False

    def enter(self, keyword: str, value: Any, instance: Any, schema: Any) -> None:
        """Count that a keyword is checked, unless that would go too far."""
        many, size = _length(value), _length(instance)
        if keyword in ("enum", "patternProperties"):
            many *= max(size, 1)
        self.spend(1 + (many + size) // 8)
        if self.depth > _DEEPEST:
            raise RecursionError
        if keyword == "uniqueItems":
            self.spend(size * size // 20)
        elif keyword in ("$ref", "$dynamicRef"):
            self.resolve(value)
        elif keyword == "pattern" and isinstance(instance, str):
            self.match(value, instance)
        elif keyword in _BY_NAME and isinstance(instance, dict):
            for pair in itertools.product(
                schema.get("patternProperties", ()), instance
            ):
                self.match(*pair)


_BY_NAME = ("additionalProperties", "patternProperties", "unevaluatedProperties")
_CHECKER: ContextVar[_Checker] = ContextVar("_CHECKER")


def _counted(keyword: str, check: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    def counted(
        validator: Any, value: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        checker = _CHECKER.get()
        checker.enter(keyword, value, instance, schema)
        checker.depth += 1
        try:
            yield from check(validator, value, instance, schema) or ()
        finally:
            checker.depth -= 1

    return counted


_Validator = create(
    Draft202012Validator.META_SCHEMA,
    {key: _counted(key, each) for key, each in Draft202012Validator.VALIDATORS.items()},
    type_checker=Draft202012Validator.TYPE_CHECKER,
)


# --- The search ----------------------------------------------------------------------


class _Found(NamedTuple):
    """A value, and the same as JSON."""

    value: Any
    text: str


class _Place(NamedTuple):
    """Where a value is wanted: the references around it, and whether it must be."""

    path: str
    name: str
    refs: tuple[str, ...] = ()
    level: int = 0
    forced: bool = True

    def inside(self, key: str | int, name: str, *, forced: bool) -> _Place:
        forced = self.forced and forced
        return _Place(_inner(self.path, key), name, self.refs, self.level + 1, forced)


class _Choice(NamedTuple):
    """Ways to go on, each some more schemas; one of the ways is to be taken."""

    ways: tuple[tuple[Schema, ...], ...]


class _Branch(NamedTuple):
    """One way through all alternatives: what then holds, and how one came there."""

    members: _Members
    types: tuple[str, ...]
    refs: tuple[str, ...]


_FAIR = 50
_TYPES = ("string", "number", "boolean", "object", "array", "null")


class _Search(_Checker):
    """Looks for values: makes likely ones, the most natural first, and checks them."""

    lavish, again = True, 0
    exhausted = denied = False
    failure = ""

    def found(self, place: _Place, lavish: bool, again: int) -> _Found | None:
        """Give a value for the schema.

        Args:
            lavish: with the properties that need not be there.
            again: how often a reference may lead into itself where that is necessary;
                if it had to be oftener, `denied` is set.
        """
        self.left, self.lavish, self.again = _STEPS, lavish, again
        self.failure, self.denied, self.exhausted = "", False, False
        try:
            found = self.first(self.values((self.root,), place))
        except RecursionError:
            found, self.exhausted = None, True
        if self.exhausted:
            self.failure = f"{place.path}: no value was found in {_STEPS} steps"
        return found

    def first(self, values: Iterator[_Found]) -> _Found | None:
        """Give the next value, and keep some work for other ways if that takes all."""
        kept = min(_RESERVE, self.left // 2)
        self.left -= kept
        try:
            return next(values, None)
        except _ExhaustedError:
            self.exhausted = True
            return None
        finally:
            self.left += kept

    def blame(self, place: _Place, reason: str) -> None:
        """Note why nothing was found, where something must be."""
        if place.forced and not self.failure:
            self.failure = f"{_cut(place.path)}: {reason}"

    def values(self, schemas: tuple[Schema, ...], place: _Place) -> Iterator[_Found]:
        """Yield different values that fit all the schemas, the most natural first."""
        if place.level > _LEVELS:
            self.blame(place, f"a value would be inside more than {_LEVELS} others")
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
        self, source: Iterator[_Found], schemas: tuple[Schema, ...], seen: set[str]
    ) -> Iterator[_Found]:
        missed = 0
        for found in source:
            self.spend(1 + len(found.text) // 64)
            missed += 1
            if found.text not in seen and self.fits(found.value, schemas):
                missed = 0
                seen.add(found.text)
                yield found
            if missed > _MISSES:
                return

    def _sources(
        self, schemas: tuple[Schema, ...], place: _Place
    ) -> Iterator[Iterator[_Found]]:
        for members, types, refs in self._branches(schemas, place):
            self.spend(len(members))
            inner = place._replace(refs=place.refs + refs)
            yield _proposed(members)
            if any("const" in each or "enum" in each for each in members):
                continue
            for kind in sorted(types, key=partial(_unlikely, members)):
                match kind:
                    case "object":
                        yield self._objects(members, inner)
                    case "array":
                        yield self._arrays(members, inner)
                    case "string":
                        yield self._texts(members, inner)
                    case "number" | "integer":
                        yield _numbers(members, whole=kind == "integer")
                    case _:
                        yield _plain([None] if kind == "null" else [True, False])

    # Which schemas have to hold together.

    def _branches(
        self, schemas: tuple[Schema, ...], place: _Place
    ) -> Iterator[_Branch]:
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
        self, schema: dict[str, Any], branch: _Branch, place: _Place
    ) -> tuple[str, ...] | None:
        """Give the references that a schema adds; None if that would be in vain."""
        refs = (schema[key] for key in ("$ref", "$dynamicRef") if key in schema)
        new = tuple(ref for ref in refs if ref not in branch.refs)
        often = max(map(place.refs.count, new), default=0)
        if often <= (self.again if place.forced else 0):
            return new
        self.denied = self.denied or place.forced
        return None

    # Objects and arrays: a slot for each value inside.

    def _objects(self, members: _Members, place: _Place) -> Iterator[_Found]:
        required = dict.fromkeys(_each(members, "required"))
        least, most = _limits(members, "Properties")
        if max(least, len(required)) > min(most, _ITEMS):
            self.blame(place, "more properties would be needed than there may be")
            return
        known = [*_each(members, "properties"), *required]
        for linked in _of(members, "dependentRequired"):
            known += itertools.chain.from_iterable(linked.values())
        slots = {}
        for name in dict.fromkeys(known):
            slot = self._property(members, place, name, forced=name in required)
            if slot is not None:
                slots[name] = slot
            elif name in required:
                return
        for name in [*slots][::-1]:
            if len(slots) > min(most, _ITEMS) and name not in required:
                del slots[name]
        # An object without properties of its own shows what others it may have.
        wanted = min(most, max(least, self.lavish and _is_map(members)))
        for name in self._names(members, place) if len(slots) < wanted else ():
            slot = self._property(members, place, name, forced=len(slots) < least)
            if name not in known and slot is not None:
                slots[name] = slot
            if len(slots) >= wanted:
                break
        yield from map(_as_object, self._filled([*slots.values()], place))

    def _property(
        self, members: _Members, place: _Place, name: str, *, forced: bool
    ) -> _Slot | None:
        """Give a slot for a property; None if no value fits, or none is wanted."""
        if not forced and not self.lavish:
            return None
        inner = place.inside(name, name, forced=forced)
        try:
            fine = _is_text(name) and self.fits(name, _of(members, "propertyNames"))
            schemas = (*self._of_property(members, name),) if fine else (False,)
        except PatternError as error:
            self.blame(place, str(error))
            return None
        slot = _Slot(_Values(self, self.values(schemas, inner)), name, forced)
        return slot if slot.values.get(0) else None

    def _of_property(self, members: _Members, name: str) -> Iterator[Schema]:
        """Yield what a property has to fit."""
        known = False
        for each in members:
            by_pattern = each.get("patternProperties", {})
            own = [inner for key, inner in by_pattern.items() if self.match(key, name)]
            if name in each.get("properties", {}):
                own.append(each["properties"][name])
            elif not own and "additionalProperties" in each:
                own.append(each["additionalProperties"])
            known = known or bool(own)
            yield from own
        if not known:
            yield from _of(members, "unevaluatedProperties")

    def _names(self, members: _Members, place: _Place) -> Iterator[str]:
        """Yield names that further properties may have."""
        for pattern in _each(members, "patternProperties"):
            with contextlib.suppress(PatternError):
                found = (
                    name
                    for name in strings(pattern, 0, _SHOWN)
                    if self.match(pattern, name)
                )
                yield from itertools.islice(found, _MISSES)
        inner = place.inside("key", "key", forced=False)
        schemas = ({"type": "string"}, *_of(members, "propertyNames"))
        for each in itertools.islice(self.values(schemas, inner), _ITEMS):
            yield each.value

    def _arrays(self, members: _Members, place: _Place) -> Iterator[_Found]:
        least, most = _limits(members, "Items")
        needs = [each for each in members if "contains" in each]
        total = sum(int(each.get("minContains", 1)) for each in needs)
        if max(least, total) > min(most, _ITEMS):
            self.blame(place, "more items would be needed than there may be")
            return
        longest = max(map(len, _of(members, "prefixItems")), default=1)
        natural = max(least, total, longest if self.lavish else 0)
        low, later = max(least, total), []
        sizes = (natural, *(low + more for more in _LONGER))
        for size in dict.fromkeys(int(min(each, most, _ITEMS)) for each in sizes):
            slots = self._items(members, place, size, least)
            if slots is not None:
                later.append(self._filled(slots, place))
                yield from map(_as_array, itertools.islice(later[-1], 1))
        yield from map(_as_array, itertools.chain(*later))

    def _items(
        self, members: _Members, place: _Place, size: int, least: int
    ) -> list[_Slot] | None:
        """Give a slot for each item; None if there can't be that many."""
        extras = _contained(members, size)
        unique = any(_of(members, "uniqueItems"))
        # Items of the same schemas share one sequence of values.
        shared: dict[tuple[int, ...], _Values] = {}
        taken, slots = set[str](), []
        for index, extra in enumerate(extras):
            schemas = (*_of_item(members, index), *extra)
            forced = index < least or bool(extra)
            key = (forced, *map(id, schemas))
            if key not in shared:
                inner = place.inside(index, place.name, forced=forced)
                shared[key] = _Values(self, self.values(schemas, inner))
            start = 0
            while (found := shared[key].get(start)) and unique and found.text in taken:
                start += 1
            if found is None:
                return None
            taken.add(found.text)
            slots.append(_Slot(shared[key], "", True, start))
        return slots

    def _filled(self, slots: list[_Slot], place: _Place) -> Iterator[_Parts]:
        """Yield ways to fill slots, but none that gives too large a value."""
        for row in _varied(slots):
            pairs = zip(slots, row, strict=True)
            parts = [(slot, found) for slot, found in pairs if found is not None]
            size = sum(len(slot.name) + len(found.text) for slot, found in parts)
            if size <= _SIZE:
                yield parts
            else:
                self.spend(1 + len(slots))
                self.blame(place, f"a value would have more than {_SIZE} characters")
                if all(slot.forced for slot in slots):
                    return

    def _texts(self, members: _Members, place: _Place) -> Iterator[_Found]:
        least, most = _limits(members, "Length")
        if least > min(most, _LENGTH):
            self.blame(place, "a text would have to be longer than it may be")
            return
        for text in self._likely_texts(members, place, least, most):
            self.spend()
            if least <= len(text) <= most and _is_text(text):
                yield _Found(text, json.dumps(text))

    def _likely_texts(
        self, members: _Members, place: _Place, least: int, most: float
    ) -> Iterator[str]:
        for form in _of(members, "format"):
            if form in _FORMATS:
                yield from map(_FORMATS[form].format, range(1, 25))
        name = place.name[:_SHOWN] if _is_text(place.name) else ""
        patterns = [*_of(members, "pattern")]
        if patterns:
            yield name
        for pattern in patterns:
            try:
                for text in strings(pattern, least, int(min(most, 2 * least + 500))):
                    if self.match(pattern, text):
                        yield text
            except PatternError as error:
                self.blame(place, f"{_cut(pattern)!r} {error}")
        most = int(min(most, _LENGTH))
        for number, longer in _FURTHER:
            wanted = least if longer is None else min(max(least, longer), most)
            yield _sized(name or "value", number + 1, wanted, most)


class _Values:
    """A sequence of values that is made as far as somebody reads it."""

    def __init__(self, search: _Search, values: Iterator[_Found]) -> None:
        self._search, self._values, self._found = search, values, list[_Found]()

    def get(self, index: int) -> _Found | None:
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

    def ways(self, turn: int) -> tuple[_Found | None, ...]:
        """Give the value of a turn, none if there are no more; None is to be absent."""
        if turn and not self.forced:
            if turn == 1:
                return (None,)
            turn -= 1
        found = self.values.get(self.start + turn)
        return () if found is None else (found,)


_Parts: TypeAlias = list[tuple[_Slot, _Found]]


def _as_object(parts: _Parts) -> _Found:
    value = {slot.name: found.value for slot, found in parts}
    pairs = (f"{json.dumps(slot.name)}: {found.text}" for slot, found in parts)
    return _Found(value, f"{{{', '.join(pairs)}}}")


def _as_array(parts: _Parts) -> _Found:
    texts = ", ".join(found.text for _, found in parts)
    return _Found([found.value for _, found in parts], f"[{texts}]")


def _varied(slots: list[_Slot]) -> Iterator[list[_Found | None]]:
    """Yield ways to fill slots: all with their first value, then one with another."""
    row = [way for slot in slots for way in slot.ways(0)]
    yield row
    if not all(slot.forced for slot in slots):
        pairs = zip(slots, row, strict=True)
        yield [found if slot.forced else None for slot, found in pairs]
    for turn in range(1, _ITEMS):
        went_on = False
        for index, slot in enumerate(slots):
            for way in slot.ways(turn):
                went_on = True
                yield [*row[:index], way, *row[index + 1 :]]
        if not went_on:
            return


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


def _unlikely(members: _Members, kind: str) -> tuple[bool, bool]:
    """Tell, for sorting, how odd a type is where a schema leaves the choice."""
    hints = _HINTS.get(kind, set())
    return kind == "null", not any(hints & each.keys() for each in members)


def _of(members: _Members, keyword: str) -> Iterator[Any]:
    return (each[keyword] for each in members if keyword in each)


def _each(members: _Members, keyword: str) -> Iterator[Any]:
    return itertools.chain.from_iterable(_of(members, keyword))


def _limits(members: _Members, what: str) -> tuple[int, float]:
    least = max(map(int, _of(members, f"min{what}")), default=0)
    return least, min(_of(members, f"max{what}"), default=math.inf)


def _is_map(members: _Members) -> bool:
    extra = (*_of(members, "additionalProperties"), *_of(members, "patternProperties"))
    own = any(_each(members, "properties"))
    return not own and any(isinstance(each, dict) and each for each in extra)


def _of_item(members: _Members, index: int) -> Iterator[Schema]:
    """Yield what an item has to fit."""
    for each in members:
        first = each.get("prefixItems", ())
        if index < len(first):
            yield first[index]
        else:
            yield each.get("items", each.get("unevaluatedItems", True))


def _contained(members: _Members, size: int) -> list[list[Schema]]:
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


# --- Likely values -------------------------------------------------------------------

# How to go on from the first text or number: others near it, then far ones, in case it
# is excluded with all around it, then as many as an array may have items.
_FURTHER: list[tuple[int, int | None]] = [
    *((number, None) for number in range(20)),
    *((0, 2**power) for power in range(5, 12)),
    *((number, None) for number in range(20, _ITEMS)),
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


def _proposed(members: _Members) -> Iterator[_Found]:
    """Yield the values that schemas propose themselves."""
    examples = [*_of(members, "examples")]
    first = (each[0] for each in examples if each)
    rest = (value for each in examples for value in each[1:])
    found = [_of(members, "const"), _of(members, "default"), first]
    found += [_of(members, "example"), _each(members, "enum"), rest]
    return _plain(itertools.chain(*found))


def _plain(values: Iterable[Any]) -> Iterator[_Found]:
    """Yield those values that are JSON, and not very large or deep."""
    for value in values:
        with contextlib.suppress(ValueError, RecursionError):
            text = json.dumps(value, allow_nan=False)
            if len(text) <= _SIZE and not _is_deep(value):
                # Half a surrogate pair is no text.
                json.dumps(value, ensure_ascii=False).encode()
                yield _Found(value, text)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_LEVELS):
        around = [each for each in level if isinstance(each, dict | list)]
        level = [
            inner
            for each in around
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return bool(level)


def _is_text(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _sized(name: str, number: int, least: int, most: int) -> str:
    """Give a name, with a number from the second on, as long as it has to be."""
    tail = "" if number == 1 else f" {number}"
    missing = max(0, least - len(name) - len(tail))
    body = " ".join([name] * (1 + -(-missing // (len(name) + 1))))
    if len(tail) >= most:
        return tail.strip()[:most]
    return body[: most - len(tail)] + tail


def _numbers(members: _Members, *, whole: bool) -> Iterator[_Found]:
    lows = (*_of(members, "minimum"), *_of(members, "exclusiveMinimum"))
    highs = (*_of(members, "maximum"), *_of(members, "exclusiveMaximum"))
    low, high = max(_exact(lows), default=None), min(_exact(highs), default=None)
    steps = [*_exact(_of(members, "multipleOf")), *_exact([1] if whole else [])]
    found = _multiples(reduce(_common, steps, Fraction(0)) or Fraction(1), low, high)
    if not steps:
        pairs = itertools.zip_longest(found, _between(low, high))
        found = (each for pair in pairs for each in pair if each is not None)
    for each in found:
        with contextlib.suppress(OverflowError):
            plain = each.numerator if each.denominator == 1 else float(each)
            yield from _plain([plain])


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


# --- Reading schemas -----------------------------------------------------------------

_ONE = {"additionalProperties", "contains", "contentSchema", "else", "if", "items"}
_ONE |= {"not", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
_NAMED = {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
_LISTED = {"allOf", "anyOf", "oneOf", "prefixItems"}


def _changed(schema: Schema, change: Callable[..., Any]) -> Schema:
    """Copy a schema, with something else in place of each schema right inside it.

    Args:
        change: is given such a schema, and one or two keys that lead to it.
    """
    if not isinstance(schema, dict):
        return schema
    # It means nothing any more, but would still be checked at length.
    changed = {key: schema[key] for key in schema if key != "dependencies"}
    for keyword, value in changed.items():
        if keyword in _ONE:
            changed[keyword] = change(value, keyword)
        elif keyword in _NAMED and isinstance(value, dict):
            inner = {name: change(each, keyword, name) for name, each in value.items()}
            changed[keyword] = inner
        elif keyword in _LISTED and isinstance(value, list):
            changed[keyword] = [
                change(each, keyword, i) for i, each in enumerate(value)
            ]
    return changed


def _weight(schema: Schema) -> int:
    total = 10
    for keyword, value in schema.items() if isinstance(schema, dict) else ():
        if keyword == "pattern" and isinstance(value, str):
            total += weight(value)
        elif keyword == "patternProperties" and isinstance(value, dict):
            total += sum(map(weight, value))
        elif isinstance(value, dict):
            total += sum(1 + _length(each) for each in value.values())
        else:
            # The types in a list are compared with each other.
            total += _length(value) ** (2 if keyword == "type" else 1)
    return total


def _length(value: Any) -> int:
    return len(value) if isinstance(value, dict | list) else 0


def _inner(path: str, *keys: str | int) -> str:
    for key in keys:
        if isinstance(key, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{,60}", key):
            path = f"{path}.{key}"
        else:
            path = f"{path}[{key if isinstance(key, int) else repr(key[:_SHOWN])}]"
    return path


@cache
def _meta() -> Draft202012Validator:
    # Other formats would be checked or not, by what else is installed.
    formats = FormatChecker(formats=())
    formats.checks("regex", raises=PatternError)(
        lambda value: not isinstance(value, str) or bool(compiled(value))
    )
    meta = Draft202012Validator.META_SCHEMA
    return Draft202012Validator(meta, format_checker=formats, registry=Registry())


def _described(error: ValidationError, path: str) -> str:
    path = _inner(path, *error.absolute_path)
    text = repr(error.instance)
    if isinstance(error.cause, PatternError):
        said = f" {error.cause}"
    elif error.validator == "anyOf":
        said = " is no type, nor a list of different ones"
    else:
        said = error.message.removeprefix(text)
    return f"{_cut(path)}: {_cut(text)}{_cut(said)}"


def _cut(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:80]}...{text[-60:]}"
