"""Plan the modules of named schemas: classes, unions, enums and other aliases."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field, replace
from typing import Any

from codegen.document import Schema, is_null, union_key
from codegen.errors import Path, json_path, shorten
from codegen.identifiers import free, identifier, with_signs
from codegen.plan.constants import named_values
from codegen.plan.defaults import default_of
from codegen.plan.literal import literal, string
from codegen.plan.naming import SchemaNames
from codegen.plan.types import Reader, Types, enum_annotation
from codegen.plan.unions import Union, plan_union

# What the body of a class needs for itself: an attribute must not hide it.
_TAKEN = {
    *("additional_properties", "bool", "classmethod", "datetime", "dict"),
    *("field", "float", "from_dict", "from_json", "int", "list", "property", "str"),
    *("is_set", "model_construct", "model_copy", "model_dump", "model_dump_json"),
    *("model_extra", "model_fields_set", "model_validate", "model_validate_json"),
    *("to_dict", "to_json", "tuple"),
}

SWITCH = "stream"
"""The property of a body that asks for a stream of events."""
# Which function of the module `datetimes` understands a format.
_TIMES = {"unixtime": "from_unixtime", "date-time": "from_isoformat"}
# The same of the module `formats`: the end of the name of the derived property, its
# type, by a name that no property has, and what it is read as.
_ACCESSORS = {
    "date": ("as_date", "date", "_date", "a date, or None where it is no date"),
    "duration": (
        "as_timedelta",
        "timedelta",
        "_timedelta",
        "a timedelta, or None where it is no duration",
    ),
    "uuid": ("as_uuid", "uuid", "_UUID", "a UUID, or None where it is no UUID"),
    "decimal": (
        "as_decimal",
        "decimal",
        "_Decimal",
        "a Decimal, or None where it is no number",
    ),
    "byte": ("as_bytes", "bytes", "_bytes", "bytes, or None where it is no base64"),
}


@dataclass(frozen=True)
class Field:
    """One property of an object.

    Attributes:
        required: whether an object that was read has it.
        asked: whether one that is made or sent has to have it.
        datetime: the derived property that is the time as a datetime, "" without one.
        accessor: the derived property that has the type of the format: its name, the
            function that reads it, the type, and the same for people.
    """

    key: str
    quoted: str
    name: str
    annotation: str
    written: str
    required: bool
    default: str
    description: str
    reader: Reader | None
    time: str | None
    datetime: str = ""
    asked: bool = False
    deprecated: bool = False
    accessor: tuple[str, str, str, str] | None = None

    @property
    def read_object(self) -> str:
        """Name what reads an object, "" where it reads nothing or something else too.

        Asking here for what a value is saves a call where it is no object, and where it
        is one: most of the time that reading a page takes goes into those.
        """
        if self.reader is None or self.reader.reads != {"object"}:
            return ""
        function = self.reader.function.replace(".from_json", ".from_dict")
        return function if function.startswith("models.") else ""

    @property
    def constant(self) -> str:
        """Return the text that is its one value as a literal, "" if it isn't.

        An object that was read takes it from the code, so that it isn't kept as often
        as it was sent.
        """
        is_text = self.default.startswith('"')
        is_only = self.annotation == f"Literal[{self.default}]"
        return self.default if is_text and is_only else ""

    @property
    def in_call(self) -> str:
        """Write its annotation for a TypedDict that is made by a call."""
        required = self.asked
        return string(f"Required[{self.written}]" if required else self.written)


@dataclass(frozen=True)
class SchemaModule:
    """A module of the package `models`."""

    kind: str
    names: SchemaNames
    description: str
    models: list[SchemaNames] = field(default_factory=list)
    dicts: list[SchemaNames] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    annotation: str = ""
    quoted: bool = False
    union: Union | None = None
    is_body: bool = False
    deprecated: bool = False
    values: tuple[str, list[tuple[str, str, str]]] | None = None
    known: list[SchemaNames] = field(default_factory=list)

    @property
    def options(self) -> list[Field]:
        """Return the fields of a body that get a TypedDict of their own.

        A method that names the others, the required ones and the switch for a stream,
        can take these as `Unpack[...]`.
        """
        if not self.is_body or self.dict_by_call:
            return []
        left = [f for f in self.fields if not f.asked and f.key != SWITCH]
        return left if len(left) < len(self.fields) else []

    @property
    def models_and_known(self) -> list[SchemaNames]:
        """Return the schemas that are imported for type checkers."""
        return sorted({*self.models, *self.known}, key=lambda names: names.module)

    @property
    def exports(self) -> list[str]:
        """Name what the package `models` exports from this module."""
        if self.kind == "union":
            known = [self.names.known] if self.known else []
            return [self.names.class_, self.names.dict_, *known, self.names.reader]
        if self.kind == "object":
            options = [self.names.options] if self.options else []
            return [self.names.class_, self.names.dict_, *options]
        return [self.names.class_, *([self.values[0]] if self.values else [])]

    @property
    def warns(self) -> bool:
        """Return whether to make one may use something deprecated."""
        return self.deprecated or any(f.deprecated for f in self.fields)

    @property
    def accessors(self) -> list[str]:
        """Name the functions of the module `formats` that the fields need."""
        return sorted({f.accessor[1] for f in self.fields if f.accessor})

    @property
    def helpers(self) -> list[str]:
        """Name the functions of the module `reading` that the fields need."""
        used = {h for f in self.fields if f.reader for h in f.reader.helpers}
        return sorted(used | (self.union.helpers if self.union else frozenset()))

    @property
    def times(self) -> list[str]:
        """Name the functions of the module `datetimes` that the fields need."""
        return sorted({f.time for f in self.fields if f.time})

    @property
    def renamed(self) -> list[Field]:
        """Return the fields whose attribute has another name than the property."""
        return [f for f in self.fields if f.quoted != f'"{f.name}"']

    @property
    def dict_by_call(self) -> bool:
        """Return whether some name can't be written in a class of its own.

        Python takes some letters beyond ASCII for others, and so do people.
        """
        return not all(
            name.isascii()
            and name.isidentifier()
            and not keyword.iskeyword(name)
            and not name.startswith("__")
            for name in (field.key for field in self.fields)
        )


def plan_schema(types: Types, name: str, *, is_body: bool = False) -> SchemaModule:
    """Plan the module of one named schema."""
    kind = types.kind(name)
    at: Path = ("components", "schemas", name)
    schema = types.schemas[name]
    if kind == "object":
        return replace(_object(types, name, schema, at), is_body=is_body)
    if kind == "union":
        return _union(types, name, schema, at)
    description = _description(schema)
    if kind == "enum":
        annotation = enum_annotation(schema, at)
        values = named_values(schema, types.names[name].class_, types.names)
        return SchemaModule(
            "enum",
            types.names[name],
            description,
            annotation=annotation,
            deprecated=schema.get("deprecated") is True,
            values=values,
        )
    if isinstance(schema, bool) or not schema:
        type_ = types.of(schema, at)
    elif "$ref" in schema:
        type_ = types.of({"$ref": schema["$ref"]}, at)
    else:
        type_ = types.written_out(schema, at)
    return SchemaModule(
        "alias",
        types.names[name],
        description,
        models=types.named(type_.models - {name}),
        annotation=type_.annotation,
        # What is imported for type checkers only, or stands within itself, is text.
        quoted=bool(type_.models),
    )


def _object(types: Types, name: str, schema: Schema, at: Path) -> SchemaModule:
    required = set(schema.get("required") or [])
    fields: list[Field] = []
    models: set[str] = set()
    dicts: set[str] = set()
    taken: dict[str, str] = {}
    for key, child in schema["properties"].items():
        place = (*at, "properties", key)
        planned, used, written = _field(types, key, child, place, key in required)
        planned = _named(types, planned, taken, place)
        fields.append(planned)
        models |= used
        dicts |= written
    return SchemaModule(
        "object",
        types.names[name],
        _description(schema),
        deprecated=schema.get("deprecated") is True,
        models=types.named(models - {name}),
        dicts=types.named(dicts - {name}),
        fields=fields,
    )


def _named(types: Types, field: Field, taken: dict[str, str], at: Path) -> Field:
    """Name a field as no other one is, nor what is derived from another."""
    key = field.key
    name = free(field.name, taken, _attribute(with_signs(key)))
    if name != field.name:
        holder = shorten(taken[field.name])
        types.notes.append(f"{json_path(at)} is {name}: {holder} needs {field.name}")
    taken[name] = key
    datetime = ""
    if field.time:
        datetime = free(f"{name}_datetime", taken)
        taken[datetime] = key
    accessor = field.accessor
    if accessor:
        derived = free(f"{name}_{accessor[0]}", taken)
        taken[derived] = key
        accessor = (derived, *accessor[1:])
    return replace(field, name=name, datetime=datetime, accessor=accessor)


def _attribute(key: str) -> str:
    """Return what the attribute of a property is called, if no other one is."""
    name = identifier(key)
    return name + "_" if name in _TAKEN else name


def _field(
    types: Types, key: str, schema: Any, at: Path, required: bool
) -> tuple[Field, frozenset[str], frozenset[str]]:
    type_ = types.of(schema, at)
    said: Schema = schema if isinstance(schema, dict) else {}
    code, assumed = default_of(types, schema, at)
    there = required and said.get("writeOnly") is not True
    asked = required and said.get("readOnly") is not True
    if not asked:
        default = "ABSENT"
    else:
        values = [None] if is_null(said) else [said["const"]] if "const" in said else []
        default = literal(values[0], at) if values else code
    format_ = _format(types, schema)
    found = _ACCESSORS.get(format_)
    about = [_description(schema).strip()]
    about += [f"(default: {assumed})"] if assumed else []
    about += ["Deprecated."] if said.get("deprecated") is True else []
    planned = Field(
        key=key,
        quoted=string(key),
        name=_attribute(key),
        annotation=type_.annotation,
        written=type_.written,
        required=there,
        default=default,
        description=" ".join(filter(None, about)),
        reader=type_.reader,
        time=_TIMES.get(format_),
        asked=asked,
        deprecated=said.get("deprecated") is True,
        accessor=(found[1], found[0], *found[2:]) if found else None,
    )
    return planned, type_.models, type_.dicts


def _format(types: Types, schema: Any) -> str:
    """Return the format of a value that is a text, or a number, or perhaps null."""
    schema = types.target(schema)
    if not isinstance(schema, dict):
        return ""
    if "format" in schema or "contentEncoding" in schema:
        is_base64 = str(schema.get("contentEncoding", "")).lower() == "base64"
        format_ = "byte" if is_base64 else str(schema.get("format"))
        is_time = format_ == "unixtime" or schema.get("type") == "string"
        return format_ if is_time else ""
    key = union_key(schema)
    members = [m for m in schema[key] if not is_null(m)] if key else []
    return _format(types, members[0]) if len(members) == 1 else ""


def _union(types: Types, name: str, schema: Schema, at: Path) -> SchemaModule:
    union = plan_union(types, schema, at)
    return SchemaModule(
        "union",
        types.names[name],
        _description(schema),
        models=types.named(union.models - {name}),
        dicts=types.named(union.dicts - {name}),
        annotation=union.annotation,
        union=union,
        # Type checkers narrow by the discriminator only where no other object may come.
        known=[
            types.names[leaf]
            for leaf in union.leaves
            if union.discriminator and not union.otherwise
        ],
    )


def _description(schema: Any) -> str:
    text = schema.get("description") if isinstance(schema, dict) else None
    return text if isinstance(text, str) else ""
