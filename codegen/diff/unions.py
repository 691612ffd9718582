"""Compare two unions: their variants, and what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.diff import rules
from codegen.diff.limits import compare_limits
from codegen.diff.pairs import Names, Pair
from codegen.diff.report import Change
from codegen.diff.sides import Side
from codegen.diff.sites import Site
from codegen.diff.values import compare_notes, compare_values
from codegen.diff.words import codes, value, values
from codegen.document import Schema, is_null, schema_name, union_key
from codegen.normalise.discriminate import discriminator_of


class _Union:
    """A union of one of the documents; the names of schemas are those of the old one.

    Attributes:
        variants: the classes and unions in it, by the names of their schemas.
        schemas: their schemas, likewise.
        others: the alternatives that are neither, with the names they refer to.
        key: the property that tells the variants apart, or None.
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


def compare_unions(pair: Pair, old: str, new: str, site: Site) -> Iterator[Change]:
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
    # discriminator, is told there. So is a class that became something else.
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
    if before.key == after.key:
        yield from _meanings(pair, before, after, site)
        return
    rule = rules.DISCRIMINATOR
    if not (before.key and after.key):
        rule = rules.DISCRIMINATOR_NEW if after.key else rules.DISCRIMINATOR_GONE
    yield site.change(rule, was=value(before.key), now=value(after.key))


def _meanings(
    pair: Pair, before: _Union, after: _Union, site: Site
) -> Iterator[Change]:
    """Compare which values stand for which variants."""
    for key, name in after.meanings.items():
        former = before.meanings.get(key, name)
        if former != name:
            was, now = before.variants[former], after.variants[name]
            yield site.change(rules.MEANING, value=value(key), was=was, now=now)
    # Those of variants that came, went or changed are told there.
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
