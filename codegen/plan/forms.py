"""Plan how the fields of a form are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.document import Schema, is_json, is_null, mapping, resolve, union_key
from codegen.errors import Path, SpecError, shorten
from codegen.normalise.strip import FIELD_STYLE
from codegen.plan.literal import string
from codegen.source import Document
from codegen.unions import is_array, is_class, is_map

# Unions of one may refer to each other in a circle.
_MOST = 100
# What writes a field in a style: its items and properties together, or apart.
_STYLES = {
    "form": ("joined", "form"),
    "spaceDelimited": ("spaced", "form"),
    "pipeDelimited": ("piped", "form"),
    "deepObject": ("deep", "deep"),
}
_RFC_6570 = ("style", "explode", "allowReserved")


def multipart_fields(document: Document, media: dict[str, Any], at: Path) -> str:
    """Write the arguments that say which fields are not written as usual.

    Args:
        document: the document.
        media: the form as the body of an operation.
        at: its place.
    """
    fields = _Fields(document, media, at)
    found: dict[str, list[str]] = {"files": [], "file_lists": [], "base64_fields": []}
    media_types = {}
    for name, each, inside, item in fields:
        base64 = is_base64(inside) or is_base64(item)
        if base64:
            found["base64_fields"].append(string(name))
        elif is_file(inside):
            # One that may be null is none where it is null.
            if not _may_be_null(each):
                found["files"].append(string(name))
        elif is_file(item):
            found["file_lists"].append(string(name))
        said = fields.encoding(name).get("contentType") or _media_type_of(inside, item)
        if said and (said := _one_of(said)) and not _implied(said, inside, base64):
            media_types[name] = said
    styles = fields.styles()
    deep = [string(name) for name, style in styles.items() if style == "deep"]
    others = {name: style for name, style in styles.items() if style != "deep"}
    lists = {**found, "deep_fields": deep}
    said_of = {n: fields.encoding(n).get("headers") for n, *_ in fields}
    headers = {n: _fixed(document, given, at) for n, given in said_of.items()}
    return "".join(
        [
            *(f", {k}=[{', '.join(names)}]" for k, names in lists.items() if names),
            *_dict("styles", others),
            *_dict("media_types", {k: string(v) for k, v in media_types.items()}),
            *_dict("headers", {k: v for k, v in headers.items() if v}),
        ]
    )


def urlencoded_fields(document: Document, media: dict[str, Any], at: Path) -> str:
    """Write the arguments that say which fields are not written as usual."""
    fields = _Fields(document, media, at)
    styles = fields.styles()
    for name, _, inside, _ in fields:
        said = fields.encoding(name)
        is_whole = is_array(inside) or is_map(inside) or is_class(inside)
        if (
            name not in styles
            and is_json(str(said.get("contentType", "")))
            and is_whole
        ):
            styles[name] = "as_json"
    written = ", ".join(f"{string(name)}: {style}" for name, style in styles.items())
    unescaped = [
        string(n) for n, *_ in fields if fields.encoding(n).get("allowReserved")
    ]
    return (f", {{{written}}}" if styles else "") + (
        f", unescaped=[{', '.join(unescaped)}]" if unescaped else ""
    )


class _Fields:
    """The fields of a form, and what the document says of how they are written."""

    def __init__(self, document: Document, media: dict[str, Any], at: Path) -> None:
        self._at = (*at, "encoding")
        self._encoding = mapping(media.get("encoding"), self._at)
        self._found: dict[str, tuple[str, Any, Schema, Schema]] = {}
        schema, place = resolved(document, media.get("schema"), (*at, "schema"))
        for name, each in (schema.get("properties") or {}).items():
            inside, where = resolved(document, each, (*place, "properties", name))
            item: Schema = {}
            if is_array(inside):
                item, _ = resolved(document, inside.get("items"), (*where, "items"))
            self._found[name] = (name, each, inside, item)
        for name in self._encoding:
            self._found.setdefault(name, (name, {}, {}, {}))

    def __iter__(self) -> Iterator[tuple[str, Any, Schema, Schema]]:
        return iter(self._found.values())

    def encoding(self, name: str) -> dict[str, Any]:
        """Return what is said of a field."""
        return mapping(self._encoding.get(name), (*self._at, name))

    def styles(self) -> dict[str, str]:
        """Name what writes the fields whose style is said."""
        styles = {}
        for name in self._encoding:
            said = self.encoding(name)
            style = said.get("style", said.get(FIELD_STYLE))
            if style is None and not any(key in said for key in _RFC_6570):
                continue
            style = "form" if style is None else style
            if style not in _STYLES:
                known = ", ".join(_STYLES)
                raise SpecError(
                    f"the style {shorten(style)} is not one of {known}",
                    at=(*self._at, name),
                    keyword="style",
                )
            explode = said.get("explode", style == "form")
            styles[name] = _STYLES[style][bool(explode)]
        return styles


def resolved(document: Document, schema: Any, at: Path) -> tuple[Schema, Path]:
    """Return what a schema refers to; of one that may be null as well, the other."""
    for _ in range(_MOST):
        if not isinstance(schema, dict):
            break
        key = union_key(schema)
        others = [] if key is None else [e for e in schema[key] if not is_null(e)]
        if "$ref" in schema:
            schema, at = resolve(document, schema, at, "schemas")
        elif len(others) == 1:
            schema = others[0]
        else:
            return schema, at
    return {}, at


def is_file(schema: Schema) -> bool:
    """Return whether a schema is one of bytes as they are."""
    encoding = str(schema.get("contentEncoding", "")).lower()
    if schema.get("type") != "string" or encoding not in ("", "binary"):
        return False
    if schema.get("format") == "binary":
        return True
    usual = "application/octet-stream" if encoding else "text/plain"
    media_type = str(schema.get("contentMediaType") or usual)
    return not (is_json(media_type) or media_type.startswith("text/"))


def is_base64(schema: Schema) -> bool:
    """Return whether a schema is one of bytes in base64."""
    encoding = str(schema.get("contentEncoding", "")).lower()
    is_byte = schema.get("format") == "byte" or encoding == "base64"
    return schema.get("type") == "string" and is_byte


def _may_be_null(schema: Any) -> bool:
    key = union_key(schema) if isinstance(schema, dict) else None
    return key is not None and any(is_null(each) for each in schema[key])


def _media_type_of(inside: Schema, item: Schema) -> str:
    found = inside.get("contentMediaType") or item.get("contentMediaType") or ""
    return str(found)


def _one_of(said: str) -> str:
    """Return the one media type that is said, "" for several and for a range."""
    said = said.strip()
    is_one = said.isascii() and said.isprintable() and "/" in said
    return said if is_one and "," not in said and "*" not in said else ""


def _implied(media_type: str, schema: Schema, base64: bool) -> bool:
    """Return whether a part has this media type where none is said."""
    if is_file(schema) and not base64:
        # The name of a file tells more.
        return media_type.lower() == "application/octet-stream"
    is_whole = is_class(schema) or is_map(schema)
    return is_whole and media_type.lower() == "application/json"


def _fixed(document: Document, headers: Any, at: Path) -> str:
    """Write the headers of a part that can have one value only."""
    fixed = {}
    for name, header in mapping(headers, at).items():
        header, place = resolve(document, mapping(header, at), at, "headers")
        schema, _ = resolved(document, header.get("schema"), (*place, "schema"))
        if name.lower() == "content-type":
            continue
        enum = schema.get("enum") or []
        values = [schema[key] for key in ("const", "default") if key in schema]
        values += enum if len(enum) == 1 else []
        if (
            values
            and isinstance(values[0], str | int)
            and not isinstance(values[0], bool)
        ):
            fixed[name] = str(values[0])
    pairs = ", ".join(f"{string(k)}: {string(v)}" for k, v in fixed.items())
    return f"{{{pairs}}}" if fixed else ""


def _dict(name: str, values: dict[str, str]) -> list[str]:
    pairs = ", ".join(f"{string(key)}: {value}" for key, value in values.items())
    return [f", {name}={{{pairs}}}"] if values else []
