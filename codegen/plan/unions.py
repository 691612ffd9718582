"""Plan a union with a name: its classes, and how an object is read as one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codegen.document import Schema, is_null, reference_to, schema_name, union_key
from codegen.errors import Path
from codegen.normalise.unions import OTHERWISE, discriminator_of
from codegen.plan.candidates import candidates
from codegen.plan.literal import either, literal, string
from codegen.plan.shapes import shape_of
from codegen.plan.types import Reader, Types
from codegen.unions import constants_of, is_array, is_class, is_map, leaves


@dataclass(frozen=True)
class Variant:
    """One class of a union, and the values of the discriminator that stand for it."""

    class_: str
    values: list[str]


@dataclass(frozen=True)
class Union:
    """A union of objects or arrays, and perhaps of other values beside them.

    Attributes:
        annotation, written, models, dicts: as `Type` has them.
        discriminator: the property that tells the classes apart, as a literal, or "".
        variants: the classes.
        candidates: how objects without a discriminator are told apart, each as code.
        leaves: the schemas of the classes.
        maps: the function that reads an object that is none of the classes, or "".
        keeps_dicts: whether such an object stays a dict.
        otherwise: the class that it becomes, or "".
        lists: the function that reads an array, or "".
        helpers: the functions of the module `reading` that these name.
    """

    annotation: str
    written: str
    models: frozenset[str]
    dicts: frozenset[str]
    discriminator: str
    variants: list[Variant]
    candidates: list[str]
    leaves: list[str]
    maps: str
    keeps_dicts: bool
    otherwise: str
    lists: str
    helpers: frozenset[str]


def plan_union(types: Types, schema: Schema, at: Path) -> Union:
    """Plan a union that has a name."""
    key = union_key(schema)
    assert key is not None
    found = discriminator_of(schema, types.schemas, at) or {}
    discriminator = found.get("propertyName", "")
    mapped = {v: schema_name(r, at) for v, r in found.get("mapping", {}).items()}
    members = [(m, (*at, key, index)) for index, m in enumerate(schema[key])]
    direct = {schema_name(m["$ref"], at) for m, _ in members if "$ref" in m}
    # The discriminator may name variants that are no members.
    members += [
        ({"$ref": reference_to(name)}, at)
        for name in sorted({*mapped.values()} - direct)
        if types.kind(name) in ("object", "union")
    ]
    # Objects come first.
    members.sort(key=lambda each: not types.is_object(each[0]))
    every = [types.of(m, place) for m, place in members if not is_null(m)]
    classes, maps, arrays = _sorted_out(types, [m for m, _ in members], at)
    kinds = {v: _only_class(types, name, at) for v, name in mapped.items()}
    # What a base may be, its children may say too, although they are one kind each.
    is_mapped = bool(found.get(OTHERWISE))
    none = ["None"] if any(is_null(member) for member, _ in members) else []
    otherwise = found.get(OTHERWISE)
    unknown = ["UnknownObject"] if classes and not maps and not otherwise else []
    read_maps, read_arrays = _choice(types, maps, at), _choice(types, arrays, at)
    if otherwise:
        read_maps = types.of({"$ref": otherwise}, at).reader or read_maps
    # A named class stands for its dict alone here.
    written = [t.as_dict or t.written for t in every]
    if otherwise and schema_name(otherwise, at) not in mapped.values():
        # To mypy, within a list, a dict of the base is one of any child too, in which
        # all that a child adds is unknown. No kind asks for it.
        unasked = types.of({"$ref": otherwise}, at).as_dict
        written = [each for each in written if each != unasked]
    variants = [
        _variant(types, n, discriminator, kinds, is_mapped, at) for n in classes
    ]
    return Union(
        annotation=either([*(t.annotation for t in every), *unknown, *none]),
        written=either([*written, *none]),
        models=frozenset[str]().union(*(t.models for t in every)),
        dicts=frozenset[str]().union(*(t.dicts for t in every)),
        discriminator=string(discriminator) if discriminator else "",
        variants=variants,
        candidates=_candidates(types, classes, discriminator, at),
        leaves=classes,
        maps=read_maps.function,
        keeps_dicts=bool(maps) or not classes,
        otherwise=types.names[schema_name(otherwise, at)].class_ if otherwise else "",
        lists=read_arrays.function,
        helpers=read_maps.helpers | read_arrays.helpers,
    )


def _candidates(
    types: Types, classes: list[str], discriminator: str, at: Path
) -> list[str]:
    """Write how objects are told apart whose discriminator is missing, if it may be."""
    schemas = types.schemas
    if discriminator and all(
        discriminator in (schemas[name].get("required") or []) for name in classes
    ):
        return []
    return candidates({types.names[n].class_: schemas[n] for n in classes}, schemas, at)


def _sorted_out(
    types: Types, members: list[Any], at: Path
) -> tuple[list[str], list[Schema], list[Schema]]:
    """Return the classes, the maps and the arrays that a union leads to."""
    classes: list[str] = []
    maps: list[Schema] = []
    arrays: list[Schema] = []
    for name, leaf in leaves({"anyOf": members}, types.schemas, at):
        if is_class(leaf):
            classes.append(name)
        elif is_map(leaf) and leaf not in maps:
            maps.append(leaf)
        elif is_array(leaf) and leaf not in arrays:
            arrays.append(leaf)
    return classes, maps, arrays


def _only_class(types: Types, name: str, at: Path) -> str:
    """Return the class that a variant is, "" where it is several."""
    schema = {"$ref": reference_to(name)}
    found = [n for n, leaf in leaves(schema, types.schemas, at) if is_class(leaf)]
    return found[0] if len(found) == 1 else ""


_AS_IT_COMES = Reader("", "{}", frozenset())


def _choice(types: Types, schemas: list[Schema], at: Path) -> Reader:
    """Read the one of several arrays, or of several maps, that a value fits."""
    read = [(schema, types.of(schema, at).reader) for schema in schemas]
    readers = [reader for _, reader in read if reader is not None]
    if not readers:
        return _AS_IT_COMES
    if len(schemas) == 1:
        return readers[0]
    fitting = [(shape_of(schema, types.schemas, at), reader) for schema, reader in read]
    # The most demanding one is the one that says most about the value.
    fitting.sort(key=lambda each: each[0].demand, reverse=True)
    helpers = frozenset[str]().union(*(reader.helpers for reader in readers))
    if len(readers) < len(read):
        helpers |= {"as_it_came"}
    listed = ", ".join(
        f"({shape.text}, {reader.function if reader else 'as_it_came'})"
        for shape, reader in fitting
    )
    call = f"Fitting([{listed}])"
    return Reader(call, call + "({})", readers[0].reads, helpers | {"Fitting"})


def _variant(
    types: Types,
    name: str,
    discriminator: str,
    kinds: dict[Any, str],
    only_mapped: bool,
    at: Path,
) -> Variant:
    schema = types.schemas[name]
    # A value stands for one class; what the discriminator says counts for more.
    own = constants_of(schema["properties"].get(discriminator), types.schemas, at)
    own = [] if only_mapped else own
    values = [value for value in own if kinds.get(value) in ("", None, name)]
    values += [value for value, class_ in kinds.items() if class_ == name]
    texts = dict.fromkeys(literal(value, at) for value in values)
    return Variant(types.names[name].class_, [*texts] if discriminator else [])
