"""Compare the limits of values: longer, shorter, another format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codegen.diff import rules
from codegen.diff.pairs import Names, form
from codegen.diff.report import Change, Prose, code, value
from codegen.diff.sites import Site
from codegen.document import Schema

_TIMES = ("unixtime", "date-time")


class _Limit(NamedTuple):
    """A limit from above (sign 1) or from below (-1).

    Attributes:
        sign: 1 or -1.
        text: how a sentence says it, or "" where it names the keyword.
        exclusive: the keyword that excludes the bound itself.
        default: the value that is no limit.
    """

    sign: int
    text: str = ""
    exclusive: str = ""
    default: int | None = None


_LIMITS = {
    "maximum": _Limit(1, "at most {}", "exclusiveMaximum"),
    "minimum": _Limit(-1, "at least {}", "exclusiveMinimum"),
    "maxLength": _Limit(1, "at most {} characters long"),
    "minLength": _Limit(-1, "at least {} characters long", default=0),
    "maxItems": _Limit(1, "at most {} items long"),
    "minItems": _Limit(-1, "at least {} items long", default=0),
    "maxProperties": _Limit(1),
    "minProperties": _Limit(-1, default=0),
}
# Compared elsewhere, or no limit at all.
_NO_LIMITS = {
    *("type", "format", "items", "additionalProperties", "properties", "required"),
    *("const", "enum", "$ref", "anyOf", "oneOf", "discriminator"),
    *("default", "deprecated", "readOnly", "writeOnly"),
    *(_LIMITS.keys() | {limit.exclusive for limit in _LIMITS.values()}),
}

_Bound = tuple[float, bool]
"""A limit with the sign by which less is narrower; and whether it is itself allowed."""


def compare_limits(
    old: Schema, new: Schema, site: Site, names: Names
) -> Iterator[Change]:
    """Compare the limits of a value of whatever kind."""
    for key, limit in _LIMITS.items():
        was, now = (_bound(schema, key, limit) for schema in (old, new))
        if was != now:
            text = _sentence(key, limit, was, now)
            narrower = was is None or (now is not None and now < was)
            rule = rules.BOUND_NARROWER if narrower else rules.BOUND_WIDER
            yield site.change(rule, bound=text)
    is_time = any(schema.get("format") in _TIMES for schema in (old, new))
    # The change of the derived property says more than that of the format.
    if not (site.is_property and is_time):
        yield from _other(old, new, "format", site, names, _FORMAT_RULES)
    for key in sorted((old.keys() | new.keys()) - _NO_LIMITS):
        yield from _other(old, new, key, site, names, _LIMIT_RULES)


_FORMAT_RULES = rules.FORMAT_NEW, rules.FORMAT_GONE, rules.FORMAT
_LIMIT_RULES = rules.LIMIT_NEW, rules.LIMIT_GONE, rules.LIMIT


def _other(
    old: Schema,
    new: Schema,
    key: str,
    site: Site,
    names: Names,
    three: tuple[rules.Rule, rules.Rule, rules.Rule],
) -> Iterator[Change]:
    """Compare a limit whose values have no order; false is no limit."""
    was, now = (None if one.get(key) is False else one.get(key) for one in (old, new))
    if form(was, {}) != form(now, names):
        rule = three[0] if was is None else three[1] if now is None else three[2]
        yield site.change(rule, limit=key, was=value(was), now=value(now))


def _bound(schema: Schema, key: str, limit: _Limit) -> _Bound | None:
    """Return a limit so that the lesser one of two is the narrower one."""
    found = []
    if key in schema and schema[key] != limit.default:
        found.append((limit.sign * schema[key], True))
    if limit.exclusive and limit.exclusive in schema:
        found.append((limit.sign * schema[limit.exclusive], False))
    return min(found, default=None)


def _sentence(key: str, limit: _Limit, was: _Bound | None, now: _Bound | None) -> Prose:
    before = f", was {value(limit.sign * was[0])}" if was else ""
    if now is None:
        return Prose(f"has no limit {code(key)} any more, which{before[1:]}")
    shown = value(limit.sign * now[0])
    if not now[1]:
        text = f"must be {'less' if limit.sign > 0 else 'more'} than {shown} now"
    elif limit.text:
        text = f"must be {limit.text.format(shown)} now"
    else:
        text = f"has the limit {code(key)} {shown} now"
    return Prose(text + before)
