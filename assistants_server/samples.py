"""Likely values for JSON schemas: always the same ones, made to be read by people."""

from __future__ import annotations

import copy
import logging
import math
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .json_schemas import Checker, Schema, schema_error
from .patterns import likely_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    JSON = dict[str, Any]

# Keywords checked for one sample, about; and how large it may be: levels, items of an
# array, characters of a text.
_STEPS, _LEVELS, _ITEMS, _LONGEST = 5_000, 20, 100, 10_000
# How many ways through the alternatives of a schema are tried.
_WAYS = 40
_FORMATS = {
    "date": "2026-01-{:02}",
    "date-time": "2026-01-{:02}T09:30:00Z",
    "duration": "PT{}H",
    "email": "user{}@example.com",
    "hostname": "host{}.example.com",
    "ipv4": "192.0.2.{}",
    "ipv6": "2001:db8::{}",
    "time": "09:{:02}:00Z",
    "uri": "https://example.com/{}",
    "uuid": "123e4567-e89b-42d3-a456-4266141740{:02}",
}
_log = logging.getLogger("assistants_server")


def sample(schema: Schema, *, name: str = "value") -> Any:
    """Return a likely value that fits a JSON schema, the same one each time.

    What the schema proposes comes first: `const`, `default`, `examples`, `enum`; then
    values of its type, within its limits. Objects have all their properties, but not
    those that would repeat the schema inside itself. Patterns are met by a few likely
    texts. `jsonschema` checks each value, formats aside; the work is bounded by
    counting, and nothing is fetched.

    Args:
        schema: as draft 2020-12 has it.
        name: the text for a string outside of any property.

    Returns:
        The value; `{}`, and a warning in the log, where none was found that fits.
    """
    if schema_error(schema) is None:
        for lavish in (True, False):
            try:
                sampler = _Sampler(schema, lavish=lavish)
                return copy.deepcopy(sampler.first(sampler.root, name))
            except Exception:  # noqa: BLE001 - or a reference to no schema
                continue
    _log.warning("no value was found that fits the schema of %s; {} is used", name)
    return {}


class _NoneFitsError(Exception):
    """No likely value fits a schema."""


