"""Compare what two documents accept in one place.

What a schema accepts is sorted into kinds: null, each class, each JSON type. A kind
that only one of the documents has makes another type. Of a kind that both have, the
single values, the limits, and what lists and maps hold are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from codegen.diff import rules
from codegen.diff.pairs import Names, Pair, form
from codegen.diff.report import Change, Prose, code, value, values
from codegen.diff.rules import Site
from codegen.diff.sides import Side
from codegen.document import Schema, is_null, schema_name, union_key

# What a schema says of the place where it stands, rather than of the value there.
_FLAGS = {
    "deprecated": "deprecated",
    "readOnly": "read-only",
    "writeOnly": "write-only",
}
_NOTES = {"default", *_FLAGS}
_OF_UNIONS = {"anyOf", "oneOf", "discriminator"}
_NULL: Schema = {"type": "null"}
# Kinds that hold other values: where their schema is, and how a sentence names them.
_CONTAINERS = {
    "array": ("items", "an item of"),
    "object": ("additionalProperties", "a value of"),
}


@dataclass
class _Kind:
    """What is accepted of one kind of value.

    Attributes:
        constants: single values, which the code takes for all that there are.
        known: values of enums, which the code takes for examples.
        free: schemas that accept any value of the kind, within limits.
    """

    constants: list[Any] = field(default_factory=list)
    known: list[Any] = field(default_factory=list)
    free: list[Schema] = field(default_factory=list)

    @property
    def values(self) -> list[Any]:
        return [*self.constants, *self.known]


_Kinds = dict[str, _Kind]
_Parts = list[Schema]
# By whether the old document allows more, and the new one.
_TYPE_RULES = {
    (True, True): rules.TYPE,
    (True, False): rules.TYPE_NARROWER,
    (False, True): rules.TYPE_WIDER,
}


def compare_values(pair: Pair, old: Any, new: Any, site: Site) -> list[Change]:
    """Return all that changed of the values in a place; references aren't followed."""
    if pair.same(old, new):
        return []
    found = [*_compare(pair, old, new, site), *compare_notes(old, new, site)]
    if not found:
        was, now = pair.old.annotation(old), pair.new.annotation(new)
        rule = rules.SAME_CODE if was == now else rules.TYPE_SPELT
        found.append(site.change(rule, was=was, now=now))
    return found


def _compare(pair: Pair, old: Any, new: Any, site: Site) -> Iterator[Change]:
    every = _alternatives(old), _alternatives(new)
    before, after = (
        _kinds(pair.old, every[0], {}),
        _kinds(pair.new, every[1], pair.names),
    )
    if "any" in before and "any" in after:
        return
    changed = _changed(every, every, pair.names)
    old_kinds = _kinds(pair.old, changed[0], {})
    new_kinds = _kinds(pair.new, changed[1], pair.names)
    free = {
        kind: _changed(
            (_free(old_kinds, kind), _free(new_kinds, kind)),
            (_free(before, kind), _free(after, kind)),
            pair.names,
        )
        for kind in {**old_kinds, **new_kinds}
    }
    lost = _exceeds(
        old_kinds, after, {k: (len(o), len(n)) for k, (o, n) in free.items()}
    )
    gained = _exceeds(
        new_kinds, before, {k: (len(n), len(o)) for k, (o, n) in free.items()}
    )
    null = "null" in old_kinds, "null" in new_kinds
    if lost or gained:
        rule = _TYPE_RULES[lost or null[0], gained or null[1]]
        if "any" in before or "any" in after:
            rule = rule._replace(retypes=False)
        was, now = pair.old.annotation(old), pair.new.annotation(new)
        yield site.change(rule, was=was, now=now)
    elif any(null):
        yield site.change(rules.NULL if null[1] else rules.NO_NULL, null="None")
    for kind in sorted(free, key=lambda kind: (kind in _CONTAINERS, kind)):
        if kind in before and kind in after:
            yield from _single_values(before[kind], after[kind], site)
            for one, other in zip(*free[kind], strict=False):
                yield from compare_limits(one, other, site, pair.names)
                if kind in _CONTAINERS:
                    yield from _held(pair, one, other, kind, site)


