"""Likely values for JSON schemas: always the same ones, made to be read by people."""

from __future__ import annotations

import copy
import logging
import math
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..contract.json_schemas import Checker, Schema, schema_error
from ..contract.patterns import likely_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .mentions import Mentions

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
_TYPES = ("string", "number", "boolean", "object", "array", "null")
_HINTS = {
    "object": ("properties", "required", "additionalProperties"),
    "array": ("items", "prefixItems"),
    "number": ("minimum", "maximum"),
}
_LARGEST_HOLDS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_LEAST_HOLDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_log = logging.getLogger("assistants_server")


def sample(
    schema: Schema, *, name: str = "value", mentions: Mentions | None = None
) -> Any:
    """Return a likely value that fits a JSON schema, the same one each time.

    What is mentioned comes first, then what the schema proposes: `const`, `default`,
    `examples`, `enum`; then values of its type, within its limits. Objects have all
    their properties, but not those that would repeat the schema inside itself. Patterns
    are met by a few likely texts. `jsonschema` checks each value, formats aside; the
    work is bounded by counting, and nothing is fetched.

    Args:
        schema: as draft 2020-12 has it.
        name: the text for a string outside of any property.
        mentions: values from elsewhere, such as a question.

    Returns:
        The value; `{}`, and a warning in the log, where none was found that fits.
    """
    if schema_error(schema) is None:
        for lavish in (True, False):
            # Besides: no steps left, or a reference to no schema.
            with suppress(Exception):
                sampler = _Sampler(schema, mentions, lavish=lavish)
                return copy.deepcopy(sampler.first(sampler.root, name))
    _log.warning("no value was found that fits the schema of %s; {} is used", name)
    return {}


class _NoneFitsError(Exception):
    """No likely value fits a schema."""


