"""Plan a union with a name: its classes, and how an object is read as one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codegen.document import Schema, is_null, reference_to, schema_name, union_key
from codegen.errors import Path
from codegen.normalise.unions import discriminator_of
from codegen.plan.literal import either, string
from codegen.plan.types import Reader, Types
from codegen.unions import Schemas, constants_of, is_array, is_class, is_map, leaves


@dataclass(frozen=True)
class Variant:
    """One class of a union, and how its objects are recognised."""

    class_: str
    values: list[str]
    required: list[str]
    constants: list[tuple[str, str]]


@dataclass(frozen=True)
class Union:
    """A union of objects or arrays, and perhaps of other values beside them.

    Attributes:
        annotation, written, models, dicts: as `Type` has them.
        discriminator: the property that tells the classes apart, as a literal, or "".
        variants: the classes.
        leaves: the schemas of the classes.
        maps: the function that reads an object that is none of the classes, or "".
        keeps_dicts: whether such an object stays a dict.
        lists: the function that reads an array, or "".
        helpers: the functions of the module `reading` that these name.
    """

    annotation: str
    written: str
    models: frozenset[str]
    dicts: frozenset[str]
    discriminator: str
    variants: list[Variant]
    leaves: list[str]
    maps: str
    keeps_dicts: bool
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
    none = ["None"] if any(is_null(member) for member, _ in members) else []
    unknown = ["UnknownObject"] if classes and not maps else []
    read_maps, read_arrays = _choice(types, maps, at), _choice(types, arrays, at)
    return Union(
        annotation=either([*(t.annotation for t in every), *unknown, *none]),
        # A named class stands for its dict alone here.
        written=either([*(t.as_dict or t.written for t in every), *none]),
        models=frozenset[str]().union(*(t.models for t in every)),
        dicts=frozenset[str]().union(*(t.dicts for t in every)),
        discriminator=string(discriminator) if discriminator else "",
        variants=[_variant(types, leaf, discriminator, kinds, at) for leaf in classes],
        leaves=classes,
        maps=read_maps.function,
        keeps_dicts=bool(maps) or not classes,
        lists=read_arrays.function,
        helpers=read_maps.helpers | read_arrays.helpers,
    )


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
    types: Types, name: str, discriminator: str, kinds: dict[str, str], at: Path
) -> Variant:
    schema = types.schemas[name]
    required = sorted(set(schema.get("required") or []))
    constants = {
        key: values
        for key, child in schema["properties"].items()
        if (values := constants_of(child, types.schemas, at))
    }
    # A value stands for one class; what the discriminator says counts for more.
    own = constants.get(discriminator, [])
    values = [value for value in own if kinds.get(value) in ("", None, name)]
    values += [value for value, class_ in kinds.items() if class_ == name]
    return Variant(
        types.names[name].class_,
        [string(value) for value in dict.fromkeys(values)],
        [string(key) for key in required],
        [
            (string(key), string(values[0]))
            for key, values in sorted(constants.items())
            if len(values) == 1
        ],
    )


# --- Shapes ---------------------------------------------------------------------------

# Arrays in arrays are looked at so deep; what is deeper may be anything.
_DEPTH = 4
_KINDS = ("string", "integer", "number", "boolean", "null")


@dataclass(frozen=True)
class Shape:
    """The shape of a value, for `reading.fits`.

    Attributes:
        text: the literal that stands for it in the code.
        demand: how much it asks of a value; of two that fit, the one that asks for more
            says more about it.
    """

    text: str
    demand: tuple[int, int]


_ANYTHING = Shape('"any"', (-1, 0))


def shape_of(schema: Any, schemas: Schemas, at: Path, depth: int = 0) -> Shape:
    """Return the shape of what a schema accepts."""
    if depth > _DEPTH:
        return _ANYTHING
    found: dict[str, Shape] = {}
    for _, leaf in leaves(schema, schemas, at):
        shape = _of_leaf(leaf, schemas, at, depth)
        found.setdefault(shape.text, shape)
    if _ANYTHING.text in found or not found:
        return _ANYTHING
    if len(found) == 1:
        return next(iter(found.values()))
    least = min(shape.demand for shape in found.values())
    return Shape(f'("either", {", ".join(found)})', least)


def _of_leaf(leaf: Any, schemas: Schemas, at: Path, depth: int) -> Shape:
    if is_class(leaf):
        return _of_class(leaf, schemas, at)
    if is_map(leaf):
        extra = leaf.get("additionalProperties")
        inner = shape_of(extra, schemas, at, depth + 1)
        return Shape(f'("dict", {inner.text})', inner.demand)
    if is_array(leaf):
        inner = shape_of(leaf.get("items"), schemas, at, depth + 1)
        return Shape(f'("list", {inner.text})', inner.demand)
    kind = leaf.get("type") if isinstance(leaf, dict) else None
    return Shape(string(kind), (0, 0)) if kind in _KINDS else _ANYTHING


def _of_class(schema: Any, schemas: Schemas, at: Path) -> Shape:
    required = sorted(set(schema.get("required") or []))
    constants = {
        key: values[0]
        for key, child in sorted(schema["properties"].items())
        if len(values := constants_of(child, schemas, at)) == 1
    }
    names = "".join(f"{string(key)}, " for key in required)
    fixed = ", ".join(f"{string(k)}: {string(v)}" for k, v in constants.items())
    text = f'("object", ({names}), {{{fixed}}})'
    # A constant may be one that needn't be there: it says less.
    return Shape(text, (len(required), len(constants)))
