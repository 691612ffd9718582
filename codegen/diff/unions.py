"""Compare two unions: their variants, and what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.diff.forms import Names
from codegen.diff.limits import compare_limits
from codegen.diff.report import (
    BROKEN,
    HARMLESS,
    NARROWED,
    NOTED,
    OPENED,
    WIDENED,
    Change,
)
from codegen.diff.side import Side
from codegen.diff.sites import Site
from codegen.diff.values import Pair, compare_notes, compare_values, otherwise
from codegen.diff.words import code, codes, value, values
from codegen.document import (
    Schema,
    is_null,
    schema_name,
    union_key,
)
from codegen.normalise.discriminate import discriminator_of


def compare_unions(pair: Pair, old: str, new: str, site: Site) -> Iterator[Change]:
    """Tell what changed of a union."""
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
            name
            for name in after.variants
            if not pair.same(pair.old.schemas[name], after.schemas[name])
        ]
        if changed and before.meanings != after.meanings:
            shown = codes([after.variants[name] for name in changed])
            text = f"{site.subject} may be {shown}, which changed"
            found.append(site.tell(text, HARMLESS))
        else:
            found.append(otherwise(site))
    yield from found


class _Union:
    """A union of one of the documents.

    Attributes:
        schema: what the document says.
        variants: the classes and unions in it, by the old names of their schemas.
        schemas: their schemas, likewise.
        others: the alternatives that are neither.
        names: what schemas are called in the old document.
        key: the property that tells the variants apart, or None.
        meanings: the values of it, with the old name of what each stands for.
    """

    def __init__(self, side: Side, schema: Schema, names: Names) -> None:
        self.side = side
        self.schema = schema
        members = schema[union_key(schema) or "anyOf"]
        found = discriminator_of(schema, side.schemas, ()) or {}
        mapping = {k: schema_name(r, ()) for k, r in found.get("mapping", {}).items()}
        objects = [m for m in members if side.types.is_object(m)]
        own = [schema_name(member["$ref"], ()) for member in objects]
        # A discriminator may name variants that are no members.
        own += [name for name in mapping.values() if name not in own]
        self.variants = {names.get(n, n): side.models[n].names.class_ for n in own}
        self.schemas = {names.get(n, n): side.schemas[n] for n in own}
        self.others = [m for m in members if m not in objects and not is_null(m)]
        self.names = names
        self.key: str | None = found.get("propertyName")
        self.meanings = {k: names.get(n, n) for k, n in mapping.items()}


def _variants(before: _Union, after: _Union, site: Site) -> Iterator[Change]:
    # A class that became something else, or the reverse, says so itself.
    known = {*before.variants, *(_name(m, {}) for m in before.others)}
    given = {*after.variants, *(_name(m, after.names) for m in after.others)}
    # So does one that stands where another one stood.
    known.update(_replaced(before, after).values())
    given.update(_replaced(before, after))
    added = [c for name, c in after.variants.items() if name not in known]
    gone = [c for name, c in before.variants.items() if name not in given]
    if added:
        yield site.tell(f"{site.subject} may now also be {codes(added)}", OPENED)
    if gone:
        yield site.tell(f"{site.subject} can no longer be {codes(gone)}", NARROWED)


def _replaced(before: _Union, after: _Union) -> dict[str, str]:
    """Give the variants that are gone with those that have their values now."""
    return {
        before.meanings[key]: name
        for key, name in after.meanings.items()
        if key in before.meanings
        and before.meanings[key] not in after.variants
        and name not in before.variants
    }


def _others(pair: Pair, before: _Union, after: _Union, site: Site) -> Iterator[Change]:
    """Compare the alternatives that are no objects, such as text."""
    old = [m for m in before.others if _name(m, {}) not in after.variants]
    new = [m for m in after.others if _name(m, after.names) not in before.variants]
    was, now = {"anyOf": old}, {"anyOf": new}
    if old and new:
        yield from compare_values(pair, was, now, site)
    elif before.others:
        shown = code(pair.old.annotation(was))
        yield site.tell(f"{site.subject} can no longer be {shown}", NARROWED)
    elif after.others:
        shown = code(pair.new.annotation(now))
        yield site.tell(f"{site.subject} may now also be {shown}", WIDENED)


def _name(member: Schema, names: Names) -> str | None:
    """Give the old name of what a member refers to."""
    if "$ref" not in member:
        return None
    name = schema_name(member["$ref"], ())
    return names.get(name, name)


def _discriminator(
    pair: Pair, before: _Union, after: _Union, site: Site
) -> Iterator[Change]:
    subject = f"the variants of {site.subject}"
    if before.key and after.key and before.key != after.key:
        shown = f"{value(after.key)} now, was {value(before.key)}"
        yield site.tell(f"{subject} are told apart by {shown}", NOTED)
    elif before.key and not after.key:
        yield site.tell(f"nothing tells {subject} apart any more", NOTED)
    elif after.key and not before.key:
        text = f"{subject} are told apart by {value(after.key)} now"
        yield site.tell(text, HARMLESS)
    elif before.key:
        yield from _meanings(pair, before, after, site)


def _meanings(
    pair: Pair, before: _Union, after: _Union, site: Site
) -> Iterator[Change]:
    """Compare which values stand for which variants."""
    for key, name in after.meanings.items():
        former = before.meanings.get(key)
        if former is not None and former != name:
            shown = (
                f"{code(after.variants[name])} now, was {code(before.variants[former])}"
            )
            text = f"in {site.subject} {value(key)} stands for {shown}"
            yield site.tell(text, BROKEN)
    # Those of variants that came, went or changed are told there.
    kept = {
        name
        for name, schema in after.schemas.items()
        if name in before.schemas and pair.same(before.schemas[name], schema)
    }
    added = [k for k, n in after.meanings.items() if k not in before.meanings]
    gone = [k for k, n in before.meanings.items() if k not in after.meanings]
    added = [key for key in added if after.meanings[key] in kept]
    gone = [key for key in gone if before.meanings[key] in kept]
    if added:
        text = f"{values(added)} may now tell a variant of {site.subject}"
        yield site.tell(text, OPENED)
    if gone:
        text = f"{values(gone)} tells no variant of {site.subject} any more"
        yield site.tell(text, NARROWED)