class _Sampler(Checker):
    """Make likely values for one schema, with what need not be there if `lavish`."""

    def __init__(
        self, schema: Schema, mentions: Mentions | None, *, lavish: bool
    ) -> None:
        super().__init__(schema, _STEPS)
        self._lavish = lavish
        self._mentions = mentions
        if mentions:
            mentions.taken, mentions.listing = (), False

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
        ways = [] if level > _LEVELS else [*islice(self._ways(schema, ()), _WAYS)]
        for flat, _ in ways:
            for value in self._mentioned(flat, name):
                if self._is_one(value, schema):
                    return value
        for flat, refs in sorted(
            ways, key=lambda way: not set(path).isdisjoint(way[1])
        ):
            if not needed and not set(path).isdisjoint(refs):
                break
            with suppress(_NoneFitsError), self._tried():
                for value in self._values(flat, name, number, path + refs, level + 1):
                    if self._is_one(value, schema):
                        return value
        raise _NoneFitsError

    def _is_one(self, value: Any, schema: Schema) -> bool:
        self.spend(1 + (len(value) // 50 if isinstance(value, str) else 0))
        return self.fits(value, schema)

    @contextmanager
    def _tried(self) -> Iterator[None]:
        """Free what was mentioned if nothing fits."""
        mentions = self._mentions
        taken = mentions.taken if mentions else ()
        try:
            yield
        except _NoneFitsError:
            if mentions:
                mentions.taken = taken
            raise

    def _mentioned(self, flat: JSON, name: str) -> Iterator[Any]:
        """Yield values that are mentioned; what is taken of them is not free then."""
        if self._mentions and "const" not in flat:
            for kind in ("enum",) if "enum" in flat else _types(flat):
                yield from self._mentions.values(name, flat, kind)

    def _ways(
        self, schema: Schema, refs: tuple[str, ...]
    ) -> Iterator[tuple[JSON, tuple[str, ...]]]:
        """Yield what holds together on each way through references and alternatives."""
        self.spend()
        if not isinstance(schema, dict):
            yield from [({}, refs)] if schema else []
            return
        parts = [[each] for each in schema.get("allOf", ())]
        parts += [schema[each] for each in ("anyOf", "oneOf") if each in schema]
        if "if" in schema:
            then = {"allOf": [schema["if"], schema.get("then", True)]}
            parts.append([then, schema.get("else", True)])
        if "$ref" in schema:
            if schema["$ref"] in refs:
                return
            refs = (*refs, schema["$ref"])
            parts.insert(0, [self._resolved(schema["$ref"])])
        options = [
            [way for each in part for way in islice(self._ways(each, refs), _WAYS)]
            for part in parts
        ]
        for chosen in product(*options):
            flat, through = schema, refs
            for part, inner in chosen:
                flat, through = _merged(flat, part), through + inner
            yield flat, through

    def _resolved(self, ref: str) -> Schema:
        """Return what a reference leads to; False, which nothing fits, for nothing."""
        # By hand: the library would look for anchors in the whole schema each time.
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
        yield from [
            flat[each] for each in ("const", "default", "example") if each in flat
        ]
        yield from [*flat.get("examples", ()), *flat.get("enum", ())][number:]
        if "const" in flat or "enum" in flat:
            return
        for kind in _types(flat):
            match kind:
                case "string":
                    yield from _texts(flat, name, number)
                case "integer" | "number":
                    yield from _numbers(flat, number, whole=kind == "integer")
                case "boolean":
                    yield from (number % 2 == 0, number % 2 == 1)
                case "null":
                    yield None
                case "array":
                    yield self._array(flat, name, number, path, level)
                case "object":
                    yield from self._objects(flat, number, path, level)

    def _array(
        self, flat: JSON, name: str, number: int, path: tuple[str, ...], level: int
    ) -> list[Any]:
        prefix = flat.get("prefixItems", [])
        least = max(flat.get("minItems", 0), "contains" in flat)
        size = max(least, len(prefix) or 1) if self._lavish else least
        items: list[Any] = []
        for index in range(int(min(flat.get("maxItems", _ITEMS), _ITEMS))):
            schema = prefix[index] if index < len(prefix) else flat.get("items", True)
            if index == 0 and "contains" in flat:
                schema = {"allOf": [schema, flat["contains"]]}
            needed, at = index < least, number + index * ("uniqueItems" in flat)
            if index >= size and not self._mentions:
                break
            try:
                with self._listing() as fed:
                    item = self.first(
                        schema, name, at, path, needed=needed, level=level
                    )
            except _NoneFitsError:
                if needed:
                    raise
                break
            if index >= size and not fed():
                break
            items.append(item)
        return items

    @contextmanager
    def _listing(self) -> Iterator[Callable[[], bool]]:
        """Note that values are for an array; yield whether one was mentioned."""
        mentions = self._mentions
        if not mentions:
            yield lambda: False
            return
        listing, taken = mentions.listing, mentions.taken
        mentions.listing = True
        try:
            yield lambda: mentions.taken != taken
        finally:
            mentions.listing = listing

    def _objects(
        self, flat: JSON, number: int, path: tuple[str, ...], level: int
    ) -> Iterator[JSON]:
        required = dict.fromkeys(flat.get("required", ()))
        known, values = flat.get("properties", {}), dict[str, Any]()
        names = [*dict.fromkeys([*(known if self._lavish else ()), *required])]
        # A map without an entry shows nothing.
        others = flat.get("additionalProperties"), flat.get("patternProperties")
        is_map = not known and any(isinstance(each, dict) for each in others)
        least = max(flat.get("minProperties", 0), self._lavish and is_map)
        names += _names(flat, int(least) - len(names))
        # What is mentioned goes first to what must be there, and last to arrays.
        pending = sorted(names, key=lambda each: _urgency(flat, each, required))
        for name in pending:
            try:
                values[name] = self.first(
                    *(_of_property(flat, name), name, number, path),
                    needed=name in required,
                    level=level,
                )
            except _NoneFitsError:
                if name in required:
                    raise
                continue
            linked = flat.get("dependentRequired", {}).get(name, ())
            required.update(dict.fromkeys(linked))
            pending += [each for each in linked if each not in pending]
        values = {name: values[name] for name in [*names, *pending] if name in values}
        yield values
        yield {name: values[name] for name in values if name in required}


def _urgency(flat: JSON, name: str, required: dict[str, None]) -> tuple[bool, bool]:
    schema = flat.get("properties", {}).get(name)
    kind = schema.get("type") if isinstance(schema, dict) else None
    return name not in required, kind == "array"


def _merged(one: JSON, two: JSON) -> JSON:
    """Return keywords that say about what two schemas say together."""
    merged = {**one, **two}
    for keyword in one.keys() & two.keys():
        a, b = one[keyword], two[keyword]
        if keyword in _LARGEST_HOLDS:
            merged[keyword] = max(a, b)
        elif keyword in _LEAST_HOLDS:
            merged[keyword] = min(a, b)
        elif keyword == "required":
            merged[keyword] = [*a, *b]
        elif keyword == "properties":
            both = {name: {"allOf": [a[name], b[name]]} for name in a if name in b}
            merged[keyword] = {**a, **b, **both}
        elif keyword == "enum":
            merged[keyword] = [each for each in a if each in b]
    return merged


def _types(flat: JSON) -> list[str]:
    """Return the types that a schema allows, the likely ones first, null last."""
    if "type" in flat:
        types = flat["type"]
        return [types] if isinstance(types, str) else sorted(types, key="null".__eq__)
    likely = [
        kind for kind, hints in _HINTS.items() if not flat.keys().isdisjoint(hints)
    ]
    return [*dict.fromkeys([*likely, *_TYPES])]


def _of_property(flat: JSON, name: str) -> Schema:
    if name in flat.get("properties", {}):
        return flat["properties"][name]
    patterns = flat.get("patternProperties", {})
    # Of several, the check of the object finds out which one it is.
    return {"anyOf": [*patterns.values(), flat.get("additionalProperties", True)]}


def _names(flat: JSON, least: int) -> Iterator[str]:
    """Yield names for properties that a schema demands, but doesn't name."""
    patterns = [*flat.get("patternProperties", ())]
    if isinstance(flat.get("propertyNames"), dict):
        patterns += filter(None, [flat["propertyNames"].get("pattern")])
    first = next(likely_texts(patterns[0])) if patterns else "key"
    for number in range(1, min(least, _ITEMS) + 1):
        yield first if number == 1 else f"{first} {number}"


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
        yield from [*dict.fromkeys(likely_texts(flat["pattern"], int(least) or 1))][
            number:
        ]


def _numbers(flat: JSON, number: int, *, whole: bool) -> Iterator[float]:
    lows = [*_exact(flat, "minimum", "exclusiveMinimum")]
    highs = [*_exact(flat, "maximum", "exclusiveMaximum")]
    step = next(_exact(flat, "multipleOf"), Fraction(1))
    step = Fraction(step.numerator) if whole else step
    start = math.ceil(min([max([Fraction(1), *lows]), *highs]) / step)
    values = [
        (start + sign * number + more) * step for more in (0, 1, -1) for sign in (1, -1)
    ]
    if lows and highs and not whole:
        values.append(max(lows) + (min(highs) - max(lows)) / (2 + number))
    for value in values:
        yield value.numerator if value.denominator == 1 else float(value)


def _exact(flat: JSON, *keywords: str) -> Iterator[Fraction]:
    """Yield numbers as they are written: a tenth, not the nearest one in binary."""
    for keyword in keywords:
        number = flat.get(keyword)
        if isinstance(number, int | float) and math.isfinite(number):
            yield Fraction(repr(number))
