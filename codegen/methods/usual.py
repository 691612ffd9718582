"""Plan the reader of the objects that nearly all are, in one go.

To read a small object takes less time than to find out as what, and to call its class.
So methods.yaml says what nearly all events look like, and what reads these is planned
here from the same schemas as the classes, with all that it relies on asked beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from codegen.errors import Path, SpecError, meant, shorten
from codegen.plan import Package
from codegen.plan.literal import literal, string
from codegen.plan.models import Field, SchemaModule

ANY = "_"
"""What stands in a shape for whatever needs no reading."""
_AT = "usual"


@dataclass(frozen=True)
class Part:
    """One of the objects: its class, and what its properties become.

    Attributes:
        variable: the variable that it is.
        values: the attributes and the expressions of their values.
    """

    variable: str
    class_: str
    values: list[tuple[str, str]]


@dataclass(frozen=True)
class Usual:
    """What is written of a shape.

    Attributes:
        class_: the class of the whole; "" where no shape is given.
        arguments: the properties of the whole, which are handed over one by one.
        constants: what the plain properties of others say.
        finds: the assignments of variables to the data of the objects within.
        conditions: what holds, each, of others alone.
        parts: the objects, each behind those within it.
    """

    class_: str = ""
    arguments: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    finds: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


def plan_usual(shapes: Mapping[str, Any], package: Package) -> Usual:
    """Plan what reads objects of one shape, by the class of the whole.

    Raises:
        SpecError: the shape doesn't fit the document.
    """
    if not shapes:
        return Usual()
    if len(shapes) > 1:
        raise SpecError("only one shape can be the usual one", at=(_AT,))
    [(class_, shape)] = shapes.items()
    at: Path = (_AT, class_)
    planner = _Planner(package)
    whole = planner.class_of(class_, at)
    if not isinstance(shape, dict):
        raise SpecError(f"an object is due here, not {shorten(shape)}", at=at)
    given = list(planner.properties(whole, shape, at))
    arguments = [found.name for _, _, found in given]
    planner.taken.update(arguments)
    values = [
        (found.name, planner.value(found, found.name, each, (*at, key)))
        for key, each, found in given
    ]
    planner.found.parts.append(Part("made", class_, values))
    return replace(planner.found, class_=class_, arguments=arguments)


class _Planner:
    def __init__(self, package: Package) -> None:
        self.found = Usual()
        self._classes = {each.names.class_: each for each in package.schemas}
        self.taken: set[str] = set()
        self._unions = {each.names.reader: each for each in package.schemas}

    def class_of(self, name: str, at: Path) -> SchemaModule:
        found = self._classes.get(name)
        if found is None or found.kind != "object":
            raise SpecError(
                f"the document has no model {name}{meant(name, self._classes)}", at=at
            )
        return found

    def properties(
        self, schema: SchemaModule, shape: dict[str, Any], at: Path
    ) -> Iterator[tuple[str, Any, Field]]:
        fields = {each.key: each for each in schema.fields}
        for key, each in shape.items():
            if key not in fields:
                raise SpecError(
                    f"{schema.names.class_} has no property {key}{meant(key, fields)}",
                    at=(*at, key),
                    hint="Say what nearly all objects look like now, or nothing.",
                )
            yield key, each, fields[key]

    def value(self, field: Field, data: str, shape: Any, at: Path) -> str:
        """Return what becomes of a value; note what others have there.

        Args:
            field: the property whose value it is.
            data: the expression of its data.
            shape: its shape.
        """
        reader = field.reader
        if reader is None:
            if isinstance(shape, dict | list):
                raise SpecError(f"{field.key} needs no reading: say {ANY}", at=at)
            if shape != ANY:
                is_of_whole = data.isidentifier()
                found = self.found.constants if is_of_whole else self.found.conditions
                found.append(f"{data} != {literal(shape, at)}")
            return data
        if shape == []:
            self.found.conditions.append(f"{data} != []")
            return "[]"
        if isinstance(shape, list) and len(shape) == 1 and reader.items:
            [inner] = shape
            return (
                f"[{self._object(f'[{{}}] = {data}', 'part', reader.items, inner, at)}]"
            )
        if isinstance(shape, dict):
            return self._object(
                f"{{}} = {data}", field.name, reader.function, shape, at
            )
        raise SpecError(f"{shorten(shape)} can't be the shape of {field.key}", at=at)

    def _object(
        self, finding: str, name: str, function: str, shape: Any, at: Path
    ) -> str:
        """Plan an object within; return the expression of it once it is read."""
        if not isinstance(shape, dict):
            raise SpecError(f"an object is due here, not {shorten(shape)}", at=at)
        schema = self._read_by(function, shape, at)
        variable = name
        if finding != f"{{}} = {name}":
            while variable in self.taken:
                variable += "_"
            self.found.finds.append(finding.format(variable))
        self.taken.add(variable)
        self.found.conditions.append(f"len({variable}) != {len(shape)}")
        values = [
            (
                found.name,
                self.value(found, f"{variable}[{string(key)}]", each, (*at, key)),
            )
            for key, each, found in self.properties(schema, shape, at)
        ]
        self.found.parts.append(Part(f"made_{variable}", schema.names.class_, values))
        return f"made_{variable}"

    def _read_by(self, function: str, shape: dict[str, Any], at: Path) -> SchemaModule:
        """Return the class as which a function reads an object of a shape."""
        name = function.removeprefix("models.")
        if name.endswith(".from_json"):
            return self.class_of(name.removesuffix(".from_json"), at)
        union = self._unions[name].union if name in self._unions else None
        if union is not None and union.discriminator:
            for key, value in shape.items():
                for each in union.variants:
                    is_it = string(key) == union.discriminator
                    if is_it and literal(value, at) in each.values and value != ANY:
                        return self.class_of(each.class_, at)
        raise SpecError("its shape doesn't say of which class it is", at=at)
