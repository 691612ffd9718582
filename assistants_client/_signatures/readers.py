"""Readers of arguments: each has the JSON schema of a type, and reads data as it.

What the JSON library knows is left to it, and what is of pydantic to pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, Protocol

from attrs import NOTHING, define, field, frozen

from .._json import converted, decode, encode
from .schemas import Definitions

# How the JSON library says where something doesn't fit.
_PLACE: Final = re.compile(r"(.*) - at (?:`key` in )?`\$(.*)`", re.DOTALL)
_KINDS: Final = {
    type(None): "null",
    str: "str",
    bool: "bool",
    int: "int",
    float: "float",
    list: "array",
    dict: "object",
}
# Whole numbers below it are the same as integers and as floats.
_EXACT: Final = 2.0**53
VOID: Final = (None, "")
"""What models write for what they leave out."""
# Each costs reading all of it once more.
_MOSTVOIDS: Final = 20
_MOST_PROBLEMS: Final = 5


class Unfit(ValueError):  # noqa: N818 - it says what the data is
    """Data doesn't fit a type."""

    def __init__(self, what: str, path: str) -> None:
        """Describe what doesn't fit, and where, as a path from the arguments."""
        super().__init__(f"{what} - at `${path}`" if path else what)


class Reader(Protocol):
    """Reads JSON data as a type."""

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the JSON schema of the type."""
        ...

    def read(self, data: Any, path: str) -> Any:
        """Return data as the type has it.

        Args:
            data: JSON data.
            path: where it is, as a path from the arguments.

        Raises:
            Unfit: it doesn't fit.
        """
        ...


@frozen
class Native:
    """Reads as a type that the JSON library knows."""

    type: Any

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema."""
        import msgspec

        return definitions.inlined(msgspec.json.schema(self.type))

    def read(self, data: Any, path: str) -> Any:
        """Return data as the type."""
        try:
            return converted(data, self.type)
        except (TypeError, ValueError) as error:
            if type(data) is float and data.is_integer() and abs(data) < _EXACT:
                # In JSON, that is an integer.
                with suppress(TypeError, ValueError):
                    return converted(int(data), self.type)
            found = _PLACE.fullmatch(str(error))
            what, inner = found.groups() if found else (str(error), "")
            raise Unfit(what, path + inner) from None


@frozen
class Made:
    """Reads by calling a class with text, such as that of a path."""

    type: Any
    form: str

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema."""
        return {"type": "string", "format": self.form}

    def read(self, data: Any, path: str) -> Any:
        """Return data as the type."""
        return self.type(_checked(data, str, path))


@frozen
class Members:
    """Reads as some members of an enum, and other constants."""

    members: Mapping[Any, Any]

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema."""
        return {"enum": [*self.members]}

    def read(self, data: Any, path: str) -> Any:
        """Return the member of a value."""
        for value, member in self.members.items():
            if type(value) is type(data) and value == data:
                return member
        raise Unfit(f"Invalid enum value {data!r:.80}", path)


@frozen
class Noted:
    """Reads as another does, with more in the schema, such as words."""

    inner: Reader
    more: Mapping[str, Any]

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema, with what there is besides."""
        return {**self.inner.schema(definitions), **self.more}

    def read(self, data: Any, path: str) -> Any:
        """Return what the other reads."""
        return self.inner.read(data, path)


@frozen
class OneOf:
    """Reads as the first of several types that fits."""

    members: tuple[Reader, ...]

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema."""
        return {"anyOf": [each.schema(definitions) for each in self.members]}

    def read(self, data: Any, path: str) -> Any:
        """Return data as the first type that it fits."""
        problems: dict[str, None] = {}
        for each in self.members:
            try:
                return each.read(data, path)
            except Unfit as error:
                problems[str(error)] = None
        raise Unfit("; or ".join(problems), "")


@frozen
class Items:
    """Reads an array as a collection of what another reads."""

    inner: Reader
    kind: Callable[[list[Any]], Any] = list

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema."""
        unique = {"uniqueItems": True} if self.kind in (set, frozenset) else {}
        return {"type": "array", "items": self.inner.schema(definitions), **unique}

    def read(self, data: Any, path: str) -> Any:
        """Return the items."""
        items = enumerate(_checked(data, list, path))
        read = [self.inner.read(each, f"{path}[{n}]") for n, each in items]
        try:
            return self.kind(read)
        except TypeError as error:
            raise Unfit(str(error), path) from None


@frozen
class Row:
    """Reads an array whose items have a type each."""

    inner: tuple[Reader, ...]

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema."""
        length = len(self.inner)
        items = [each.schema(definitions) for each in self.inner]
        bounds = {"minItems": length, "maxItems": length, "items": False}
        return {"type": "array", "prefixItems": items, **bounds}

    def read(self, data: Any, path: str) -> Any:
        """Return the items."""
        items = _checked(data, list, path)
        if len(items) != len(self.inner):
            what = f"Expected `array` of length {len(self.inner)}, got {len(items)}"
            raise Unfit(what, path)
        pairs = enumerate(zip(self.inner, items, strict=True))
        return tuple(inner.read(each, f"{path}[{n}]") for n, (inner, each) in pairs)


