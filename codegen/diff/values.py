"""Compare what two documents accept in one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from codegen.diff.containers import match, unmatched
from codegen.diff.forms import Names, form, same
from codegen.diff.limits import compare_limits
from codegen.diff.members import (
    Accepted,
    Scalars,
    accepted,
    alternatives,
    notes,
)
from codegen.diff.report import (
    BROKEN,
    HARMLESS,
    NARROWED,
    NOTED,
    OPENED,
    WIDENED,
    Change,
    Effect,
    Verdict,
)
from codegen.diff.side import Side
from codegen.diff.sites import Site
from codegen.diff.words import code, value, values
from codegen.document import Schema

_HINT_GONE = Effect(Verdict.MIND, Verdict.COMPATIBLE)


@dataclass(frozen=True)
class Pair:
    """The two documents.

    Attributes:
        old: the one.
        new: the other.
        names: what schemas of the new one are called in the old one, where it differs.
    """

    old: Side
    new: Side
    names: Names

    def same(self, old: Any, new: Any) -> bool:
        """Tell whether two pieces of the documents mean the same."""
        return form(old, {}) == form(new, self.names)


def compare_values(pair: Pair, old: Any, new: Any, site: Site) -> list[Change]:
    """Tell all that changed of the values in a place; names are not looked into.

    Args:
        pair: the two documents.
        old: the schema that the old one has there.
        new: the schema that the new one has there.
        site: the place.
    """
    if pair.same(old, new):
        return []
    found = [*_types(pair, old, new, site), *compare_notes(old, new, site)]
    if not found:
        was, now = pair.old.annotation(old), pair.new.annotation(new)
        text = f"{site.subject} is written {code(now)}, was {code(was)}"
        text += ", which means the same"
        found.append(otherwise(site) if was == now else site.tell(text, HARMLESS))
    return found


def otherwise(site: Site) -> Change:
    """Tell that the document says something else, and the code doesn't care."""
    text = f"{site.subject} is described otherwise, but the code for it is the same"
    return site.tell(text, HARMLESS)


def _types(pair: Pair, old: Any, new: Any, site: Site) -> Iterator[Change]:
    (before, had_null), (after, has_null) = alternatives(old), alternatives(new)
    all_old = accepted(pair.old, before, {})
    all_new = accepted(pair.new, after, pair.names)
    if all_old.any and all_new.any:
        return
    before, after = unmatched((before, after), (before, after), pair.names)
    left_old = accepted(pair.old, before, {})
    left_new = accepted(pair.new, after, pair.names)
    lists = match(
        (left_old.lists, left_new.lists),
        (all_old.lists, all_new.lists),
        "items",
        pair.names,
    )
    maps = match(
        (left_old.maps, left_new.maps),
        (all_old.maps, all_new.maps),
        "additionalProperties",
        pair.names,
    )
    lost = _uncovered(left_old, all_new, lists.lost or maps.lost)
    gained = _uncovered(left_new, all_old, lists.gained or maps.gained)
    null_lost, null_gained = had_null and not has_null, has_null and not had_null
    if lost or gained:
        lost, gained = lost or null_lost, gained or null_gained
        effect = BROKEN if lost and gained else NARROWED if lost else WIDENED
        if not (all_old.any or all_new.any):
            effect = site.retyped(effect)
        was, now = code(pair.old.annotation(old)), code(pair.new.annotation(new))
        yield site.tell(f"{site.subject} is {now} now, was {was}", effect)
    elif null_gained:
        text = f"{site.subject} may now be {code('None')}"
        yield site.tell(text, site.retyped(WIDENED))
    elif null_lost:
        text = f"{site.subject} is never {code('None')} any more"
        yield site.tell(text, site.retyped(NARROWED))
    for kind in sorted(left_old.scalars.keys() | left_new.scalars.keys()):
        if kind in all_old.scalars and kind in all_new.scalars:
            yield from _scalars(
                pair,
                (all_old.scalars[kind], all_new.scalars[kind]),
                (left_old.scalars.get(kind), left_new.scalars.get(kind)),
                site,
            )
    for was_ref, now_ref in _same_names(pair, before, after):
        yield from compare_limits(was_ref, now_ref, site, pair.names)
    for was_list, now_list in lists.pairs:
        yield from compare_limits(was_list, now_list, site, pair.names)
        inner = site.held(f"an item of {site.subject}", "items")
        yield from _within(pair, was_list, now_list, "items", inner)
    for was_map, now_map in maps.pairs:
        yield from compare_limits(was_map, now_map, site, pair.names)
        inner = site.held(f"a value of {site.subject}", "additionalProperties")
        yield from _within(pair, was_map, now_map, "additionalProperties", inner)


