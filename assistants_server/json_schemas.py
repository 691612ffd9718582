"""JSON schemas: what is wrong with one, what is inside."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from referencing import Registry

from ._patterns import PatternError, compiled, weight

# An object, true or false.
Schema: TypeAlias = Any
SHOWN = 60
# How large a schema may be: ten for each schema in it, one for each entry of a list
# and each character of a pattern.
_MOST_WEIGHT = 20_000


def flaw(schema: Any) -> str | None:
    """Say why a value is no valid JSON schema of draft 2020-12, in one sentence.

    Returns:
        Where, as JSON path, and what is wrong; nothing where all is well.
    """
    parts, levels, total = [("$", schema)], [], 0

    def put_off(path: str, inner: Schema, *keys: str | int) -> bool:
        parts.append((path_to(path, *keys), inner))
        return True

    for path, part in parts:
        total += _weight(part)
        if total > _MOST_WEIGHT:
            return f"{cut(path)}: this schema is too large, from here on"
        # One level at a time, so that no nesting is too deep.
        levels.append((path, changed_parts(part, partial(put_off, path))))
    for path, part in levels:
        try:
            error = next(_meta().iter_errors(part), None)
            if error is not None:
                return _described(error, path)
        except (RecursionError, ValueError):
            return f"{cut(path)}: is nested too deeply, or has too large a number"
    return None


_ONE = {"additionalProperties", "contains", "contentSchema", "else", "if", "items"}
_ONE |= {"not", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
_NAMED = {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
_LISTED = {"allOf", "anyOf", "oneOf", "prefixItems"}


def changed_parts(schema: Schema, change: Callable[..., Any]) -> Schema:
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
            total += sum(1 + length(each) for each in value.values())
        else:
            # The types in a list are compared with each other.
            total += length(value) ** (2 if keyword == "type" else 1)
    return total


def length(value: Any) -> int:
    """Return how many members a value has; 0 for one that can have none."""
    return len(value) if isinstance(value, dict | list) else 0


def path_to(path: str, *keys: str | int) -> str:
    """Return a JSON path, extended by keys and indexes."""
    for key in keys:
        if isinstance(key, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{,60}", key):
            path = f"{path}.{key}"
        else:
            path = f"{path}[{key if isinstance(key, int) else repr(key[:SHOWN])}]"
    return path


def cut(text: str) -> str:
    """Return a text, shortened where it is long."""
    return text if len(text) <= 160 else f"{text[:80]}...{text[-60:]}"


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
    path = path_to(path, *error.absolute_path)
    text = repr(error.instance)
    if isinstance(error.cause, PatternError):
        said = f" {error.cause}"
    elif error.validator == "anyOf":
        said = " is no type, nor a list of different ones"
    else:
        said = error.message.removeprefix(text)
    return f"{cut(path)}: {cut(text)}{cut(said)}"
