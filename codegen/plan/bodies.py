"""Plan the bodies that a request may have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from codegen.document import (
    Operation,
    is_json,
    media_schemas,
    plain_media_type,
    request_body,
)
from codegen.errors import Path, SpecError, shorten
from codegen.identifiers import called
from codegen.plan.emptiness import sends_empty_object
from codegen.plan.forms import multipart_fields, resolved, urlencoded_fields
from codegen.plan.literal import string
from codegen.plan.types import Type, Types
from codegen.source import Document
from codegen.unions import is_array, is_class, is_map, leaves

_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/"
# What can't be the fields of a form.
_NO_FIELDS = ("array", "string", "integer", "number", "boolean")
_LINES = frozenset(
    {
        *("application/x-ndjson", "application/ndjson", "application/jsonl"),
        *("application/x-jsonl", "application/jsonlines", "application/x-jsonlines"),
    }
)
# RFC 7464, and the suffix of RFC 8091: a mark before each value, a line's end behind.
_SEQUENCE = re.compile(r"application/([^+]+\+)?json-seq\Z")
# What is sent for a range of types, unless the caller says more.
_BYTES = "application/octet-stream"
# The first that a body may be is what is sent where the caller doesn't choose.
_KINDS = ("json", "form", "urlencoded", "lines", "content")
_CONTENT = "bytes | str | PathLike[str] | Iterable[bytes] | AsyncIterable[bytes]"
# What the client says by itself of a body of a kind.
_IMPLIED = {
    "json": (string("application/json"),),
    "form": (string("multipart/form-data"),),
    "urlencoded": (string(_URLENCODED),),
}


@dataclass(frozen=True)
class Body:
    """One media type that a request body may have.

    Attributes:
        media_type: what is sent as its type, as a literal.
        is_range: whether the document has a range in its place, such as `image/*`, or
            what lacks a boundary that the caller alone knows.
        fields: the fields of a form that are not written as usual, as arguments.
        empty: whether an empty object is sent where there is no body.
        shape: what the caller gives: "object", "array", or what is "written" already;
            "" where it may be several of them.
    """

    media_type: str
    kind: str
    annotation: str
    is_range: bool = False
    fields: str = ""
    empty: bool = False
    shape: str = ""

    @property
    def is_sequence(self) -> bool:
        """Return whether a mark stands before each of its values."""
        plain = plain_media_type(self.media_type[1:-1])
        return self.kind == "lines" and _SEQUENCE.match(plain) is not None

    @property
    def typed(self) -> bool:
        """Return whether the type must be said, since sending doesn't imply it."""
        return self.media_type not in _IMPLIED.get(self.kind, ())


def plan_bodies(
    document: Document, types: Types, operation: Operation, used: list[Type]
) -> tuple[list[Body], bool, str]:
    """Return the bodies, whether there has to be one, and its description."""
    body, at = request_body(document, operation)
    result: dict[str, Body] = {}
    for media_type, schema, place in media_schemas(body, at):
        if not media_type.isprintable():
            raise SpecError(
                f"the media type {shorten(media_type)} can't be sent", at=place[:-1]
            )
        kind = _kind(document, media_type, schema, place)
        annotation = _CONTENT
        if kind == "lines":
            items = items_of(types, schema)
            type_ = types.of(items, place)
            used.append(type_)
            annotation = f"Iterable[{type_.written}]"
        elif kind != "content":
            type_ = types.of(schema, place)
            used.append(type_)
            annotation = type_.written
        fields = ""
        media = body["content"][media_type]
        if kind == "form":
            fields = multipart_fields(document, media, place[:-1])
        elif kind == "urlencoded":
            fields = urlencoded_fields(document, media, place[:-1])
        empty = body.get("required") is not True and sends_empty_object(
            document, operation.method, media_type, schema, place
        )
        is_range = "*" in media_type or (
            kind == "content"
            and media_type.lower().startswith(_MULTIPART)
            and len(body["content"]) == 1
        )
        if "*" in media_type:
            media_type = "application/json" if kind == "json" else _BYTES
        shape = _shape(types, kind, schema)
        planned = Body(
            string(media_type), kind, annotation, is_range, fields, empty, shape
        )
        result.setdefault(media_type, planned)
    if body and not result:
        raise SpecError("a request body needs a media type", at=at)
    ordered = sorted(result.values(), key=lambda b: _KINDS.index(b.kind))
    return ordered, body.get("required") is True, _text(body.get("description"))


def _kind(document: Document, media_type: str, schema: Any, at: Path) -> str:
    if is_json(media_type):
        return "json"
    plain = plain_media_type(called(media_type))
    if is_lines(media_type):
        return "lines"
    if (plain != _URLENCODED and not plain.startswith(_MULTIPART)) or "*" in plain:
        return "content"
    # What has no fields is a form that the caller wrote.
    inside, _ = resolved(document, schema, at)
    if inside.get("type") in _NO_FIELDS:
        return "content"
    return "urlencoded" if plain == _URLENCODED else "form"


def is_lines(media_type: str) -> bool:
    """Return whether a media type is JSON values, one after the other."""
    plain = plain_media_type(called(media_type))
    return plain in _LINES or _SEQUENCE.match(plain) is not None


def _shape(types: Types, kind: str, schema: Any) -> str:
    if kind == "content":
        return "written"
    if kind == "lines":
        return ""
    found = [leaf for _, leaf in leaves(schema, types.schemas)]
    if all(is_class(leaf) or is_map(leaf) for leaf in found):
        return "object"
    return "array" if all(map(is_array, found)) else ""


def items_of(types: Types, schema: Any) -> Any:
    """Return the schema of each value; of an array, that of its items."""
    target = types.target(schema)
    if isinstance(target, dict) and target.get("type") == "array":
        return target.get("items", {})
    return schema


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
