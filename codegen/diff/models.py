"""Compare the models: which are new, gone or renamed, and what changed within them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from codegen.diff import rules
from codegen.diff.limits import compare_limits
from codegen.diff.pairs import MOST_COMPARED, Pair, form, similar
from codegen.diff.report import Change, Verdict
from codegen.diff.sides import Side
from codegen.diff.sites import Site, Use
from codegen.diff.unions import compare_unions
from codegen.diff.values import compare_notes, compare_values
from codegen.diff.words import Prose, code
from codegen.document import Schema
from codegen.plan.models import Field, SchemaModule

_KINDS = {"object": "a class", "union": "a union", "enum": "an enum", "alias": "a type"}


def compare_models(pair: Pair, matched: dict[str, str]) -> Iterator[Change]:
    """Compare all models.

    Args:
        pair: the two documents.
        matched: the schemas of the new document with what the old one calls them.
    """
    for name in pair.new.models:
        if name not in matched:
            yield _alone(pair.new, name, rules.MODEL_NEW)
    known = set(matched.values())
    for name in pair.old.models:
        if name not in known:
            yield _alone(pair.old, name, rules.MODEL_GONE)
    for new, old in matched.items():
        yield from _matched(pair, old, new)


def _kind(module: SchemaModule) -> Prose:
    return Prose(_KINDS[module.kind])


def _alone(side: Side, name: str, rule: rules.Rule) -> Change:
    """Return the change that only one of the documents has a model."""
    module, at = side.models[name], side.place(name)
    class_ = module.names.class_
    site = Site("model", class_, "", code(class_), at, at, _use(side, name))
    return site.change(rule, kind=_kind(module))


def _use(old: Side, old_name: str, new: Side | None = None, new_name: str = "") -> Use:
    new, new_name = new or old, new_name or old_name
    return Use(
        (old_name in old.sent, new_name in new.sent),
        (old_name in old.read, new_name in new.read),
    )


def _matched(pair: Pair, old: str, new: str) -> Iterator[Change]:
    was, now = pair.old.models[old], pair.new.models[new]
    before, after = was.names.class_, now.names.class_
    site = Site(
        "model",
        after,
        "",
        code(after),
        pair.old.place(old),
        pair.new.place(new),
        _use(pair.old, old, pair.new, new),
        is_hint=old in pair.old.hints and new in pair.new.hints,
    )
    # Those who met a name before need it still, wherever it stands now.
    met = replace(site, use=_use(pair.old, old))
    if before != after:
        yield met.change(rules.MODEL_RENAMED, was=before)
    elif old != new:
        yield site.change(rules.SCHEMA_RENAMED, was=old, now=new)
    if was.kind == now.kind == "object":
        yield from _compare_classes(pair, old, new, site)
    elif was.kind == now.kind == "union":
        yield from compare_unions(pair, old, new, site)
    elif "object" not in (was.kind, now.kind):
        # Neither is a class of its own, but a name for something.
        schemas = pair.old.schemas[old], pair.new.schemas[new]
        yield from compare_values(pair, *schemas, site)
    else:
        yield site.change(rules.MODEL_KIND, was=_kind(was), now=_kind(now))
    if before == after:
        yield from _exports(was, now, met)


def _exports(was: SchemaModule, now: SchemaModule, site: Site) -> Iterator[Change]:
    """Compare the names that come with a class: its TypedDicts, what is known of it."""
    for name in was.exports:
        if name not in now.exports:
            # Plain dicts are for writing, the rest is for reading.
            written = name in (was.names.dict_, was.names.options)
            rule = rules.WRITTEN_EXPORT_GONE if written else rules.READ_EXPORT_GONE
            yield site.change(rule, name=name)
    for name in now.exports:
        if name not in was.exports:
            yield site.change(rules.EXPORT_NEW, name=name)


# --- Classes ------------------------------------------------------------------------


def _compare_classes(pair: Pair, old: str, new: str, site: Site) -> Iterator[Change]:
    was, now = pair.old.schemas[old], pair.new.schemas[new]
    if pair.same(was, now):
        return
    found = [*_properties(pair, old, new, site), *_others(pair, was, now, site)]
    found += compare_notes(was, now, site)
    found += compare_limits(was, now, site, pair.names)
    yield from found or [site.change(rules.SAME_CODE)]


def _properties(pair: Pair, old: str, new: str, site: Site) -> Iterator[Change]:
    was, now = pair.old.schemas[old], pair.new.schemas[new]
    before = {field.key: field for field in pair.old.models[old].fields}
    after = {field.key: field for field in pair.new.models[new].fields}
    renamed = _renamed(
        pair,
        {key: was for key in before if key not in after},
        {key: now for key in after if key not in before},
    )
    for key, field in after.items():
        place = _place(site, field)
        if key in before:
            schemas = was["properties"][key], now["properties"][key]
            yield from _property(pair, schemas, (before[key], field), place)
        elif key in renamed:
            yield _called(site, before[renamed[key]], field, place)
        else:
            yield place.change(rules.NEW_REQUIRED if field.required else rules.NEW)
    for key, field in before.items():
        if key not in after and key not in renamed.values():
            yield _place(site, field).change(rules.GONE)


def _called(site: Site, old: Field, new: Field, place: Site) -> Change:
    """Return how a property is called now, in the code or only in the data."""
    if old.name == new.name:
        return place.change(rules.KEY_RENAMED, was=old.key, now=new.key)
    return place.change(rules.PROPERTY_RENAMED, was=f"{site.name}.{old.name}")


def _place(site: Site, field: Field) -> Site:
    subject = code(f"{site.name}.{field.name}")
    inner = site.inside(subject, "properties", field.key)
    return replace(inner, element=field.name, is_property=True, is_hint=False)


def _property(
    pair: Pair, schemas: tuple[Any, Any], fields: tuple[Field, Field], site: Site
) -> Iterator[Change]:
    old, new = fields
    if old.required and not new.required:
        yield site.change(rules.PROPERTY_OPTIONAL, unset="UNSET")
    elif new.required and not old.required:
        yield site.change(rules.REQUIRED)
    elif new.required and old.default and not new.default:
        yield site.change(rules.CONSTANT_REQUIRED)
    time = f"{site.name}.{new.datetime or old.datetime}"
    if bool(old.datetime) != bool(new.datetime):
        rule = rules.TIME_NEW if new.datetime else rules.TIME_GONE
        yield site.change(rule, time=time)
    elif old.time != new.time:
        yield site.change(rules.TIME_FORMAT, time=time)
    found = compare_values(pair, *schemas, site)
    # A time that comes or goes is no more than a format, which was just told.
    if old.time == new.time or any(c.verdict > Verdict.COMPATIBLE for c in found):
        yield from found


def _renamed(
    pair: Pair, gone: dict[str, Schema], added: dict[str, Schema]
) -> dict[str, str]:
    """Return the old names of properties that have a new name, and nothing else new.

    Args:
        pair: the two documents.
        gone: the schemas of the old class, by the properties that only it has.
        added: the schemas of the new class, likewise.
    """
    groups: dict[tuple[str, bool], tuple[list[str], list[str]]] = {}
    for index, (keys, names) in enumerate(((gone, {}), (added, pair.names))):
        for key, schema in keys.items():
            required = key in (schema.get("required") or [])
            group = form(schema["properties"][key], names), required
            groups.setdefault(group, ([], []))[index].append(key)
    result: dict[str, str] = {}
    for olds, news in groups.values():
        if len(olds) * len(news) <= MOST_COMPARED:
            for new in news:
                left = [old for old in olds if old not in result.values()]
                fitting = [old for old in left if similar(old, new)]
                if len(fitting) == 1:
                    result[new] = fitting[0]
    return result


def _others(pair: Pair, was: Schema, now: Schema, site: Site) -> Iterator[Change]:
    """Compare which properties a class allows besides its own."""
    old, new = (schema.get("additionalProperties", True) for schema in (was, now))
    if old is not False and new is False:
        yield site.change(rules.UNNAMED_FORBIDDEN)
    elif old is False and new is not False:
        yield site.change(rules.UNNAMED_ALLOWED)
    elif old is not False:
        subject = f"a further property of {site.subject}"
        inner = site.inside(subject, "additionalProperties")
        was, now = ({} if one is True else one for one in (old, new))
        for change in compare_values(pair, was, now, inner):
            # The code accepts anything there.
            yield replace(change, readers=min(change.readers, Verdict.MIND))
