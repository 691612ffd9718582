"""Compare the models: which are new, gone or renamed, and what changed within them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from codegen.diff import rules
from codegen.diff.pairs import Names, Pair, form, match_names
from codegen.diff.report import Change, Prose, Verdict, code, codes, value, values
from codegen.diff.rules import Site, Use
from codegen.diff.sides import Side
from codegen.diff.values import compare_limits, compare_notes, compare_values
from codegen.document import Schema, is_null, schema_name, union_key
from codegen.normalise.unions import discriminator_of
from codegen.plan.models import Field, SchemaModule

_KINDS = {"object": "a class", "union": "a union", "enum": "an enum", "alias": "a type"}


def compare_models(pair: Pair, matched: dict[str, str]) -> Iterator[Change]:
    """Compare all models."""
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
        yield from _compare_unions(pair, old, new, site)
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
    found = [*_properties(pair, old, new, site), *_unnamed(pair, was, now, site)]
    found += compare_notes(was, now, site)
    found += compare_limits(was, now, site, pair.names)
    yield from found or [site.change(rules.SAME_CODE)]


def _properties(pair: Pair, old: str, new: str, site: Site) -> Iterator[Change]:
    was, now = pair.old.schemas[old], pair.new.schemas[new]
    before = {field.key: field for field in pair.old.models[old].fields}
    after = {field.key: field for field in pair.new.models[new].fields}
    renamed = match_names(
        {key: _what(was, key, {}) for key in before if key not in after},
        {key: _what(now, key, pair.names) for key in after if key not in before},
    )
    for key, field in after.items():
        place = _place(site, field)
        if key in before:
            schemas = was["properties"][key], now["properties"][key]
            yield from _property(pair, schemas, (before[key], field), place)
        elif key in renamed:
            old_field = before[renamed[key]]
            if old_field.name == field.name:
                yield place.change(rules.KEY_RENAMED, was=old_field.key, now=key)
            else:
                was_name = f"{site.name}.{old_field.name}"
                yield place.change(rules.PROPERTY_RENAMED, was=was_name)
        else:
            yield place.change(rules.NEW_REQUIRED if field.required else rules.NEW)
    for key, field in before.items():
        if key not in after and key not in renamed.values():
            yield _place(site, field).change(rules.GONE)


def _what(schema: Schema, key: str, names: Names) -> tuple[str, bool]:
    """Return all that the document says of a property, but for its name."""
    return form(schema["properties"][key], names), key in schema.get("required", ())


def _place(site: Site, field: Field) -> Site:
    subject = code(f"{site.name}.{field.name}")
    inner = site.inside(subject, "properties", field.key)
    return replace(inner, element=field.name, is_property=True, is_hint=False)


def _property(
    pair: Pair, schemas: tuple[Any, Any], fields: tuple[Field, Field], site: Site
) -> Iterator[Change]:
    old, new = fields
    if old.required and not new.required:
        yield site.change(rules.PROPERTY_OPTIONAL, unset="None")
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
    # A time that comes or goes is no more than a format, which was just reported.
    if old.time == new.time or any(c.verdict > Verdict.COMPATIBLE for c in found):
        yield from found


def _unnamed(pair: Pair, was: Schema, now: Schema, site: Site) -> Iterator[Change]:
    """Compare which properties a class allows besides its own."""
    old, new = (schema.get("additionalProperties", True) for schema in (was, now))
    if old is not False and new is False:
        yield site.change(rules.UNNAMED_FORBIDDEN)
    elif old is False and new is not False:
        yield site.change(rules.UNNAMED_ALLOWED)
    elif old is not False:
        subject = f"a further property of {site.subject}"
        inner = site.inside(subject, "additionalProperties")
        held = [{} if one is True else one for one in (old, new)]
        for change in compare_values(pair, held[0], held[1], inner):
            # The code accepts anything there.
            yield replace(change, readers=min(change.readers, Verdict.MIND))


# --- Unions ---------------------------------------------------------------------------


class _Union:
    """A union of one of the documents; the names of schemas are those of the old one.

    Attributes:
        variants: the classes and unions in it, by the names of their schemas.
        schemas: their schemas, likewise.
        others: the alternatives that are neither, with the names they refer to.
        key: the property that distinguishes the variants, or None.
        meanings: the values of that property, with the name of what each stands for.
    """

    def __init__(self, side: Side, schema: Schema, names: Names) -> None:
        def name(reference: object) -> str:
            found = schema_name(reference, ())
            return names.get(found, found)

        members = schema[union_key(schema) or "anyOf"]
        found = discriminator_of(schema, side.schemas, ()) or {}
        mapping = found.get("mapping", {})
        objects = [m for m in members if side.types.is_object(m)]
        own = [schema_name(m["$ref"], ()) for m in objects]
        own += [schema_name(r, ()) for r in mapping.values()]
        self.variants = {names.get(n, n): side.models[n].names.class_ for n in own}
        self.schemas = {names.get(n, n): side.schemas[n] for n in own}
        self.others = [
            (name(member["$ref"]) if "$ref" in member else None, member)
            for member in members
            if member not in objects and not is_null(member)
        ]
        self.key: str | None = found.get("propertyName")
        self.meanings = {key: name(reference) for key, reference in mapping.items()}

    @property
    def names(self) -> set[str | None]:
        return {*self.variants, *(name for name, _ in self.others)}


def _compare_unions(pair: Pair, old: str, new: str, site: Site) -> Iterator[Change]:
    """Compare two unions, given by the names of their schemas."""
    was, now = pair.old.schemas[old], pair.new.schemas[new]
    if pair.same(was, now):
        return
    before, after = _Union(pair.old, was, {}), _Union(pair.new, now, pair.names)
    found = [*_variants(before, after, site), *_others(pair, before, after, site)]
    found += _discriminator(pair, before, after, site)
    found += compare_notes(was, now, site)
    found += compare_limits(was, now, site, pair.names)
    if not found:
        changed = [
            class_
            for name, class_ in after.variants.items()
            if not pair.same(pair.old.schemas[name], after.schemas[name])
        ]
        rule = rules.SAME_CODE
        if changed and before.meanings != after.meanings:
            rule = rules.VARIANTS_CHANGED
        found.append(site.change(rule, variants=codes(changed)))
    yield from found


def _variants(before: _Union, after: _Union, site: Site) -> Iterator[Change]:
    # A variant that took the place of another one, under the same value of the
    # discriminator, is reported there. So is a class that became something else.
    replaced = {
        before.meanings[key]: name
        for key, name in after.meanings.items()
        if before.meanings.get(key, name) not in after.variants
        and name not in before.variants
    }
    known, given = {*before.names, *replaced.values()}, {*after.names, *replaced}
    added = [c for name, c in after.variants.items() if name not in known]
    gone = [c for name, c in before.variants.items() if name not in given]
    if added:
        yield site.change(rules.VARIANTS_NEW, variants=codes(added))
    if gone:
        yield site.change(rules.VARIANTS_GONE, variants=codes(gone))


def _others(pair: Pair, before: _Union, after: _Union, site: Site) -> Iterator[Change]:
    """Compare the alternatives that are no objects, such as text."""
    was, now = (
        {"anyOf": [member for name, member in one.others if name not in other.variants]}
        for one, other in ((before, after), (after, before))
    )
    if was["anyOf"] and now["anyOf"]:
        yield from compare_values(pair, was, now, site)
    elif before.others:
        yield site.change(rules.VARIANTS_GONE, variants=pair.old.annotation(was))
    elif after.others:
        yield site.change(rules.OTHERS_NEW, variants=pair.new.annotation(now))


def _discriminator(
    pair: Pair, before: _Union, after: _Union, site: Site
) -> Iterator[Change]:
    """Compare the discriminator, or else which values stand for which variants."""
    if before.key != after.key:
        rule = rules.DISCRIMINATOR
        if not (before.key and after.key):
            rule = rules.DISCRIMINATOR_NEW if after.key else rules.DISCRIMINATOR_GONE
        yield site.change(rule, was=value(before.key), now=value(after.key))
        return
    for key, name in after.meanings.items():
        former = before.meanings.get(key, name)
        if former != name:
            was, now = before.variants[former], after.variants[name]
            yield site.change(rules.MEANING, value=value(key), was=was, now=now)
    # Those of variants that came, went or changed are reported there.
    kept = {
        name
        for name, schema in after.schemas.items()
        if name in before.schemas and pair.same(before.schemas[name], schema)
    }
    for rule, one, other in (
        (rules.MEANINGS_NEW, after, before),
        (rules.MEANINGS_GONE, before, after),
    ):
        only = [k for k, n in one.meanings.items() if k not in other.meanings]
        if found := [key for key in only if one.meanings[key] in kept]:
            yield site.change(rule, values=values(found))