def _alternatives(schema: Any) -> list[Schema]:
    """Return the alternatives of a schema: unions in it are written out, names not."""
    if isinstance(schema, bool) or not schema:
        return [{}]
    if is_null(schema):
        return [_NULL]
    key = union_key(schema)
    if key is None:
        return [{k: v for k, v in schema.items() if k not in _NOTES}]
    # What is said beside the alternatives is said of each of them.
    beside = {k: v for k, v in schema.items() if k not in _NOTES | _OF_UNIONS}
    return [
        part
        for member in schema[key]
        for part in _alternatives(
            {**beside, **member}
            if beside and isinstance(member, dict) and not is_null(member)
            else member
        )
    ]


def _kinds(side: Side, parts: _Parts, names: Names) -> _Kinds:
    """Sort alternatives into kinds; aliases and unions are followed."""
    result: _Kinds = {}
    seen: set[str] = set()
    pending = list(reversed(parts))
    while pending:
        part = pending.pop()
        if "$ref" not in part:
            _sort(result, part)
            continue
        name = schema_name(part["$ref"], ())
        beside = {key: child for key, child in part.items() if key != "$ref"}
        if side.models[name].kind == "object":
            kind = result.setdefault(f"class {names.get(name, name)}", _Kind())
            kind.free.append(beside)
        elif name not in seen:
            seen.add(name)
            if side.models[name].kind == "union":
                # Objects of other classes are accepted as well.
                result.setdefault("open", _Kind())
            inner = _alternatives(side.schemas[name])
            pending += [{**beside, **one} for one in reversed(inner) if one != _NULL]
    boolean = result.get("boolean")
    if boolean and {*boolean.constants} == {True, False}:
        result["boolean"] = _Kind(free=[*boolean.free, {"type": "boolean"}])
    return result


def _sort(result: _Kinds, part: Schema) -> None:
    if "const" in part:
        constant = part["const"]
        result.setdefault(_kind_of(constant), _Kind()).constants.append(constant)
    elif isinstance(part.get("enum"), list):
        for one in part["enum"]:
            found = result.setdefault(_kind_of(one), _Kind())
            # There is no boolean besides those that an enum could leave open.
            (found.constants if isinstance(one, bool) else found.known).append(one)
    else:
        kind = part.get("type")
        if kind is None:
            holding = [k for k, (key, _) in _CONTAINERS.items() if key in part]
            kind = holding[0] if holding else "any"
        elif kind == "string" and part.get("format") == "binary":
            kind = "binary"
        result.setdefault(str(kind), _Kind()).free.append(part)


def _kind_of(one: Any) -> str:
    if isinstance(one, bool):
        return "boolean"
    if isinstance(one, int | float):
        return "integer" if isinstance(one, int) else "number"
    return "string"


def _free(kinds: _Kinds, kind: str) -> _Parts:
    return kinds[kind].free if kind in kinds else []


def _changed(
    parts: tuple[_Parts, _Parts], every: tuple[_Parts, _Parts], names: Names
) -> tuple[_Parts, _Parts]:
    """Return the schemas of both documents that the other one doesn't have as well."""
    known = {form(part, {}) for part in every[0]}
    given = {form(part, names) for part in every[1]}
    return (
        [part for part in parts[0] if form(part, {}) not in given],
        [part for part in parts[1] if form(part, names) not in known],
    )


def _exceeds(left: _Kinds, others: _Kinds, free: dict[str, tuple[int, int]]) -> bool:
    """Return whether what may have changed of a document isn't among all of the other.

    Of each kind, `free` has how many schemas only the one has, and only the other.
    """
    if "any" in others:
        return False
    covered = {"null", *others}
    if _free(others, "number"):
        covered.add("integer")
    if "object" in others:
        covered.add("open")
    if left.keys() - covered:
        return True
    for kind, (key, _) in _CONTAINERS.items():
        mine, theirs = free.get(kind, (0, 0))
        takes_all = any(o.get(key, True) in (True, {}) for o in _free(others, kind))
        if mine > theirs and not takes_all:
            return True
    return False


