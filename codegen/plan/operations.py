"""Plan the modules of operations: arguments, request and responses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from codegen.document import (
    Operation,
    is_json,
    mapping,
    media_schemas,
    parameters,
    plain_media_type,
    request_body,
)
from codegen.errors import Path, SpecError, json_path, shorten
from codegen.identifiers import free, identifier, module_name, with_signs
from codegen.plan.emptiness import sends_empty_object
from codegen.plan.forms import form_fields
from codegen.plan.literal import docstring, either, members_of, plain_text, string
from codegen.plan.naming import SchemaNames
from codegen.plan.responses import Responses, plan_responses
from codegen.plan.types import Type, Types
from codegen.source import Document

# Arguments that functions have, and what they name where arguments are in sight.
_TAKEN = {
    *("as_json", "asyncio_detailed", "body", "bool", "bytes", "build_request"),
    *("build_stream_request", "client", "deep", "detailed", "dict", "fill_path"),
    *("float", "form", "int", "joined", "list", "media_type", "multipart"),
    *("parse_event", "parse_response", "request", "result", "str", "success"),
    *("exploded", "exploded_label", "exploded_matrix", "label", "matrix", "pairs"),
    *(
        "piped",
        "spaced",
        "sync_detailed",
        "texts",
        "to_json",
        "urlencoded",
        "with_stream",
    ),
}
_IN_PATH = re.compile(r"\{([^{}]*)\}")
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
    "cookie": {"form": ("", "")},
}
_FORMS = {
    "multipart/form-data": "form",
    "application/x-www-form-urlencoded": "urlencoded",
}
# The first that a body may be is what is sent where the caller doesn't choose.
_BODY_KINDS = ("json", "form", "urlencoded", "content")
_DEFAULT_TAG = "default"


@dataclass(frozen=True)
class Parameter:
    """One parameter as an argument."""

    quoted: str
    name: str
    location: str
    annotation: str
    required: bool
    description: str
    style: str

    @property
    def written(self) -> str:
        """Write the value in a path or a header, by the helper of its style."""
        name = f"{self.quoted}, " if self.style.endswith("matrix") else ""
        return f"{self.style}({name}{self.name})" if self.style else self.name


@dataclass(frozen=True)
class Body:
    """One media type that a request body may have.

    Attributes:
        fields: the fields of a form that are no plain text, by how they are written.
        empty: whether an empty object is sent where there is no body.
    """

    media_type: str
    kind: str
    annotation: str
    fields: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    empty: bool = False

    @property
    def typed(self) -> bool:
        """Return whether the type must be said, since sending doesn't imply it."""
        implied = self.kind in ("form", "urlencoded")
        return not implied and self.media_type != '"application/json"'


@dataclass(frozen=True)
class OperationModule:
    """A module of the package `api`."""

    operation_id: str
    name: str
    tag: str
    tag_title: str
    method: str
    path: str
    path_expression: str
    summary: str
    description: str
    parameters: list[Parameter]
    bodies: list[Body]
    body_required: bool
    body_description: str
    responses: Responses
    models: list[SchemaNames]
    dicts: list[SchemaNames]
    place: Path = field(default=())

    def located(self, location: str) -> list[Parameter]:
        """Return the parameters of one location."""
        return [p for p in self.parameters if p.location == location]

    @property
    def method_name(self) -> str:
        """Return the HTTP method for a text."""
        return self.method.strip('"')

    @property
    def headline(self) -> str:
        """Return the summary, ended as the first line of a docstring is."""
        text = plain_text(self.summary or self.operation_id)
        return text if text[-1:] in (".", "!", "?", ":") else f"{text}."

    @property
    def writes(self) -> bool:
        """Return whether more than JSON and forms is written into a request."""
        written = any(
            body.typed or body.kind in ("urlencoded", "content") for body in self.bodies
        )
        return bool(self.parameters) or written

    @property
    def sends_forms(self) -> bool:
        """Return whether a body of it is a multipart form."""
        return any(body.kind == "form" for body in self.bodies)

    @property
    def body_annotation(self) -> str:
        """Return the type of the body, whatever its media type."""
        return either(body.annotation for body in self.bodies)

    @property
    def media_types(self) -> str:
        """Return the type of the argument that chooses a media type."""
        return f"Literal[{', '.join(body.media_type for body in self.bodies)}]"

    @property
    def uses_models(self) -> bool:
        """Return whether reading a response needs the package of models."""
        calls = [each.call for each in self.responses.all]
        calls += [self.responses.stream.call] if self.responses.stream else []
        return any("models." in call for call in calls)

    @property
    def arguments_docstring(self) -> str:
        """Write the docstring that describes all arguments."""
        described = {p.name: p.description for p in self.located("path")}
        if self.bodies:
            described["body"] = self.body_description or "the body of the request."
        described |= {p.name: p.description for p in self.keywords}
        if len(self.bodies) > 1:
            described["media_type"] = "the form in which the body is sent."
        lines = [
            f"    {n}: {plain_text(d) or 'see the API.'}" for n, d in described.items()
        ]
        return docstring(
            "Build the request without sending it.",
            "\n".join(["Args:", *lines]) if lines else "",
            "Raises:\n    ValueError: an argument of the path is empty."
            if self.located("path")
            else "",
        )

    @property
    def keywords(self) -> list[Parameter]:
        """Return the parameters that are no part of the path, required ones first."""
        others = [p for p in self.parameters if p.location != "path"]
        return sorted(others, key=lambda p: not p.required)


