"""From a schema to its annotation, its TypedDict annotation and how it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from codegen.document import (
    Schema,
    is_json,
    is_null,
    reference_to,
    schema_name,
    union_key,
)
from codegen.errors import Path, SpecError, shorten
from codegen.plan.literal import either, literal, members_of
from codegen.plan.naming import Names, SchemaNames
from codegen.unions import is_array, is_class, is_map, kinds_read, leaves, needs_choice

_PLAIN = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}
# What stands for a text of a format, where it is given: the text, or what it says.
_FORMATS = {
    "date": "DateLike",
    "date-time": "DateTimeLike",
    "duration": "DurationLike",
    "uuid": "UuidLike",
    "decimal": "DecimalLike",
    "byte": "BytesLike",
}
# What holds other values: the keyword of these, and how its types begin.
_CONTAINERS = {
    "array": ("items", "list[", "Sequence["),
    "object": ("additionalProperties", "dict[str, ", "Mapping[str, "),
}
_INNER = (("properties",), ("additionalProperties",))
# Of what reads an alias, in characters: each name in it is written out.
_LONGEST = 20_000
# Integers below it and its negative are those of 64 bits.
_MOST = 2**63


@dataclass(frozen=True)
class Reader:
    """How a value is read: as a function of it, and as a call.

    Attributes:
        function: an expression that is a function of one value.
        call: the call of it, with `{}` where the value goes.
        reads: the kinds of JSON values that it changes: "object", "array".
        helpers: the functions of the module `reading` that the expression names.
        items: what reads an item, where it reads arrays and nothing else; else "".
    """

    function: str
    call: str
    reads: frozenset[str]
    helpers: frozenset[str] = frozenset()
    items: str = ""

    def __call__(self, value: str) -> str:
        """Write the expression that reads `value`."""
        return self.call.replace("{}", value)


@dataclass(frozen=True)
class Type:
    """What a schema is in Python.

    Attributes:
        annotation: the type of the value in a model.
        written: the type of the value in a TypedDict, where models are welcome too.
        models: the named schemas in `annotation`.
        dicts: the named schemas whose TypedDict is in `written`.
        reader: how the value is read, or None where it stays as it came.
        as_dict: the type of the TypedDict alone, where the schema has one of its own.
        varied: whether values of narrower types fit, while lists of those don't.
    """

    annotation: str
    written: str
    models: frozenset[str] = frozenset()
    dicts: frozenset[str] = frozenset()
    reader: Reader | None = None
    as_dict: str = ""
    varied: bool = False


@dataclass
class Types:
    """The types of all schemas of a document.

    Attributes:
        forms: the schemas whose properties may be files; None for any.
    """

    schemas: dict[str, Any]
    names: Names
    notes: list[str] = field(default_factory=list)
    forms: frozenset[str] | None = None
    _kinds: dict[str, str] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _met: set[str] = field(default_factory=set)
    _sound: set[str] = field(default_factory=set)
    _aliases: dict[str, Type] = field(default_factory=dict)

    def named(self, schemas: Iterable[str]) -> list[SchemaNames]:
        """Return the Python names of schemas, sorted by module."""
        return sorted((self.names[each] for each in schemas), key=lambda n: n.module)

    def target(self, schema: Any) -> Any:
        """Return what a schema refers to, {} where that goes in a circle."""
        seen = set()
        while isinstance(schema, dict) and "$ref" in schema:
            name = schema_name(schema["$ref"], ())
            if name in seen:
                return {}
            seen.add(name)
            schema = self.schemas.get(name)
        return schema

    def kind(self, name: str) -> str:
        """Return what a named schema becomes: object, union, enum or alias."""
        if name not in self._kinds:
            self._kinds[name] = self._kind(self.schemas[name])
        return self._kinds[name]

    def _kind(self, schema: Any) -> str:
        if not isinstance(schema, dict):
            return "alias"
        if is_class(schema):
            return "object"
        key = union_key(schema)
        if key and (
            needs_choice(schema, self.schemas) or all(map(self.is_object, schema[key]))
        ):
            return "union"
        return "enum" if "enum" in schema else "alias"

    def is_object(self, schema: Any) -> bool:
        """Return whether a schema refers to a class, or to a union of classes."""
        is_named = isinstance(schema, dict) and "$ref" in schema
        return is_named and any(
            is_class(leaf) for _, leaf in leaves(schema, self.schemas)
        )

    def of(self, schema: Any, at: Path) -> Type:
        """Return the type of a schema where it is used."""
        if isinstance(schema, bool) or schema == {}:
            return _ANY
        if "$ref" in schema:
            return self._named(schema_name(schema["$ref"], at), at)
        return self.written_out(schema, at)

    def written_out(self, schema: Schema, at: Path) -> Type:
        """Return the type of a schema by what it says, not by its name."""
        if "const" in schema:
            return _same(_constant_annotation(schema["const"], at))
        if "enum" in schema:
            return _same(enum_annotation(schema, at), varied=len(_kinds_of(schema)) > 1)
        key = union_key(schema)
        if key is not None:
            return self._union(schema[key], (*at, key))
        if is_array(schema):
            return self._container("array", schema, at)
        if is_map(schema):
            return self._container("object", schema, at)
        kind = schema.get("type")
        if kind == "string" and (found := _of_text(schema)):
            return _BYTES if found is _FILE and self._is_json(at) else found
        if kind is None:
            return _ANY
        if kind not in _PLAIN:
            raise SpecError(f"{shorten(kind)} is no type of JSON", at=at)
        return _same(_PLAIN[kind], varied=kind == "number")

    def _is_json(self, at: Path) -> bool:
        """Return whether a place is within an object that is sent as JSON."""
        is_inner = at[:1] == ("components",) and at[3:4] in _INNER
        return is_inner and self.forms is not None and at[2] not in self.forms

    def _named(self, name: str, at: Path) -> Type:
        names = self.names[name]
        kind = self.kind(name)
        if kind == "object":
            function = f"models.{names.class_}.from_json"
            return _of_class(name, names, function, frozenset({"object"}))
        if kind == "union":
            reads = kinds_read({"$ref": reference_to(name)}, self.schemas, at)
            return _of_class(name, names, f"models.{names.reader}", reads)
        if kind == "enum":
            varied = len(_kinds_of(self.schemas[name])) > 1
            return Type(names.class_, names.class_, frozenset({name}), varied=varied)
        if name in self._aliases:
            return self._aliases[name]
        if name in self._open:
            self._met.add(name)
            # Its own alias, written as text, may stand within itself.
            return Type(names.class_, names.class_, frozenset({name}))
        self._refuse_empty_circle(name, at)
        before, self._met = self._met, set()
        self._open.append(name)
        try:
            inner = self.of(self.schemas[name], ("components", "schemas", name))
        finally:
            self._open.pop()
            met = self._met - {name}
            self._met = before | met
        if inner.reader is not None and len(inner.reader.call) > _LONGEST:
            raise SpecError(
                "arrays and objects are nested in each other too many times",
                at=("components", "schemas", name),
            )
        # An alias of plain values serves for both; one with models is written out.
        more = inner.dicts or inner.written != inner.annotation
        written = inner.written if more else names.class_
        models = frozenset({name}) | (inner.models if inner.dicts else frozenset())
        reader, as_dict = inner.reader, inner.as_dict
        result = Type(
            names.class_, written, models, inner.dicts, reader, as_dict, inner.varied
        )
        if not met:
            # Seen from within another, a recursive one is not known to its end.
            self._aliases[name] = result
        return result

    def _refuse_empty_circle(self, name: str, at: Path) -> None:
        """Refuse a schema that is itself, with no array or object in between."""
        if name in self._sound:
            return
        seen: set[str] = set()
        pending = [name]
        while pending:
            schema = self.schemas[pending.pop()]
            members = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
            for member in members:
                if "$ref" not in member:
                    continue
                target = schema_name(member["$ref"], at)
                if target == name:
                    raise SpecError(
                        "this schema is defined by nothing but itself", at=at
                    )
                if target not in seen:
                    seen.add(target)
                    pending.append(target)
        self._sound.add(name)

    def _container(self, kind: str, schema: Schema, at: Path) -> Type:
        """Return the type of an array or of an object without named properties."""
        key, start, general = _CONTAINERS[kind]
        inner = schema.get(key, {})
        item = _ANY if isinstance(inner, bool) else self.of(inner, (*at, key))
        # Read-only in a TypedDict, so that a list of one variant is welcome.
        varied = item.varied or item.written != item.annotation
        written = general if varied else start
        reader = _each(f"read_{start.partition('[')[0]}", item.reader, kind)
        return Type(
            f"{start}{item.annotation}]",
            f"{written}{item.written}]",
            item.models,
            item.dicts,
            reader,
            varied=varied,
        )

    def _union(self, members: list[Any], at: Path) -> Type:
        types = [
            self.of(member, (*at, index))
            for index, member in enumerate(members)
            if not is_null(member)
        ]
        if any(type_ == _ANY for type_ in types):
            return _ANY
        null = ["None"] if any(is_null(member) for member in members) else []
        readers = [type_.reader for type_ in types if type_.reader is not None]
        annotation = either([*(t.annotation for t in types), *null])
        return Type(
            annotation,
            either([*(t.written for t in types), *null]),
            frozenset[str]().union(*(t.models for t in types)),
            frozenset[str]().union(*(t.dicts for t in types)),
            _chain(readers, at),
            varied=len(members_of(annotation)) > 1 or any(t.varied for t in types),
        )


def _of_class(
    name: str, names: SchemaNames, function: str, reads: frozenset[str]
) -> Type:
    return Type(
        names.class_,
        f"{names.class_} | {names.dict_}",
        frozenset({name}),
        frozenset({name}),
        Reader(function, function + "({})", reads),
        names.dict_,
    )


def _each(helper: str, item: Reader | None, reads: str) -> Reader | None:
    """Read the items of an array, or the values of an object."""
    if item is None:
        return None
    call = f"{helper}({item.function}, {{}})"
    reader = _by_call(call, frozenset({reads}), item.helpers | {helper})
    return replace(reader, items=item.function if reads == "array" else "")


def _by_call(call: str, reads: frozenset[str], helpers: frozenset[str]) -> Reader:
    function = f"lambda item: {call.replace('{}', 'item')}"
    return Reader(function, call, reads, helpers)


def _chain(readers: list[Reader], at: Path) -> Reader | None:
    """Read one of several kinds of values; each reader lets the others' kinds pass."""
    if len(readers) < 2:
        return readers[0] if readers else None
    kinds = [kind for reader in readers for kind in reader.reads]
    if len(set(kinds)) < len(kinds):
        raise SpecError(
            "nothing tells the arrays or objects of this union apart",
            at=at,
            hint="Give it a name in the overlay.",
        )
    call = "{}"
    for reader in readers:
        call = reader(call)
    helpers = frozenset[str]().union(*(reader.helpers for reader in readers))
    return _by_call(call, frozenset(kinds), helpers)