def _held(
    pair: Pair, old: Schema, new: Schema, kind: str, site: Site
) -> Iterator[Change]:
    """Compare what lists or maps hold."""
    key, words = _CONTAINERS[kind]
    inner = replace(site.inside(f"{words} {site.subject}", key), is_held=True)
    was, now = old.get(key, {}), new.get(key, {})
    if was is not False and now is not False:
        yield from compare_values(pair, was, now, inner)
    elif was is not now:
        yield inner.change(rules.ALLOWED if was is False else rules.FORBIDDEN)


def _single_values(old: _Kind, new: _Kind, site: Site) -> Iterator[Change]:
    known, given = ({form(v, {}) for v in one.values} for one in (old, new))
    gone = [v for v in old.values if form(v, {}) not in given]
    added = [v for v in new.values if form(v, {}) not in known]
    if old.free and new.free:
        if gone:
            yield site.change(rules.HINT_GONE, values=values(gone))
        if added:
            yield site.change(rules.HINT_NEW, values=values(added))
    elif old.free and new.values:
        rule = rules.ONLY_KNOWN if new.known else rules.ONLY_CONSTANTS
        yield site.change(rule, values=values(new.values))
    elif new.free and old.values:
        rule = rules.FREED_KNOWN if old.known else rules.FREED_CONSTANTS
        yield site.change(rule, values=values(old.values))
    elif gone and added and not old.known and not new.known:
        was, now = values(old.constants), values(new.constants)
        yield site.change(rules.CONSTANTS, was=was, now=now)
    else:
        if gone:
            rule = rules.KNOWN_GONE if old.known else rules.CONSTANT_GONE
            rule = rules.KNOWN_HINT_GONE if site.is_hint else rule
            yield site.change(rule, values=values(gone))
        if added:
            rule = rules.KNOWN_NEW if old.known else rules.CONSTANT_NEW
            yield site.change(rule, values=values(added))
        elif new.known and not old.known:
            yield site.change(rules.OPENED, values=values(new.known))
        if old.known and not new.known:
            yield site.change(rules.CLOSED, values=values(new.constants))


def compare_notes(was: Any, now: Any, site: Site) -> Iterator[Change]:
    """Compare what is said of a place: its default, and flags."""
    old, new = (one if isinstance(one, dict) else {} for one in (was, now))
    defaults = [
        form({k: v for k, v in one.items() if k == "default"}, {}) for one in (old, new)
    ]
    if defaults[0] != defaults[1]:
        rule = rules.DEFAULT
        if "default" not in old:
            rule = rules.DEFAULT_NEW
        elif "default" not in new:
            rule = rules.DEFAULT_GONE
        shown = (value(one.get("default")) for one in (old, new))
        yield site.change(rule, **dict(zip(("was", "now"), shown, strict=True)))
    yield from compare_flags(old, new, site)


def compare_flags(old: Schema, new: Schema, site: Site) -> Iterator[Change]:
    """Compare what only is or isn't said: that a place is deprecated, or read-only."""
    for key, word in _FLAGS.items():
        if bool(old.get(key)) != bool(new.get(key)):
            rule = rules.FLAGGED if new.get(key) else rules.UNFLAGGED
            yield site.change(rule, flag=Prose(word))


# --- Limits ---------------------------------------------------------------------------

_TIMES = ("unixtime", "date-time")


class _Limit(NamedTuple):
    """A limit from above (sign 1) or from below (-1); the default is no limit."""

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
        yield from _other(old, new, "format", site, names)
    for key in sorted((old.keys() | new.keys()) - _NO_LIMITS):
        yield from _other(old, new, key, site, names)


def _other(
    old: Schema, new: Schema, key: str, site: Site, names: Names
) -> Iterator[Change]:
    """Compare a limit whose values have no order; false is no limit."""
    was, now = (None if one.get(key) is False else one.get(key) for one in (old, new))
    if form(was, {}) != form(now, names):
        rule = rules.FORMAT if key == "format" else rules.LIMIT
        if was is None:
            rule = rules.FORMAT_NEW if key == "format" else rules.LIMIT_NEW
        elif now is None:
            rule = rules.FORMAT_GONE if key == "format" else rules.LIMIT_GONE
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