def plan_operation(
    document: Document, types: Types, operation: Operation
) -> OperationModule:
    """Plan the module of one operation."""
    at = operation.at
    used: list[Type] = []
    planned = _parameters(document, types, operation, used)
    bodies, required, description = _bodies(document, types, operation, used)
    responses = plan_responses(document, types, operation)
    models = frozenset[str]().union(*(t.models for t in used)) | responses.models
    dicts = frozenset[str]().union(*(t.dicts for t in used))
    tags = operation.data.get("tags") or [_DEFAULT_TAG]
    return OperationModule(
        operation_id=operation.name,
        name=module_name(operation.name),
        tag=module_name(str(tags[0])),
        tag_title=str(tags[0]),
        method=string(operation.method.upper()),
        path=operation.path,
        path_expression=_path_expression(operation.path, planned, at),
        summary=_text(operation.data.get("summary")),
        description=_text(operation.data.get("description")),
        parameters=planned,
        bodies=bodies,
        body_required=required,
        body_description=description,
        responses=responses,
        models=types.named(models),
        dicts=types.named(dicts),
        place=at,
    )


def _parameters(
    document: Document, types: Types, operation: Operation, used: list[Type]
) -> list[Parameter]:
    result: list[Parameter] = []
    taken: dict[str, str] = {}
    found = [*parameters(document, operation)]
    for data, at in _in_path(types, operation, found):
        key, location = data.get("name"), data.get("in")
        if not isinstance(key, str) or location not in _LOCATIONS:
            raise SpecError("a parameter needs a name and a known place", at=at)
        schema = data.get("schema")
        if schema is None:
            # The other way to describe one: JSON within the parameter.
            content = mapping(data.get("content"), at)
            media: dict[str, Any] = next(iter(content.values()), {})
            schema = media.get("schema", {})
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
        annotation = type_.annotation
        if location == "path":
            # A path always has them, and a segment that is null would be another path.
            annotation = either(m for m in members_of(annotation) if m != "None")
        result.append(
            Parameter(
                quoted=string(key),
                name=name,
                location=location,
                annotation=annotation,
                required=data.get("required") is True or location == "path",
                description=_text(data.get("description")),
                style=_style(data, location, schema, at),
            )
        )
    order = {location: index for index, location in enumerate(_LOCATIONS)}
    return sorted(result, key=lambda p: order[p.location])


def _argument(key: str) -> str:
    """Return what the argument of a parameter is called, if no other one is."""
    name = identifier(key)
    return f"{name}_" if name in _TAKEN else name


def _style(data: dict[str, Any], location: str, schema: Any, at: Path) -> str:
    """Name the helper that writes a parameter, "" where it needs none."""
    style = data.get("style", _DEFAULT_STYLES[location])
    explode = data.get("explode", style in ("form", "deepObject"))
    if data.get("content"):
        return "as_json"
    helpers: dict[str, tuple[str, str]] = _STYLES[location]
    if style not in helpers:
        raise SpecError(
            f"the style {shorten(style)} is not one of {', '.join(helpers)}",
            at=at,
            keyword="style",
        )
    together, apart = helpers[style]
    return apart if explode else together


def _path_expression(path: str, planned: list[Parameter], at: Path) -> str:
    """Write the path with its arguments."""
    if not path.startswith("/"):
        raise SpecError(f"the path {shorten(path)} must begin with a slash", at=at)
    arguments = {p.quoted: p for p in planned if p.location == "path"}

    def named(found: re.Match[str]) -> str:
        return f"{{{arguments[string(found[1])].name}}}"

    literal = string(_IN_PATH.sub(named, path))
    if not arguments:
        return literal
    filled = ", ".join(f"{p.name}={p.written}" for p in arguments.values())
    return f"fill_path({literal}, {filled})"


def _in_path(
    types: Types, operation: Operation, found: list[tuple[Any, Path]]
) -> list[tuple[Any, Path]]:
    """Return the parameters without those of a path that has no place for them.

    A place without a parameter gets one: a text.
    """
    places = dict.fromkeys(_IN_PATH.findall(operation.path))
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


def _bodies(
    document: Document, types: Types, operation: Operation, used: list[Type]
) -> tuple[list[Body], bool, str]:
    body, at = request_body(document, operation)
    result = []
    for media_type, schema, place in media_schemas(body, at):
        kind = _body_kind(media_type)
        annotation = "bytes | str"
        if kind != "content":
            type_ = types.of(schema, place)
            used.append(type_)
            annotation = type_.written
        fields: dict[str, list[str]] = {}
        if kind == "form":
            fields = form_fields(document, body["content"][media_type], place[:-1])
        empty = body.get("required") is not True and sends_empty_object(
            document, operation.method, media_type, schema, place
        )
        result.append(Body(string(media_type), kind, annotation, fields, empty))
    if body and not result:
        raise SpecError("a request body needs a media type", at=at)
    result.sort(key=lambda b: _BODY_KINDS.index(b.kind))
    return result, body.get("required") is True, _text(body.get("description"))


def _body_kind(media_type: str) -> str:
    if is_json(media_type):
        return "json"
    return _FORMS.get(plain_media_type(media_type), "content")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