def _within(
    pair: Pair, old: Schema, new: Schema, key: str, site: Site
) -> Iterator[Change]:
    was, now = old.get(key, {}), new.get(key, {})
    if was is not False and now is not False:
        yield from compare_values(pair, was, now, site)
    elif was is not now:
        allowed = "may" if was is False else "can't"
        text = f"{site.subject} {allowed} be there at all"
        yield site.tell(text, OPENED if was is False else NARROWED)


def _same_names(
    pair: Pair, before: list[Schema], after: list[Schema]
) -> Iterator[tuple[Schema, Schema]]:
    """Pair references to one and the same schema, beside which other things stand."""
    for old in before:
        for new in after:
            names = [{"$ref": one.get("$ref")} for one in (old, new)]
            if "$ref" in old and "$ref" in new and pair.same(*names):
                yield old, new


def _uncovered(left: Accepted, others: Accepted, more: bool) -> bool:
    """Tell whether something in `left` is of a kind that `others` doesn't have.

    Args:
        left: what may have changed of one document.
        others: all that the other one accepts.
        more: whether it has more lists or maps.
    """
    if others.any:
        return False
    kinds = set(left.scalars)
    if "number" in others.scalars and others.scalars["number"].free:
        kinds.discard("integer")
    return (
        left.any
        or more
        or bool(left.models.keys() - others.models.keys())
        or bool(kinds - others.scalars.keys())
        or bool(left.lists and not others.lists)
        or bool(left.maps and not others.maps)
        or (left.open and not others.open and not others.maps)
    )


def _scalars(
    pair: Pair,
    every: tuple[Scalars, Scalars],
    left: tuple[Scalars | None, Scalars | None],
    site: Site,
) -> Iterator[Change]:
    old, new = every
    some_old, some_new = (one or Scalars() for one in left)
    known, given = ({form(v, {}) for v in one.values} for one in every)
    removed = [v for v in old.values if form(v, {}) not in given]
    added = [v for v in new.values if form(v, {}) not in known]
    if old.free and new.free:
        # Beside any other value, single ones are no more than hints.
        if removed:
            text = f"{site.subject} has {values(removed)} no longer among its values"
            yield site.tell(text, _HINT_GONE)
        if added:
            text = f"{site.subject} has {values(added)} among its values now"
            yield site.tell(text, OPENED)
        for was, now in zip(some_old.free, some_new.free, strict=False):
            yield from compare_limits(was, now, site, pair.names)
    elif old.free:
        text = f"{site.subject} is now only {values(new.values)}"
        yield site.tell(text, NARROWED if new.known else site.retyped(NARROWED))
    elif new.free:
        text = f"{site.subject} may now be anything, was {values(old.values)}"
        yield site.tell(text, OPENED if old.known else site.retyped(WIDENED))
    else:
        yield from _values(old, new, removed, added, site)


def _values(
    old: Scalars, new: Scalars, removed: list[Any], added: list[Any], site: Site
) -> Iterator[Change]:
    """Compare where only single values are accepted, of constants and of enums."""
    if removed and added and not old.known and not new.known:
        was, now = values(old.constants), values(new.constants)
        yield site.tell(f"{site.subject} is now {now}, was {was}", BROKEN)
        return
    if removed:
        text = f"{site.subject} can no longer be {values(removed)}"
        narrowed = NARROWED if old.known else site.retyped(NARROWED)
        yield site.tell(text, _HINT_GONE if site.is_hint else narrowed)
    if added:
        text = f"{site.subject} may now also be {values(added)}"
        yield site.tell(text, OPENED if old.known else site.retyped(WIDENED))
    if new.known and not old.known and not added:
        text = f"{site.subject} is now open: {values(new.known)} or something else"
        yield site.tell(text, site.retyped(WIDENED))
    if old.known and not new.known:
        text = f"{site.subject} is now always {values(new.constants)}"
        yield site.tell(text, site.retyped(HARMLESS))


def compare_notes(was: Any, now: Any, site: Site) -> Iterator[Change]:
    """Tell what changed of what is said of a place: its default, its age."""
    old, new = notes(was), notes(now)
    for key in sorted(old.keys() | new.keys()):
        if same(old.get(key), new.get(key)) and (key in old) == (key in new):
            continue
        if key == "default":
            yield site.tell(_default(old, new, site.subject), NOTED)
        elif bool(new.get(key)) != bool(old.get(key)):
            word = {"readOnly": "read-only", "writeOnly": "write-only"}.get(key, key)
            if new.get(key):
                yield site.tell(f"{site.subject} is {word} now", NOTED)
            else:
                yield site.tell(f"{site.subject} is no longer {word}", HARMLESS)


def _default(old: dict[str, Any], new: dict[str, Any], subject: str) -> str:
    if "default" not in new:
        return f"{subject} has no default any more, was {value(old['default'])}"
    if "default" not in old:
        return f"{subject} has the default {value(new['default'])} now"
    shown = f"{value(new['default'])} now, was {value(old['default'])}"
    return f"the default of {subject} is {shown}"
