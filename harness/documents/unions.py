"""Read an instance of each variant of each named union, and see what it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from codegen.plan.naming import Names
from codegen.plan.types import Types
from codegen.unions import is_class, leaves
from harness.documents.instances import Making

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Judged:
    """What became of the instances.

    Attributes:
        right: how many are read as the variant that they were made from.
        wrong: the others, each with what it was and what it became.
        shared: how many fit several variants by their schemas: neither right nor wrong.
        unmade: how many variants no instance was made of.
    """

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    shared: int = 0
    unmade: int = 0


def judge(document: dict[str, Any], models: Any, order: list[str]) -> Judged:
    """Judge all named unions of a package.

    Args:
        document: the document that the package ships.
        models: its module of models.
        order: the schemas in the order in which they were named.
    """
    making = Making(document)
    names = Names(dict.fromkeys([*order, *making.schemas]))
    types = Types(making.schemas, names)
    values = {name: making.values(name) for name in making.schemas}
    found = Judged()
    for union in making.schemas:
        if types.kind(union) != "union":
            continue
        read = getattr(models, names[union].reader)
        variants = [*_variants(making.schemas, union)]
        said = _said(making.schemas, union)
        for variant in variants:
            if not values[variant]:
                found.unmade += 1
            for value in _as_said(values[variant], variant, said):
                others = [v for v in variants if v != variant]
                if _is_shared(making, value, variant, others, said):
                    found.shared += 1
                    continue
                became = type(read(value)).__name__
                if became == names[variant].class_:
                    found.right += 1
                else:
                    text = f"{union}: {variant} is read as {became}: {value!r}"
                    found.wrong.append(text[:400])
    return found


def _variants(schemas: dict[str, Any], union: str) -> Iterator[str]:
    schema = schemas[union]
    mapping = (schema.get("discriminator") or {}).get("mapping", {})
    members = [{"anyOf": [schema]}, *({"$ref": each} for each in mapping.values())]
    seen = set()
    for name, leaf in leaves({"anyOf": members}, schemas):
        if is_class(leaf) and name and name not in seen:
            seen.add(name)
            yield name


def _said(schemas: dict[str, Any], union: str) -> tuple[str, dict[Any, str]]:
    """Return the property of a discriminator, and the variant of each of its values."""
    found = schemas[union].get("discriminator") or {}
    mapping = found.get("mapping") or {}
    only = {}
    for value, target in mapping.items():
        named = [n for n, leaf in leaves({"$ref": target}, schemas) if is_class(leaf)]
        if len(named) == 1:
            only[value] = named[0]
    return found.get("propertyName", ""), only


def _as_said(
    values: list[Any], variant: str, said: tuple[str, dict[Any, str]]
) -> Iterator[Any]:
    """Yield instances whose discriminator has the value that it should have."""
    key, mapping = said
    due = [value for value, name in mapping.items() if name == variant]
    for value in values:
        if not due or value.get(key) in due:
            yield value
        elif isinstance(value.get(key, ""), str):
            yield {**value, key: due[0]}


def _is_shared(
    making: Making,
    value: Any,
    variant: str,
    others: list[str],
    said: tuple[str, dict[Any, str]],
) -> bool:
    key, mapping = said
    kind = value.get(key)
    if isinstance(kind, str) and mapping.get(kind) == variant:
        return False
    return any(making.is_valid(value, other) for other in others)
