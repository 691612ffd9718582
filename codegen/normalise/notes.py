"""Keywords that say nothing about which values are accepted."""

from __future__ import annotations

from typing import Any

from codegen.document import Schema
from codegen.normalise.nullable import NAME

_NOTES = {
    *("description", "title", "default", "deprecated", "readOnly", "writeOnly"),
    *("example", "examples", "externalDocs", "discriminator", NAME),
}


def is_note(key: str) -> bool:
    """Return whether a keyword says nothing about which values are accepted."""
    return key in _NOTES or key.startswith("x-")


def without_notes(schema: Any) -> Schema:
    """Return what a schema says about values."""
    return {k: v for k, v in schema.items() if not is_note(k)}