@frozen
class Values:
    """Reads an object whose names are a type, and whose values are another."""

    names: Any
    inner: Reader

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema."""
        values = self.inner.schema(definitions)
        return {"type": "object", "additionalProperties": values}

    def read(self, data: Any, path: str) -> Any:
        """Return the values by their names."""
        kind: Any = dict
        found = Native(kind[self.names, Any]).read(_checked(data, dict, path), path)
        return {n: self.inner.read(v, f"{path}[...]") for n, v in found.items()}


@frozen
class Property:
    """What is known of an argument, or of a field of a class.

    Attributes:
        name: its name, in JSON as well.
        reader: reads it.
        required: whether there must be one.
        default: what it is otherwise; `NOTHING` where that isn't known.
        text: words about it.
    """

    name: str
    reader: Reader
    required: bool = True
    default: Any = field(factory=lambda: NOTHING)
    text: str = ""

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema, with the default and the words."""
        found = self.reader.schema(definitions)
        if not self.required and definitions.strict:
            # The model can't leave it out, so null stands for that.
            if not takes_null(self.reader):
                words = {n: found.pop(n) for n in ("description",) if n in found}
                found = {"anyOf": [found, {"type": "null"}], **words}
        elif not self.required and self.default is not NOTHING:
            # A default that JSON can't express stays between us and the function.
            with suppress(TypeError, ValueError, NotImplementedError):
                default = decode(encode(self.default))
                if default is not None or takes_null(self.reader):
                    found["default"] = default
        return {**found, "description": self.text} if self.text else found


@define(eq=False)
class Object:
    """Reads an object by its properties.

    Attributes:
        name: what it is called where it refers to itself.
        text: words about it.
        properties: its properties.
        more: reads other properties; None where there are none.
        build: makes the value of properties that were read.
        strict: whether null stands for every property that is left out.
    """

    name: str
    text: str = ""
    properties: tuple[Property, ...] = ()
    more: Reader | None = None
    build: Callable[[dict[str, Any]], Any] = dict
    strict: bool = False

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the schema; within itself, a reference to it."""
        with definitions.within(self) as reference:
            if reference is not None:
                return reference
            found: dict[str, Any] = {"type": "object"}
            if self.text:
                found["description"] = self.text
            found["properties"] = {
                each.name: each.schema(definitions) for each in self.properties
            }
            required = [each.name for each in self.properties if each.required]
            found["required"] = [*found["properties"]] if self.strict else required
            found["additionalProperties"] = (
                self.more.schema(definitions) if self.more else False
            )
            return found

    def read(self, data: Any, path: str) -> Any:
        """Return what is built of the properties."""
        given = _checked(data, dict, path)
        known = {each.name: each for each in self.properties}
        found: dict[str, Any] = {}
        for name, value in given.items():
            if name in known:
                found.update(self._one(known[name], value, path))
            elif self.more is not None:
                found[name] = self.more.read(value, f"{path}.{name}")
            else:
                raise Unfit(f"Object contains unknown field `{name}`", path)
        for each in self.properties:
            needed = each.name not in given if self.strict else each.required
            if needed and each.name not in found:
                raise Unfit(f"Object missing required field `{each.name}`", path)
        try:
            return self.build(found)
        except (TypeError, ValueError) as error:
            raise Unfit(f"{self.name}: {error}", path) from error

    def _one(self, known: Property, value: Any, path: str) -> dict[str, Any]:
        """Return a property that was read, if it isn't left out."""
        if value is None and self.strict and not known.required:
            return {}
        try:
            return {known.name: known.reader.read(value, f"{path}.{known.name}")}
        except Unfit:
            if value not in VOID:
                raise
            if not known.required:
                return {}
            if value is None or not takes_null(known.reader):
                raise
            return {known.name: None}


def takes_null(reader: Reader) -> bool:
    """Return whether null is a value for a reader."""
    try:
        return reader.read(None, "") is None
    except Unfit:
        return False


def _checked(data: Any, kind: type, path: str) -> Any:
    if not isinstance(data, kind):
        got = _KINDS.get(type(data), type(data).__name__)
        raise Unfit(f"Expected `{_KINDS[kind]}`, got `{got}`", path)
    return data
