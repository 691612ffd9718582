"""Plan the headers of responses as properties of what an operation returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codegen.document import mapping, resolve
from codegen.errors import Path
from codegen.identifiers import free, identifier
from codegen.plan.literal import docstring, plain_text, string
from codegen.plan.parameters import noted
from codegen.plan.types import Types
from codegen.source import Document

# What a response has already, and what the class of it names.
_TAKEN = (
    *("Any", "bool", "content", "datetime", "float", "headers", "int", "list"),
    *("parsed", "property", "status_code", "str"),
)
# How a header is read, by the type of its schema, and what that gives.
_READERS = {
    "string": ("header_text", "str | None"),
    "integer": ("header_int", "int | None"),
    "number": ("header_float", "float | None"),
    "boolean": ("header_bool", "bool | None"),
    "array": ("header_list", "list[str] | None"),
}
_FORMATS = {
    "date-time": ("header_datetime", "datetime | None"),
}


@dataclass(frozen=True)
class Header:
    """A header of a response.

    Attributes:
        reader: the function that reads it.
    """

    quoted: str
    name: str
    annotation: str
    reader: str
    description: str

    @property
    def docstring(self) -> str:
        """Write the docstring of its property."""
        name = plain_text(self.quoted[1:-1])
        first = f"Return the header {name}, None where it is missing or no such value."
        return docstring(first, self.description, indent=8)


def plan_headers(
    document: Document, types: Types, described: list[tuple[dict[str, Any], Path]]
) -> list[Header]:
    """Plan the headers of all responses of an operation, each once."""
    found: dict[str, Header] = {}
    taken = dict.fromkeys(_TAKEN, "")
    for headers, at in described:
        for name, data in headers.items():
            place = (*at, "headers", name)
            # Its media type is no fact about a response that says it anyway.
            if name.lower() in found or name.lower() == "content-type":
                continue
            data, place = resolve(document, mapping(data, place), place, "headers")
            reader, annotation = _reader(types, data)
            wanted = identifier(name)
            attribute = free(wanted, taken, f"{wanted.rstrip('_')}_header")
            taken[attribute] = name
            found[name.lower()] = Header(
                string(name),
                attribute,
                annotation,
                reader,
                _text(noted(data, "description")),
            )
    return [*found.values()]


def _reader(types: Types, data: dict[str, Any]) -> tuple[str, str]:
    """Return what reads a header, and the type of what it gives."""
    if data.get("content"):
        return "header_json", "Any"
    schema = types.target(data.get("schema") or {})
    schema = schema if isinstance(schema, dict) else {}
    kind = str(schema.get("type", "string"))
    usual = _READERS.get(kind, _READERS["string"])
    return _FORMATS.get(str(schema.get("format")), usual) if kind == "string" else usual


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
