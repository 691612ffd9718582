"""Values for schemas: valid ones, spoilt ones, and any JSON at all.

The strategies draw small values, but every optional property, every variant of a
union and every value of an enum may come.
"""

from __future__ import annotations

import functools
import math
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from harness.contract.document import (
    DOCUMENT,
    OTHER,
    SCHEMAS,
    Schema,
    reachable,
    reference,
    references,
    variants,
)
from harness.contract.drawn import drawn

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

TEXT = st.text(max_size=5) | st.sampled_from(["\x00", "\u2028", "null", "\\"])
WEIRD_NUMBERS = [2**53 + 1, -(2**63), 10**400, 1e300, -0.0, 5e-324]
# A page of the full tree of a run is big enough; nothing is won by long lists.
LONGEST_LIST: Final = 2
LATEST: Final = 4_102_444_800


@functools.cache
def scalars() -> SearchStrategy[Any]:
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(WEIRD_NUMBERS),
        TEXT,
    )


@functools.cache
def any_json() -> SearchStrategy[Any]:
    """Draw any JSON value, mostly small."""
    return st.recursive(
        scalars(),
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2)
        ),
        max_leaves=4,
    )


@functools.cache
def instances(name: str) -> SearchStrategy[Any]:
    """Draw valid values of a named schema."""
    if name in reachable(*references(SCHEMAS[name])):
        return st.deferred(lambda: of_schema(SCHEMAS[name]))
    return of_schema(SCHEMAS[name])


def of_schema(schema: Schema) -> SearchStrategy[Any]:
    """Draw valid values of a schema."""
    if name := reference(schema):
        return instances(name)
    if alternatives := variants(schema):
        drawn = st.one_of([of_schema(each) for each in alternatives])
        if "oneOf" in schema and OTHER and "discriminator" not in schema:
            # Its alternatives may overlap, as those of openapi.yaml do not.
            return drawn.filter(validator_of(schema).is_valid)
        return drawn
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _DRAWN[schema["type"]](schema) if "type" in schema else any_json()


def validator_of(schema: Schema) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def _string(schema: Schema) -> SearchStrategy[str]:
    if schema.get("format") == "uri":
        return st.sampled_from(["https://example.com/a.png", "data:image/png;base64,"])
    if "pattern" in schema:
        # Python's $ lets a line feed follow, that of others does not.
        drawn = st.from_regex(str(schema["pattern"]))
        return drawn.filter(lambda text: not text.endswith("\n"))
    return st.text(
        min_size=schema.get("minLength", 0), max_size=min(5, schema.get("maxLength", 5))
    )


def _integer(schema: Schema) -> SearchStrategy[int]:
    if schema.get("format") == "unixtime":
        return st.integers(0, LATEST)
    above = schema.get("exclusiveMinimum")
    low = schema.get("minimum") if above is None else math.floor(above) + 1
    return st.integers(low, schema.get("maximum"))


def _number(schema: Schema) -> SearchStrategy[float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    whole = st.integers(
        None if low is None else math.ceil(low),
        None if high is None else math.floor(high),
    )
    if (above := schema.get("exclusiveMinimum")) is not None:
        return st.floats(above, high, exclude_min=True, allow_infinity=False)
    return st.floats(low, high, allow_nan=False, allow_infinity=False) | whole


def _array(schema: Schema) -> SearchStrategy[list[Any]]:
    return st.lists(
        of_schema(schema["items"]),
        min_size=schema.get("minItems", 0),
        max_size=min(LONGEST_LIST, schema.get("maxItems", LONGEST_LIST)),
    )


def _object(schema: Schema) -> SearchStrategy[dict[str, Any]]:
    if not schema.get("properties"):
        extra = schema.get("additionalProperties", True)
        values = any_json() if extra is True else of_schema(extra or {})
        longest = 2 if extra is not False else 0
        return st.dictionaries(st.text(max_size=5), values, max_size=longest)
    drawn = {key: of_schema(value) for key, value in schema["properties"].items()}
    return st.one_of(
        [
            st.fixed_dictionaries(
                {key: drawn[key] for key in drawn if key in required},
                optional={
                    key: drawn[key]
                    for key in drawn
                    if key not in required and key not in excluded
                },
            )
            for required, excluded in _choices(schema)
        ]
    )


def _choices(schema: Schema) -> list[tuple[set[str], set[str]]]:
    """Return which properties must and must not be there, per branch of a `oneOf`."""
    required = set(schema.get("required", []))
    alternatives = [*schema.get("oneOf", []), *schema.get("anyOf", [])]
    branches = [set(branch["required"]) for branch in alternatives]
    if not branches:
        return [(required, set())]
    named = set[str]().union(*branches)
    return [(required | branch, named - branch) for branch in branches]


_DRAWN: dict[str, Callable[[Schema], SearchStrategy[Any]]] = {
    "array": _array,
    "boolean": lambda _: st.booleans(),
    "integer": _integer,
    "null": lambda _: st.none(),
    "number": _number,
    "object": _object,
    "string": _string,
}


@dataclass(frozen=True)
class Edit:
    """One thing done to one place of a JSON value."""

    kind: str
    place: int
    value: Any

    def apply(self, target: Any) -> None:
        places = list(_places(target))
        if not places:
            return
        container, key = places[self.place % len(places)]
        if self.kind == "remove":
            del container[key]
        elif self.kind == "null":
            container[key] = None
        elif self.kind == "add" and isinstance(container, dict):
            container[f"x_{self.place}"] = self.value
        else:
            container[key] = self.value


def _places(node: Any) -> list[tuple[Any, Any]]:
    """List every (container, key) of a JSON value, the outer ones first."""
    found: list[tuple[Any, Any]] = []
    todo = [node]
    for each in todo:
        keys = range(len(each)) if isinstance(each, list) else list(each)
        for key in keys:
            found.append((each, key))
            if isinstance(each[key], dict | list):
                todo.append(each[key])
    return found


@functools.cache
def edits() -> SearchStrategy[list[Edit]]:
    """Draw up to four ways of spoiling a value."""
    return st.lists(
        st.builds(
            Edit,
            kind=st.sampled_from(["remove", "null", "add", "replace"]),
            place=st.integers(0, 60),
            value=any_json(),
        ),
        min_size=1,
        max_size=4,
    )


def edited(name: str) -> SearchStrategy[tuple[Any, list[Edit]]]:
    """Draw valid values of a named schema, and what to do to them."""
    return st.tuples(instances(name), edits())


@st.composite
def spoilt(draw: st.DrawFn, name: str) -> Any:
    """Draw values that were valid before something was done to them."""
    value = deepcopy(draw(instances(name)))
    if not isinstance(value, dict | list):
        return draw(any_json())
    for edit in draw(edits()):
        edit.apply(value)
    return value


@functools.cache
def samples(name: str, number: int = 3) -> tuple[Any, ...]:
    """Return a few valid values of a schema, always the same: the richest of many."""
    found = drawn(instances, name, number=3 * number)
    found.sort(key=lambda value: -len(repr(value)))
    return tuple(found[:number])


def same(left: Any, right: Any) -> bool:
    """Compare JSON strictly: 1, 1.0 and true differ, NaN is itself, 0.0 is not -0.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(
            same(left[key], right[key]) for key in left
        )
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float):
        return repr(left) == repr(right) or (math.isnan(left) and math.isnan(right))
    return bool(left == right)