def _constant_annotation(value: Any, at: Path) -> str:
    """Return the annotation of a constant: a `Literal`, or its type if it has none."""
    written = literal(value, at)
    return f"Literal[{written}]" if _has_literal(value) else type(value).__name__


def _has_literal(value: Any) -> bool:
    """Return whether type checkers know a `Literal` of a value."""
    # mypy knows none of integers that are longer than 64 bits.
    is_long = isinstance(value, int) and not -_MOST <= value < _MOST
    return not is_long and not isinstance(value, float)


def enum_annotation(schema: Schema, at: Path) -> str:
    """Return the annotation of an enum: its values, and any other of their type."""
    values = schema["enum"]
    if not isinstance(values, list) or not values:
        raise SpecError("an enum needs at least one value", at=at)
    parts = []
    for value in values:
        if isinstance(value, bool | int | str) and _has_literal(value):
            parts.append(literal(value, at))
        elif not isinstance(value, int | float):
            raise SpecError(f"{shorten(value)} can't be a value of an enum", at=at)
    kinds = _kinds_of(schema)
    literals = [f"Literal[{', '.join(dict.fromkeys(parts))}]"] if parts else []
    return " | ".join([*literals, *kinds])


def _kinds_of(schema: Schema) -> list[str]:
    return sorted({type(value).__name__ for value in schema["enum"]} - {"bool"})


def _of_text(schema: Schema) -> Type | None:
    """Return the type of a text that is more than a text, if it is."""
    media_type, encoding = schema.get("contentMediaType"), schema.get("contentEncoding")
    if str(encoding).lower() == "binary":
        # Bytes as they are: not encoded at all.
        media_type, encoding = media_type or "application/octet-stream", None
    if schema.get("format") == "binary":
        return _FILE
    if encoding is not None:
        is_base64 = str(encoding).lower() == "base64"
        written = "str | FileTypes" if media_type else "BytesLike"
        return Type("str", written) if is_base64 else None
    if media_type is not None:
        # Text that is written in another language is text all the same.
        is_text = is_json(str(media_type)) or str(media_type).startswith("text/")
        return Type("str", "str | FileTypes") if is_text else _FILE
    written = _FORMATS.get(str(schema.get("format")), "")
    return Type("str", written) if written else None


def _same(annotation: str, *, varied: bool = False) -> Type:
    return Type(annotation, annotation, varied=varied)


_ANY = _same("Any")
_FILE = _same("FileTypes", varied=True)
_BYTES = Type("str", "BytesLike")  # for a file in JSON, which has texts only
