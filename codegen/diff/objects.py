"""Compare two classes: their properties, and whether they take others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from codegen.diff.forms import form
from codegen.diff.limits import compare_limits
from codegen.diff.matching import MOST_COMPARED
from codegen.diff.report import (
    BROKEN,
    HARMLESS,
    NARROWED,
    OPENED,
    WIDENED,
    Change,
    Effect,
    Verdict,
)
from codegen.diff.sites import Site
from codegen.diff.values import Pair, compare_notes, compare_values, otherwise
from codegen.diff.words import code
from codegen.document import Schema
from codegen.identifiers import identifier
from codegen.plan.models import Field

_LOST_DERIVED = WIDENED
# Who sends it has a format to keep to now.
_NEW_DERIVED = Effect(Verdict.MIND, Verdict.COMPATIBLE)
_LOST_CONSTANT = NARROWED
_ALIKE = 0.6
_REST = ("properties", "required", "additionalProperties")


def compare_objects(pair: Pair, old: str, new: str, site: Site) -> Iterator[Change]:
    """Tell what changed within a class."""
    was, now = pair.old.schemas[old], pair.new.schemas[new]
    if pair.same(was, now):
        return
    found = [*_properties(pair, old, new, site), *_others(pair, was, now, site)]
    found += compare_notes(was, now, site)
    found += compare_limits(was, now, site, pair.names)
    if not found:
        found.append(otherwise(site))
    yield from found


def _properties(pair: Pair, old: str, new: str, site: Site) -> Iterator[Change]:
    was, now = pair.old.schemas[old], pair.new.schemas[new]
    before = {field.key: field for field in pair.old.models[old].fields}
    after = {field.key: field for field in pair.new.models[new].fields}
    gone = [key for key in before if key not in after]
    added = [key for key in after if key not in before]
    renamed = _renamed(pair, was, now, gone, added)
    for key, field in after.items():
        place = _place(site, field)
        if key in before:
            schemas = was["properties"][key], now["properties"][key]
            yield from _property(pair, schemas, (before[key], field), place)
        elif key in renamed:
            yield place.tell(_called(site, before[renamed[key]], field), BROKEN)
        elif field.required:
            text = f"{place.subject} is new and required"
            yield place.tell(text, NARROWED)
        else:
            yield place.tell(f"{place.subject} is new", HARMLESS)
    for key in gone:
        if key not in renamed.values():
            place = _place(site, before[key])
            yield place.tell(f"{place.subject} is gone", BROKEN, gone=True)


def _called(site: Site, old: Field, new: Field) -> str:
    """Say how a property is called now, in the code or only in the data."""
    subject = code(f"{site.name}.{new.name}")
    if old.name == new.name:
        return f"{subject} is {code(new.key)} in the data now, was {code(old.key)}"
    return f"{code(f'{site.name}.{old.name}')} is called {subject} now"


def _place(site: Site, field: Field) -> Site:
    subject = code(f"{site.name}.{field.name}")
    inner = site.inside(subject, "properties", field.key)
    return replace(inner, element=field.name, is_property=True, is_hint=False)


def _property(
    pair: Pair, schemas: tuple[Any, Any], fields: tuple[Field, Field], site: Site
) -> Iterator[Change]:
    old, new = fields
    if old.required and not new.required:
        text = f"{site.subject} became optional, and may be {code('UNSET')}"
        yield site.tell(text, WIDENED)
    elif new.required and not old.required:
        yield site.tell(f"{site.subject} became required", NARROWED)
    elif new.required and old.default and not new.default:
        text = f"{site.subject} must be given, since it is constant no longer"
        yield site.tell(text, _LOST_CONSTANT)
    was, now = old.datetime, new.datetime
    if was and not now:
        derived = code(f"{site.name}.{was}")
        yield site.tell(f"{derived} is gone, as the format is", _LOST_DERIVED)
    elif now and not was:
        derived = code(f"{site.name}.{now}")
        yield site.tell(f"{derived} is new: a time", _NEW_DERIVED)
    elif old.time != new.time:
        text = f"{code(f'{site.name}.{now}')} is read by another format"
        yield site.tell(text, BROKEN)
    found = compare_values(pair, *schemas, site)
    if old.time != new.time and all(c.verdict <= Verdict.COMPATIBLE for c in found):
        # No more than the format, which is told.
        return
    yield from found


def _renamed(
    pair: Pair, was: Schema, now: Schema, gone: list[str], added: list[str]
) -> dict[str, str]:
    """Find properties that have a new name, and nothing else new.

    Returns:
        The new names with the old ones.
    """
    groups: dict[tuple[str, bool], tuple[list[str], list[str]]] = {}
    for schema, keys, side in ((was, gone, 0), (now, added, 1)):
        for key in keys:
            names = pair.names if side else {}
            what = form(schema["properties"][key], names), _is_required(schema, key)
            groups.setdefault(what, ([], []))[side].append(key)
    result: dict[str, str] = {}
    for olds, news in groups.values():
        if len(olds) * len(news) > MOST_COMPARED:
            continue
        for new in news:
            fitting = [
                old for old in olds if old not in result.values() and alike(old, new)
            ]
            if len(fitting) == 1:
                result[new] = fitting[0]
    return result


def _is_required(schema: Schema, key: str) -> bool:
    return key in (schema.get("required") or [])


def alike(old: str, new: str) -> bool:
    """Tell whether a name looks like a new spelling of another one."""
    old, new = identifier(old), identifier(new)
    return old == new or SequenceMatcher(None, old, new).ratio() >= _ALIKE


def _others(pair: Pair, was: Schema, now: Schema, site: Site) -> Iterator[Change]:
    """Compare what else an object may hold."""
    old, new = (s.get("additionalProperties", True) for s in (was, now))
    if old is not False and new is False:
        text = f"{site.subject} takes no properties any more that it doesn't name"
        yield site.tell(text, NARROWED)
    elif old is False and new is not False:
        text = f"{site.subject} may have properties now that it doesn't name"
        yield site.tell(text, OPENED)
    elif old is not False:
        subject = f"a further property of {site.subject}"
        inner = site.inside(subject, "additionalProperties")
        for change in compare_values(pair, _schema(old), _schema(new), inner):
            # The code takes anything there.
            yield replace(change, readers=min(change.readers, Verdict.MIND))


def _schema(value: Any) -> Any:
    return {} if value is True else value
