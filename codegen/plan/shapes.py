"""Shapes of values, by which arrays, maps and objects of unions are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codegen.errors import Path
from codegen.plan.literal import literal, string
from codegen.unions import Schemas, constants_of, is_array, is_class, is_map, leaves

# Arrays in arrays are looked at so deep; what is deeper may be anything.
_DEPTH = 4
# Of longer enums, any text fits.
_MOST_VALUES = 12
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
    if isinstance(leaf, dict) and leaf.get("type") == "object":
        return Shape('"object"', (0, 0))
    kind = leaf.get("type") if isinstance(leaf, dict) else None
    return Shape(string(kind), (0, 0)) if kind in _KINDS else _ANYTHING


def _of_class(schema: Any, schemas: Schemas, at: Path) -> Shape:
    required = sorted(set(schema.get("required") or []))
    constants = {
        key: values
        for key, child in sorted(schema["properties"].items())
        if (values := constants_of(child, schemas, at)) and len(values) <= _MOST_VALUES
    }
    names = "".join(f"{string(key)}, " for key in required)
    fixed = ", ".join(f"{string(k)}: {set_of(v, at)}" for k, v in constants.items())
    text = f'("object", ({names}), {{{fixed}}})'
    # A constant may be one that needn't be there: it says less.
    return Shape(text, (len(required), len(constants)))


def set_of(values: list[Any], at: Path) -> str:
    """Write constants as a set."""
    return "{" + ", ".join(literal(value, at) for value in values) + "}"
