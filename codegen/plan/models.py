"""Plan the modules of named schemas: classes, unions, enums and other aliases."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field, replace
from typing import Any

from codegen.document import Schema, is_null, union_key
from codegen.errors import Path, json_path, shorten
from codegen.identifiers import free, identifier, with_signs
from codegen.plan.literal import literal, string
from codegen.plan.naming import SchemaNames
from codegen.plan.types import Reader, Types, enum_annotation
from codegen.plan.unions import Union, plan_union

# What the body of a class needs for itself: an attribute must not hide it.
_TAKEN = {
    *("additional_properties", "bool", "classmethod", "datetime", "dict"),
    *("field", "float", "from_dict", "from_json", "int", "list", "property", "str"),
    *("is_set", "model_copy", "model_dump", "model_dump_json", "model_fields_set"),
    *("to_dict", "to_json", "tuple"),
}

SWITCH = "stream"
"""The property of a body that asks for a stream of events."""
# Which function of the module `datetimes` understands a format.
_TIMES = {"unixtime": "from_unixtime", "date-time": "from_isoformat"}


@dataclass(frozen=True)
class Field:
    """One property of an object.

    Attributes:
        datetime: the derived property that is the time as a datetime, "" without one.
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

    @property
    def model(self) -> str:
        """Name the class that an object of the property is read as, "" without one.

        Reading it at once saves a call; most of the time that reading a page takes goes
        into those.
        """
        function = self.reader.function if self.reader else ""
        model = function.removesuffix(".from_json")
        return model if model != function else ""

    @property
    def in_call(self) -> str:
        """Write its annotation for a TypedDict that is made by a call."""
        required = self.required
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
    known: list[SchemaNames] = field(default_factory=list)

    @property
    def options(self) -> list[Field]:
        """Return the fields of a body that get a TypedDict of their own.

        A method that names the others, the required ones and the switch for a stream,
        can take these as `Unpack[...]`.
        """
        if not self.is_body or self.dict_by_call:
            return []
        left = [f for f in self.fields if not f.required and f.key != SWITCH]
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
        return [self.names.class_]

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
        return SchemaModule(
            "enum", types.names[name], description, annotation=annotation
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
    return replace(field, name=name, datetime=datetime)


def _attribute(key: str) -> str:
    """Return what the attribute of a property is called, if no other one is."""
    name = identifier(key)
    return name + "_" if name in _TAKEN else name


def _field(
    types: Types, key: str, schema: Any, at: Path, required: bool
) -> tuple[Field, frozenset[str], frozenset[str]]:
    type_ = types.of(schema, at)
    constant = isinstance(schema, dict) and "const" in schema
    if not required:
        default = "ABSENT"
    else:
        default = literal(schema["const"], at) if constant else ""
    planned = Field(
        key=key,
        quoted=string(key),
        name=_attribute(key),
        annotation=type_.annotation,
        written=type_.written,
        required=required,
        default=default,
        description=_description(schema),
        reader=type_.reader,
        time=_TIMES.get(_time_format(schema) or ""),
    )
    return planned, type_.models, type_.dicts


def _time_format(schema: Any) -> str | None:
    """Return the format by which a value is a point in time, if it is one or null."""
    if not isinstance(schema, dict):
        return None
    if schema.get("format") in ("unixtime", "date-time"):
        return str(schema["format"])
    key = union_key(schema)
    members = [m for m in schema[key] if not is_null(m)] if key else []
    return _time_format(members[0]) if len(members) == 1 else None


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
