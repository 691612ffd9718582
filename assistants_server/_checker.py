"""Checking values by a JSON schema, at a bounded cost."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import create
from referencing import Registry
from referencing.exceptions import Unresolvable

from ._patterns import matches, quiet
from ._sampling import ExhaustedError, NoSampleError
from .json_schemas import Schema, changed_parts, cut, length

# How deep keywords may be inside each other while a value is checked, and the work that
# it counts as when they are deeper: there may be no end to it.
_DEEPEST, _TOO_DEEP = 110, 500


class Checker:
    """A schema, what it refers to, and whether values fit parts of it."""

    def __init__(self, schema: Schema) -> None:
        self.left = self.depth = 0
        self._matches: dict[tuple[str, str], bool] = {}
        self._anchors: dict[str, Schema] = {}
        self._id = schema.get("$id", "") if isinstance(schema, dict) else ""
        self._parts: list[dict[str, Any]] = []
        self.root = self._tidy(schema)
        for part in self._parts:
            part.update(changed_parts(part, self._tidy))
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
            raise NoSampleError(f"$ref {cut(ref)!r} {reason}")
        found: Any = self.root
        if fragment and not fragment.startswith("/"):
            found = self._anchors.get(fragment)
        for step in unquote(fragment).split("/")[1:]:
            if isinstance(found, list):
                found = dict(zip(map(str, range(len(found))), found, strict=True))
            step = step.replace("~1", "/").replace("~0", "~")
            found = found.get(step) if isinstance(found, dict) else None
        if not isinstance(found, bool) and id(found) not in self._known:
            raise NoSampleError(f"$ref {cut(ref)!r} leads to no schema")
        return found

    def spend(self, steps: int = 1) -> None:
        """Count work.

        Raises:
            ExhaustedError: there is none left to do.
        """
        self.left -= steps
        if self.left < 0:
            raise ExhaustedError

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
        many, size = length(value), length(instance)
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
CHECKER: ContextVar[Checker] = ContextVar("CHECKER")


def _counted(keyword: str, check: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    def counted(
        validator: Any, value: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        checker = CHECKER.get()
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
