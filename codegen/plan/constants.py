"""Plan names for the values of enums, where a document gives them."""

from __future__ import annotations

import keyword
from typing import Any

from codegen.document import Schema
from codegen.identifiers import free, words
from codegen.plan.literal import literal, plain_text
from codegen.plan.naming import Names

NAMES = ("x-enum-varnames", "x-enumNames")
DESCRIPTIONS = ("x-enum-descriptions", "x-enumDescriptions")


def named_values(
    schema: Schema, class_: str, names: Names
) -> tuple[str, list[tuple[str, str, str]]] | None:
    """Return a class for the values of an enum: its name, and its members.

    Members are a name, a value as a literal, and a description. None where the document
    gives no names.
    """
    values = [value for value in schema["enum"] if value is not None]
    said = _said(schema, NAMES, values)
    if not said:
        return None
    described = _said(schema, DESCRIPTIONS, values)
    taken = {"mro": ""}
    members: list[tuple[str, str, str]] = []
    for name, value in zip(said, values, strict=True):
        wanted = name if _is_name(name) else "_".join(words(name)).upper()
        wanted = f"N{wanted}" if wanted[:1].isdigit() else wanted
        member = free(wanted, taken)
        taken[member] = name
        text = plain_text(described[len(members)]) if described else ""
        members.append((member, literal(value), text))
    return names.more(f"{class_}Names"), members


def _said(schema: Schema, keys: tuple[str, ...], values: list[Any]) -> list[str]:
    """Return what is said of each value, in their order; nothing if not of all."""
    for key in keys:
        found = schema.get(key)
        if isinstance(found, dict):
            found = [found.get(str(value), "") for value in values]
        if isinstance(found, list) and len(found) == len(values):
            return [str(each) for each in found]
    return []


def _is_name(name: str) -> bool:
    is_plain = name.isascii() and name.isidentifier() and not name.startswith("_")
    return is_plain and not keyword.iskeyword(name)
