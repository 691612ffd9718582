"""Limits of values: longer, shorter, another format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.diff.forms import Names, form, same
from codegen.diff.report import (
    NARROWED,
    NOTED,
    OPENED,
    Change,
    Effect,
    Verdict,
)
from codegen.diff.sites import Site
from codegen.diff.words import code, value
from codegen.document import Schema

TIMES = ("unixtime", "date-time")

# From above or from below; with the keyword that excludes the bound itself.
_BOUNDS = {
    "maximum": ("exclusiveMaximum", 1),
    "minimum": ("exclusiveMinimum", -1),
    "maxLength": (None, 1),
    "minLength": (None, -1),
    "maxItems": (None, 1),
    "minItems": (None, -1),
    "maxProperties": (None, 1),
    "minProperties": (None, -1),
}
_WORDS = {
    "maximum": "at most",
    "minimum": "at least",
    "maxLength": "at most {} characters long",
    "minLength": "at least {} characters long",
    "maxItems": "at most {} items long",
    "minItems": "at least {} items long",
}
_NONE = {"minLength": 0, "minItems": 0, "minProperties": 0}
# Told elsewhere, or no limit at all.
_NO_LIMITS = {
    "type",
    "format",
    "items",
    "additionalProperties",
    "properties",
    "required",
    "const",
    "enum",
    "$ref",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "anyOf",
    "oneOf",
    "discriminator",
    *_BOUNDS,
    "exclusiveMaximum",
    "exclusiveMinimum",
}
# A format is checked by few, but by some.
_LIMITED = Effect(Verdict.MIND, Verdict.COMPATIBLE)
_CHANGED = Effect(Verdict.BREAKING, Verdict.MIND)


def compare_limits(
    old: Schema, new: Schema, site: Site, names: Names
) -> Iterator[Change]:
    """Tell how the limits of a value changed, of whatever kind it is."""
    for key, (exclusive, sign) in _BOUNDS.items():
        yield from _bound(old, new, key, exclusive, sign, site)
    yield from _format(old.get("format"), new.get("format"), site)
    for key in sorted((old.keys() | new.keys()) - _NO_LIMITS):
        yield from _other(old.get(key), new.get(key), key, site, names)


def _other(old: Any, new: Any, key: str, site: Site, names: Names) -> Iterator[Change]:
    """Compare a limit of which only being there is understood; false is no limit."""
    was, now = (None if one is False else one for one in (old, new))
    if form(was, {}) == form(now, names):
        return
    word = code(key)
    if now is None:
        text, effect = f"{site.subject} has no limit {word} any more", OPENED
    elif was is None:
        text, effect = f"{site.subject} has the limit {word} {value(now)} now", NARROWED
    else:
        shown = f"{value(now)}, was {value(was)}"
        text, effect = f"the limit {word} of {site.subject} is {shown}", _CHANGED
    yield site.tell(text, effect)


def _bound(
    old: Schema, new: Schema, key: str, exclusive: str | None, sign: int, site: Site
) -> Iterator[Change]:
    was, now = (_closest(schema, key, exclusive, sign) for schema in (old, new))
    if was == now:
        return
    narrower = was is None or (now is not None and now < was)
    text = f"{site.subject} {_must(key, now, sign)}"
    if was is not None and now is not None:
        text += f", was {value(_shown(was, sign))}"
    elif was is not None:
        text += f", which was {value(_shown(was, sign))}"
    yield site.tell(text, NARROWED if narrower else OPENED)


def _must(key: str, bound: tuple[float, int] | None, sign: int) -> str:
    if bound is None:
        return f"has no limit {code(key)} any more"
    shown = value(_shown(bound, sign))
    if bound[1]:
        return f"must be {'less' if sign > 0 else 'more'} than {shown} now"
    words = _WORDS.get(key)
    if words is None:
        return f"has the limit {code(key)} {shown} now"
    return f"must be {words.format(shown) if '{}' in words else f'{words} {shown}'} now"


def _closest(
    schema: Schema, key: str, exclusive: str | None, sign: int
) -> tuple[float, int] | None:
    """Give a bound so that the smaller one of two is the narrower one.

    The second part is -1 where the bound itself is excluded.
    """
    found = []
    if key in schema and schema[key] != _NONE.get(key):
        found.append((sign * schema[key], 0))
    if exclusive and exclusive in schema:
        found.append((sign * schema[exclusive], -1))
    return min(found, default=None)


def _shown(bound: tuple[float, int], sign: int) -> float:
    """Give a bound as the document has it."""
    return sign * bound[0]


def _format(old: Any, new: Any, site: Site) -> Iterator[Change]:
    if same(old, new):
        return
    if site.is_property and (old in TIMES or new in TIMES):
        # The derived property tells more.
        return
    if new is None:
        text, effect = (
            f"{site.subject} has no format any more, was {value(old)}",
            OPENED,
        )
    elif old is None:
        text, effect = f"{site.subject} has the format {value(new)} now", _LIMITED
    else:
        shown = f"{value(new)} now, was {value(old)}"
        text, effect = f"{site.subject} has the format {shown}", NOTED
    yield site.tell(text, effect)
