"""Base classes with a discriminator, and children that join them by `allOf`.

Such a base is written where any of its children may stand. So the base stays the object
that it describes, and each place that refers to it gets a union: `AnyPet` is a `Cat`, a
`Dog`, or a `Pet` of any other kind.
"""

from __future__ import annotations

from typing import Any

from codegen.document import (
    Schema,
    component_schemas,
    mapped_reference,
    reference_to,
    rewrite_schemas,
    union_key,
)
from codegen.errors import Path
from codegen.identifiers import free, pascal_case
from codegen.normalise.nullable import without_notes
from codegen.normalise.unions import OTHERWISE
from codegen.source import Document

_SCHEMAS = ("components", "schemas")


def inheritance(document: Document) -> tuple[Document, int]:
    """Write the union of a base and its children where the base is referred to."""
    schemas = component_schemas(document)
    children = children_of(schemas)
    bases = _bases(schemas, children)
    if not bases:
        return document, 0
    taken = {name.lower(): name for name in schemas}
    unions: dict[str, str] = {}
    for base in bases:
        wanted = f"Any{pascal_case(base)}"
        name = wanted if wanted.lower() not in taken else free(wanted.lower(), taken)
        taken[name.lower()] = base
        unions[reference_to(base)] = name
    used: dict[str, str] = {}

    def rule(schema: Schema, at: Path) -> Schema:
        reference = schema.get("$ref")
        if reference in unions and at[-2:-1] != ("allOf",):
            return {**schema, "$ref": _used(reference)}
        if len(at) == len(_SCHEMAS) + 1 and at[:2] == _SCHEMAS:
            return _alone(schema) if at[2] in bases else schema
        members = schema.get("allOf")
        if isinstance(members, list):
            said = [member for member in members if without_notes(member)]
            # With words alone beside it, it is no base here: that is how OpenAPI 3.0
            # describes a reference.
            if len(said) == 1 and said[0].get("$ref") in unions:
                new = {**said[0], "$ref": _used(said[0]["$ref"])}
                return {
                    **schema,
                    "allOf": [new if m is said[0] else m for m in members],
                }
        return schema

    def _used(reference: str) -> str:
        used[reference] = unions[reference]
        return reference_to(unions[reference])

    result = rewrite_schemas(document, rule)
    named = result["components"]["schemas"]
    for base, discriminator in bases.items():
        if reference_to(base) in used:
            union = _union(base, discriminator, children, schemas)
            named[used[reference_to(base)]] = union
    return result, len(bases)


def children_of(schemas: dict[str, Any]) -> dict[str, list[str]]:
    """Name the schemas that join each schema by `allOf`."""
    references = {reference_to(name): name for name in schemas}
    found: dict[str, list[str]] = {}
    for name, schema in schemas.items():
        members = schema.get("allOf") if isinstance(schema, dict) else None
        for member in members if isinstance(members, list) else []:
            target = member.get("$ref") if isinstance(member, dict) else None
            if target in references and references[target] != name:
                found.setdefault(references[target], []).append(name)
    return found


def _bases(
    schemas: dict[str, Any], children: dict[str, list[str]]
) -> dict[str, dict[str, Any]]:
    """Return the bases with the discriminators that tell their children apart."""
    found: dict[str, dict[str, Any]] = {}
    for name, schema in schemas.items():
        given = schema.get("discriminator") if isinstance(schema, dict) else None
        if not isinstance(given, dict) or not _is_base(name, schema, children):
            continue
        for each in [name, *_descendants(name, children)]:
            if each == name or children.get(each):
                found.setdefault(each, given)
    return found


def _is_base(name: str, schema: Schema, children: dict[str, list[str]]) -> bool:
    if not children.get(name):
        return False
    key = union_key(schema)
    if key is None:
        return True
    # Some list their children as well, which join them in turn.
    listed = {member.get("$ref") for member in schema[key]}
    return any(reference_to(child) in listed for child in children[name])


def _descendants(name: str, children: dict[str, list[str]]) -> list[str]:
    found: dict[str, None] = {}
    pending = [*children.get(name, ())]
    while pending:
        each = pending.pop(0)
        if each not in found and each != name:
            found[each] = None
            pending += children.get(each, ())
    return [*found]


def _alone(schema: Schema) -> Schema:
    """Return what a base itself is, without its children."""
    left = {k: v for k, v in schema.items() if k != "discriminator"}
    key = union_key(left)
    if key is not None and all("$ref" in member for member in left[key]):
        del left[key]
        left.setdefault("type", "object")
    return left


def _union(
    base: str,
    discriminator: dict[str, Any],
    children: dict[str, list[str]],
    schemas: dict[str, Any],
) -> Schema:
    mapping = {
        value: mapped_reference(str(target))
        for value, target in (discriminator.get("mapping") or {}).items()
    }
    members = [reference_to(name) for name in _descendants(base, children)]
    known = {*members, reference_to(base)}
    if schemas[base].get("discriminator") is discriminator:
        # The mapping may name others than those that join the base.
        members += [t for t in dict.fromkeys(mapping.values()) if t not in known]
        known |= {*members}
    return {
        "anyOf": [{"$ref": each} for each in [*members, reference_to(base)]],
        "discriminator": {
            "propertyName": discriminator["propertyName"],
            "mapping": {value: t for value, t in mapping.items() if t in known},
            OTHERWISE: reference_to(base),
        },
    }
