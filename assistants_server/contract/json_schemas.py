"""JSON schemas of clients: what is wrong with one, and checks at a bounded cost."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import cache
from itertools import product
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import create
from referencing import Registry

from .metaschema import merged_metaschema
from .patterns import LONGEST_PATTERN, match_cost, pattern_weight

# An object, true or false.
Schema: TypeAlias = Any
# How large a schema may be: one for each value in it and each character of a pattern.
_MOST_WEIGHT = 20_000
# What searching one text may cost, in thousands of steps.
_DEAREST_MATCH = 3000
_PANIC = "PanicException"
_BY_NAME = {"additionalProperties", "patternProperties", "unevaluatedProperties"}


def schema_error(schema: Any) -> str | None:
    """Return why a value is no valid JSON schema of draft 2020-12, in one sentence.

    Returns:
        The JSON path and what is wrong there; None for a valid schema.
    """
    if _weight(schema) > _MOST_WEIGHT:
        return "$: this schema is too large"
    try:
        error = next(_metaschema().iter_errors(schema), None)
        return None if error is None else _described(error)
    except (RecursionError, ValueError):
        return "$: this schema is nested too deeply, or has too large a number"


class CostError(Exception):
    """Checking took more steps than it may."""


class Checker:
    """Check values against a schema and parts of it, in a bounded number of steps.

    References that lead out of the schema are not followed.

    Attributes:
        root: the schema, without the keyword that names another dialect: that would
            be checked by a validator that counts no steps.
    """

    def __init__(self, schema: Schema, steps: int) -> None:
        """Prepare to check.

        Args:
            schema: a valid schema.
            steps: how many keywords may be checked, about, in all.
        """
        self.root = _without_dialect(schema)
        self._left = steps
        self._validator = _Validator(self.root, registry=Registry())

    def spend(self, steps: int = 1) -> None:
        """Count steps.

        Raises:
            CostError: there are none left.
        """
        self._left -= steps
        if self._left < 0:
            raise CostError

    def fits(self, value: Any, schema: Schema) -> bool:
        """Return whether a value fits a part of the schema.

        Raises:
            CostError: there are no steps left.
        """
        token = _spend.set(self.spend)
        try:
            return bool(self._validator.evolve(schema=schema).is_valid(value))
        except CostError:
            raise
        except BaseException as error:
            # A reference to nowhere, an enormous number; for some references the
            # library panics in Rust, and what it raises then is no Exception.
            if isinstance(error, Exception) or type(error).__name__ == _PANIC:
                return False
            raise
        finally:
            _spend.reset(token)


_spend: ContextVar[Callable[[int], None]] = ContextVar("_spend")


def _counted(keyword: str, check: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    """Wrap the check of a keyword, so that its cost is counted before."""

    def counted(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        many, size = _length(value), _length(instance)
        if keyword in ("enum", "patternProperties"):
            many *= max(size, 1)
        elif keyword == "uniqueItems":
            many = size * size
        _spend.get()(1 + (many + size) // 10)
        if keyword == "pattern" and isinstance(instance, str):
            _spend_on_match(value, instance)
        elif keyword in _BY_NAME and isinstance(instance, dict):
            for pair in product(schema.get("patternProperties", ()), instance):
                _spend_on_match(*pair)
        yield from check(validator, value, instance, schema) or ()

    return counted


def _spend_on_match(pattern: str, text: str) -> None:
    cost = match_cost(pattern, text)
    if cost > _DEAREST_MATCH:
        raise ValueError("this pattern may take too long")
    _spend.get()(cost)


_Validator = create(
    Draft202012Validator.META_SCHEMA,
    {key: _counted(key, each) for key, each in Draft202012Validator.VALIDATORS.items()},
    type_checker=Draft202012Validator.TYPE_CHECKER,
)


def _without_dialect(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_dialect(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    # What depends on all the other keywords comes last: it costs most, uncounted.
    return {
        key: _without_dialect(schema[key])
        for key in sorted(schema, key=lambda key: key.startswith("unevaluated"))
        if key != "$schema" or not isinstance(schema[key], str)
    }


def _weight(schema: Any) -> int:
    """Return what reading a schema costs; it may be deeper than Python recurses."""
    total, level = 1, [schema]
    while level and total <= _MOST_WEIGHT:
        inner: list[Any] = []
        for each in level:
            total += _length(each)
            if isinstance(each, dict):
                inner += each.values()
                total += sum(
                    pattern_weight(key)
                    for key in (each.get("pattern"), *_keys(each, "patternProperties"))
                    if isinstance(key, str)
                )
                # The types in a list are compared with each other.
                total += _length(each.get("type")) ** 2
            elif isinstance(each, list):
                inner += each
        level = inner
    return total


def _keys(schema: dict[str, Any], keyword: str) -> list[str]:
    value = schema.get(keyword)
    return [*value] if isinstance(value, dict) else []


def _length(value: Any) -> int:
    """Return how many members a value has; 0 for one that can have none."""
    return len(value) if isinstance(value, dict | list) else 0


def _shortened(text: str) -> str:
    """Return a text, shortened where it is long."""
    return text if len(text) <= 160 else f"{text[:80]}...{text[-60:]}"


@cache
def _metaschema() -> Draft202012Validator:
    # Other formats would be checked or not, by what else is installed.
    formats = FormatChecker(formats=())
    formats.checks("regex", raises=_PatternError)(_is_pattern)
    merged = merged_metaschema()
    return Draft202012Validator(merged, format_checker=formats, registry=Registry())


class _PatternError(ValueError):
    """A pattern is none, or is too long."""


def _is_pattern(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if len(value) > LONGEST_PATTERN:
        raise _PatternError(f"is a pattern of more than {LONGEST_PATTERN} characters")
    try:
        with warnings.catch_warnings():
            # What an odd set may mean to a future `re` is not the client's concern.
            warnings.simplefilter("ignore", FutureWarning)
            re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise _PatternError(f"is no regular expression for Python: {error}") from None
    return True


def _described(error: ValidationError) -> str:
    value = repr(error.instance)
    if isinstance(error.cause, _PatternError):
        problem = f" {error.cause}"
    elif error.validator == "anyOf":
        problem = " is no type, nor a list of different ones"
    else:
        problem = error.message.removeprefix(value)
    return f"{_shortened(error.json_path)}: {_shortened(value)}{_shortened(problem)}"