class _Sampler(Checker):
    """Make likely values for one schema, and check them."""

    def __init__(self, schema: Schema, *, lavish: bool) -> None:
        """Prepare.

        Args:
            schema: the schema.
            lavish: whether to add what need not be there.
        """
        super().__init__(schema, _STEPS)
        self._lavish = lavish

    def first(
        self,
        schema: Schema,
        name: str,
        number: int = 0,
        path: tuple[str, ...] = (),
        *,
        needed: bool = True,
        level: int = 0,
    ) -> Any:
        """Return the first likely value that fits.

        Args:
            schema: a part of the schema.
            name: what to call a text.
            number: how many values to pass over, about, so that items differ.
            path: the references around this value.
            needed: whether there must be one, even if that repeats a reference.
            level: how many values are around this one.

        Raises:
            _NoneFitsError: none fits.
            CostError: there are no steps left.
        """

        def repeats(way: tuple[JSON, tuple[str, ...]]) -> int:
            return sum(map(path.count, way[1]))

        ways = islice(self._ways(schema, ()), _WAYS if level <= _LEVELS else 0)
        for way in sorted(ways, key=repeats):
            if repeats(way) and not needed:
                break
            flat, refs = way
            with suppress(_NoneFitsError):
                for value in self._values(flat, name, number, path + refs, level + 1):
                    self.spend(1 + (len(value) // 50 if isinstance(value, str) else 0))
                    if self.fits(value, schema):
                        return value
        raise _NoneFitsError

    def _ways(
        self, schema: Schema, refs: tuple[str, ...]
    ) -> Iterator[tuple[JSON, tuple[str, ...]]]:
        """Yield a schema without references and alternatives, for each way through.

        Yields:
            The keywords of all that hold together, and the references that led there.
        """
        self.spend()
        if not isinstance(schema, dict):
            if schema:
                yield {}, refs
            return
        inner = [[each] for each in schema.get("allOf", ())]
        inner += [schema[each] for each in ("anyOf", "oneOf") if each in schema]
        if "if" in schema:
            then = {"allOf": [schema["if"], schema.get("then", True)]}
            inner.append([then, schema.get("else", True)])
        ref = schema.get("$ref")
        if ref is not None:
            if ref in refs:
                return
            refs = (*refs, ref)
            inner.insert(0, [self._resolved(ref)])
        yield from self._combined(schema, inner, refs)

    def _combined(
        self, flat: JSON, inner: list[list[Schema]], refs: tuple[str, ...]
    ) -> Iterator[tuple[JSON, tuple[str, ...]]]:
        if not inner:
            yield flat, refs
            return
        for option in inner[0]:
            for part, through in self._ways(option, refs):
                yield from self._combined(_merged(flat, part), inner[1:], through)

    def _resolved(self, ref: str) -> Schema:
        """Return what a reference leads to; False, which nothing fits, for nothing."""
        own = self.root.get("$id", "") if isinstance(self.root, dict) else ""
        found: Any = self.root
        document, *steps = ref.removeprefix(own).partition("#")[2].split("/")
        for step in [document, *steps] if document else steps:
            step = unquote(step).replace("~1", "/").replace("~0", "~")
            found = found.get(step, False) if isinstance(found, dict) else False
        return found

    def _values(
        self, flat: JSON, name: str, number: int, path: tuple[str, ...], level: int
    ) -> Iterator[Any]:
        """Yield likely values, of which the first ones may not fit."""
        yield from [flat[each] for each in ("const", "default") if each in flat]
        examples = [*flat.get("examples", ()), *flat.get("enum", ())]
        examples += [flat["example"]] if "example" in flat else []
        yield from examples[number:]
        if "const" in flat or "enum" in flat:
            return
        for kind in _types(flat):
            match kind:
                case "string":
                    yield from _texts(flat, name, number)
                case "integer" | "number":
                    yield from _numbers(flat, number, whole=kind == "integer")
                case "boolean":
                    yield from ([True, False] * 2)[number % 2 :]
                case "null":
                    yield None
                case "array":
                    yield from self._arrays(flat, name, number, path, level)
                case "object":
                    yield from self._objects(flat, number, path, level)

    def _arrays(
        self, flat: JSON, name: str, number: int, path: tuple[str, ...], level: int
    ) -> Iterator[list[Any]]:
        prefix, contains = flat.get("prefixItems", []), "contains" in flat
        matching = flat.get("minContains", 1) if contains else 0
        least = max(flat.get("minItems", 0), matching)
        size = max(least, len(prefix) or 1) if self._lavish else least
        size = int(min(size, flat.get("maxItems", size)))
        if least > _ITEMS:
            raise _NoneFitsError
        items: list[Any] = []
        for index in range(min(size, _ITEMS)):
            schema = prefix[index] if index < len(prefix) else flat.get("items", True)
            if index < matching:
                schema = {"allOf": [schema, flat["contains"]]}
            needed, at = index < least, number
            if flat.get("uniqueItems"):
                at += index
            try:
                item = self.first(schema, name, at, path, needed=needed, level=level)
            except _NoneFitsError:
                if needed:
                    raise
                break
            items.append(item)
        yield items
        yield items[: int(least)]

    def _objects(
        self, flat: JSON, number: int, path: tuple[str, ...], level: int
    ) -> Iterator[JSON]:
        required = dict.fromkeys(flat.get("required", ()))
        known = [*flat.get("properties", ())] if self._lavish else []
        least = max(flat.get("minProperties", 0), len(required))
        most = min(flat.get("maxProperties", _ITEMS), _ITEMS)
        if max(least, len(required)) > most:
            raise _NoneFitsError
        others = flat.get("additionalProperties"), flat.get("patternProperties")
        if self._lavish and not known and any(isinstance(e, dict) for e in others):
            # A map without an entry shows nothing.
            least = max(least, 1)
        values: JSON = {}
        names = [*known, *required, *flat.get("properties", ()), *_names(flat)]
        for name in names:
            needed = name in required
            if name in values:
                continue
            if not needed and name not in known and len(values) >= least:
                continue
            try:
                values[name] = self.first(
                    *(_of_property(flat, name), name, number, path),
                    needed=needed,
                    level=level,
                )
            except _NoneFitsError:
                if needed:
                    raise
                continue
            linked = flat.get("dependentRequired", {}).get(name, ())
            required.update(dict.fromkeys(linked))
            names += linked
        for name in [*values][::-1]:
            if len(values) > most and name not in required:
                del values[name]
        yield values
        yield {name: values[name] for name in values if name in required}
        for name in values.keys() - required.keys():
            yield {key: value for key, value in values.items() if key != name}


_LARGEST_HOLDS = {"minimum", "exclusiveMinimum", "minLength", "minItems"}
_LARGEST_HOLDS |= {"minProperties", "minContains"}
_LEAST_HOLDS = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_BY_NAME = {"properties", "patternProperties"}
_BOTH_HOLD = {"items", "additionalProperties", "propertyNames"}


def _merged(one: JSON, two: JSON) -> JSON:
    """Return keywords that say what two schemas say together, as far as that goes."""
    merged = {**one, **two}
    for keyword in one.keys() & two.keys():
        a, b = one[keyword], two[keyword]
        if keyword in _LARGEST_HOLDS:
            merged[keyword] = max(a, b)
        elif keyword in _LEAST_HOLDS:
            merged[keyword] = min(a, b)
        elif keyword == "required":
            merged[keyword] = [*a, *b]
        elif keyword in _BY_NAME:
            both = {name: {"allOf": [a[name], b[name]]} for name in a if name in b}
            merged[keyword] = {**a, **b, **both}
        elif keyword in _BOTH_HOLD:
            merged[keyword] = {"allOf": [a, b]}
        elif keyword == "enum":
            merged[keyword] = [each for each in a if each in b]
        elif keyword == "type":
            kinds = [each for each in _types(one) if each in _types(two)]
            whole = "integer" in (*_types(one), *_types(two)) and "number" not in kinds
            merged[keyword] = [*kinds, *["integer"][: whole and "integer" not in kinds]]
    return merged


def _types(flat: JSON) -> list[str]:
    """Return the types that a schema allows, the likely ones first, null last."""
    if "type" in flat:
        types = flat["type"]
        return [types] if isinstance(types, str) else sorted(types, key="null".__eq__)
    likely = [kind for keyword, kind in _HINTS.items() if keyword in flat]
    return [*dict.fromkeys([*likely, *_ALL_TYPES])]


_ALL_TYPES = ("string", "number", "boolean", "object", "array", "null")
_HINTS = {
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
    "items": "array",
    "prefixItems": "array",
    "minimum": "number",
    "maximum": "number",
}


def _of_property(flat: JSON, name: str) -> Schema:
    properties = flat.get("properties", {})
    if name in properties:
        return properties[name]
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if keyword in flat and not flat.get("patternProperties"):
            return flat[keyword]
    # Of several, the check of the object finds out which one it is.
    return {"anyOf": [*flat.get("patternProperties", {}).values(), True]}


def _names(flat: JSON) -> Iterator[str]:
    """Yield names for properties that a schema doesn't name."""
    patterns = [*flat.get("patternProperties", ())]
    names = flat.get("propertyNames")
    if isinstance(names, dict) and "pattern" in names:
        patterns.append(names["pattern"])
    for pattern in patterns:
        yield from islice(likely_texts(pattern, 1), 3)
    if not patterns:
        yield from ("key" if n == 1 else f"key {n}" for n in range(1, _ITEMS))


def _texts(flat: JSON, name: str, number: int) -> Iterator[str]:
    least, most = flat.get("minLength", 0), flat.get("maxLength", _LONGEST)
    if least > _LONGEST:
        raise _NoneFitsError
    if flat.get("format") in _FORMATS:
        yield _FORMATS[flat["format"]].format(number + 1)
    tail = f" {number + 1}" if number else ""
    text = name or "value"
    missing = int(least) - len(text) - len(tail)
    text = " ".join([text] * (1 + max(0, -(-missing // (len(text) + 1)))))
    yield text[: max(0, int(most) - len(tail))] + tail
    if "pattern" in flat:
        yield from [*dict.fromkeys(likely_texts(flat["pattern"], int(least)))][number:]


def _numbers(flat: JSON, number: int, *, whole: bool) -> Iterator[float]:
    lows = [*_exact(flat, "minimum", "exclusiveMinimum")]
    highs = [*_exact(flat, "maximum", "exclusiveMaximum")]
    step = next(_exact(flat, "multipleOf"), Fraction(1))
    if whole:
        step = Fraction(step.numerator)
    near = min([max([Fraction(1), *lows]), *highs])
    start = math.ceil(near / step)
    values = [
        (start + sign * number + more) * step for more in _NEAR for sign in (1, -1)
    ]
    if lows and highs and not whole:
        low, high = max(lows), min(highs)
        values += [low + (high - low) / (2 + number)]
    for value in values:
        yield value.numerator if value.denominator == 1 else float(value)


_NEAR = (0, 1, -1, 2, -2)


def _exact(flat: JSON, *keywords: str) -> Iterator[Fraction]:
    """Yield numbers as they are written: a tenth, not the nearest one in binary."""
    for keyword in keywords:
        number = flat.get(keyword)
        if isinstance(number, int | float) and math.isfinite(number):
            yield Fraction(repr(number))
