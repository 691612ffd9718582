"""Plan the parameters of an operation as arguments, and how each is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from codegen.document import Operation, is_json, mapping, parameters
from codegen.errors import Path, SpecError, json_path, shorten
from codegen.identifiers import free, identifier, with_signs
from codegen.plan.defaults import default_of
from codegen.plan.literal import either, members_of, string
from codegen.plan.types import Type, Types
from codegen.source import Document

# Arguments that functions have, and what they name where arguments are in sight.
_TAKEN = {
    *("as_json", "as_json_header", "as_json_segment", "asyncio_detailed", "body"),
    *("bool", "build_request", "build_stream_request", "bytes", "check_body"),
    *("client", "cookie"),
    *("date", "datetime", "Decimal", "deep", "deprecated", "detailed", "dict"),
    *("exploded", "exploded_cookie", "exploded_label", "exploded_matrix"),
    *("fill_path", "float", "form", "int", "joined", "json_cookie", "label", "list"),
    *("matrix", "media_type", "multipart", "or_empty", "pairs", "parse_event"),
    *("parse_response", "piped", "request", "reserved", "result", "spaced", "str"),
    *("success", "sync_detailed", "texts", "timedelta", "to_json", "urlencoded"),
    *("UUID", "with_stream"),
}
FORM = "application/x-www-form-urlencoded"
IN_PATH = re.compile(r"\{([^{}]*)\}")
_LOCATIONS = ("path", "query", "header", "cookie")
_DEFAULT_STYLES = {
    "path": "simple",
    "query": "form",
    "header": "simple",
    "cookie": "form",
}
# The helpers that write a parameter: its items and properties together, or apart.
_STYLES = {
    "path": {
        "simple": ("", "exploded"),
        "label": ("label", "exploded_label"),
        "matrix": ("matrix", "exploded_matrix"),
    },
    "query": {
        "form": ("joined", "form"),
        "spaceDelimited": ("spaced", "form"),
        "pipeDelimited": ("piped", "form"),
        "deepObject": ("deep", "deep"),
    },
    "header": {"simple": ("", "pairs")},
    "cookie": {
        "form": ("cookie", "exploded_cookie"),
        "cookie": ("cookie", "exploded_cookie"),
    },
}
_JSON = {
    "path": "as_json_segment",
    "query": "as_json",
    "header": "as_json_header",
    "cookie": "json_cookie",
}
# The helpers that take the name of the parameter, too.
_NAMING = {"matrix", "exploded_matrix"}


@dataclass(frozen=True)
class Parameter:
    """One parameter as an argument.

    Attributes:
        style: the helper that writes it, "" where it needs none.
        default: the value that is sent where none is given, as code.
        assumed: the value that a server takes then, for people.
        reserved: whether reserved characters stay as they are.
        empty: whether nothing is sent as its name alone.
    """

    quoted: str
    name: str
    location: str
    annotation: str
    required: bool
    description: str
    style: str
    default: str = ""
    assumed: str = ""
    deprecated: bool = False
    reserved: bool = False
    empty: bool = False

    @property
    def must(self) -> bool:
        """Return whether the caller has to give it."""
        return self.required and not self.default

    @property
    def described(self) -> str:
        """Return what is said of it, its default and its deprecation with it."""
        parts = [self.description.strip()]
        parts += [f"(default: {self.assumed})"] if self.assumed else []
        parts += ["Deprecated."] if self.deprecated else []
        return " ".join(filter(None, parts))

    @property
    def written(self) -> str:
        """Write the value as its place takes it."""
        if self.location == "query":
            found = f"{self.style}({self.quoted}, {self.name})"
            if self.reserved:
                found = f"reserved({found})"
            return (
                f"or_empty({self.quoted}, {self.name}, {found})"
                if self.empty
                else found
            )
        if self.location == "cookie" or self.style in _NAMING:
            return f"{self.style}({self.quoted}, {self.name})"
        return f"{self.style}({self.name})" if self.style else self.name


def plan_parameters(
    document: Document, types: Types, operation: Operation, used: list[Type]
) -> list[Parameter]:
    """Plan all parameters; those of the path come first.

    Args:
        document: the document.
        types: the types of its schemas.
        operation: whose they are.
        used: gets the types of the parameters.
    """
    result: list[Parameter] = []
    taken: dict[str, str] = {}
    found = [*parameters(document, operation)]
    for data, at in _in_path(types, operation, found):
        key, location = data.get("name"), data.get("in")
        if location == "querystring":
            raise SpecError(f"a whole query string is written as {FORM} only", at=at)
        if not isinstance(key, str) or location not in _LOCATIONS:
            raise SpecError("a parameter needs a name and a known place", at=at)
        schema = data.get("schema")
        if schema is None:
            # The other way to describe one: JSON within the parameter. What is written
            # in another language is a text for all that is known here.
            content = mapping(data.get("content"), at)
            media: dict[str, Any] = next(iter(content.values()), {})
            schema = media.get("schema", {})
            if (
                content
                and not any(map(is_json, content))
                and not _is_plain(types, schema)
            ):
                schema = {"type": "string"}
        type_ = types.of(schema, (*at, "schema"))
        used.append(type_)
        wanted = _argument(key)
        others = (_argument(with_signs(key)), f"{wanted.rstrip('_')}_{location}")
        name = free(wanted, taken, *others)
        if name != wanted:
            types.notes.append(
                f"{json_path(at)} is {name}: {shorten(taken[wanted])} needs {wanted}"
            )
        taken[name] = key
        annotation = type_.written
        if location == "path":
            # A path always has them, and a segment that is null would be another path.
            annotation = either(m for m in members_of(annotation) if m != "None")
        required = data.get("required") is True or location == "path"
        code, assumed = default_of(types, schema, at)
        empty = location == "query" and data.get("allowEmptyValue") is True
        if empty and "str" not in members_of(annotation):
            annotation = either([*members_of(annotation), 'Literal[""]'])
        result.append(
            Parameter(
                quoted=string(key),
                name=name,
                location=location,
                annotation=annotation,
                required=required,
                description=_text(noted(data, "description")),
                style=_style(data, location, at),
                default=code if required else "",
                assumed=assumed,
                deprecated=noted(data, "deprecated") is True,
                reserved=location == "query" and data.get("allowReserved") is True,
                empty=empty,
            )
        )
    order = {location: index for index, location in enumerate(_LOCATIONS)}
    return sorted(
        result, key=lambda p: (order[p.location], p.location == "path" and not p.must)
    )


def noted(data: dict[str, Any], key: str) -> Any:
    """Return what is noted of a parameter or header, at itself or at its schema."""
    schema = data.get("schema")
    beside = schema if isinstance(schema, dict) else {}
    return data.get(key) or beside.get(key)


def _is_plain(types: Types, schema: Any) -> bool:
    """Return whether a value has one text that stands for it, whatever its language."""
    target = types.target(schema)
    kind = target.get("type") if isinstance(target, dict) else None
    return kind in ("string", "integer", "number", "boolean")


def _argument(key: str) -> str:
    """Return what the argument of a parameter is called, if no other one is."""
    name = identifier(key)
    return f"{name}_" if name in _TAKEN else name


def _style(data: dict[str, Any], location: str, at: Path) -> str:
    """Name the helper that writes a parameter, "" where it needs none."""
    if any(map(is_json, data.get("content") or ())):
        return _JSON[location]
    style = data.get("style", _DEFAULT_STYLES[location])
    explode = data.get("explode", style in ("form", "deepObject", "cookie"))
    helpers: dict[str, tuple[str, str]] = _STYLES[location]
    if style not in helpers:
        raise SpecError(
            f"the style {shorten(style)} is not one of {', '.join(helpers)}",
            at=at,
            keyword="style",
        )
    together, apart = helpers[style]
    return apart if explode else together


def _in_path(
    types: Types, operation: Operation, found: list[tuple[Any, Path]]
) -> list[tuple[Any, Path]]:
    """Return the parameters without those of a path that has no place for them.

    A place without a parameter gets one: a text.
    """
    places = dict.fromkeys(IN_PATH.findall(operation.path))
    kept = []
    for data, at in found:
        if data.get("in") == "path" and places.pop(data.get("name"), "") is not None:
            named = shorten(data.get("name"))
            types.notes.append(f"{json_path(at)} is left out: no {named} in the path")
        else:
            kept.append((data, at))
    for name in places:
        at = operation.at
        types.notes.append(f"{json_path(at)} has no parameter {shorten(name)}: a text")
        data = {"name": name, "in": "path", "schema": {"type": "string"}}
        kept.append((data, at))
    return kept


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
