"""Whether a value fits the document, by a validator that isn't ours and is fast."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator

from harness.contract.document import DOCUMENT, PREFIX, SCHEMAS

_NAME = "urn:document"


def is_valid(value: Any, schema: str) -> bool:
    """Return whether JSON data fits a named schema of the document."""
    try:
        return _fast(schema).is_valid(value)
    except UnicodeEncodeError:
        # Half of a pair of surrogates is no text for it, but is for Python.
        return thorough(schema).is_valid(value)


@cache
def thorough(schema: str) -> Draft202012Validator:
    """Return a validator with good messages, which takes a hundred times longer.

    Raises:
        KeyError: the document has no such schema.
    """
    return Draft202012Validator(_whole(schema))


@cache
def _fast(schema: str) -> jsonschema_rs.Draft202012Validator:
    if schema not in SCHEMAS:
        raise KeyError(f"the document has no schema {schema!r}")
    found = {"$ref": f"{_NAME}{PREFIX}{schema}"}
    return jsonschema_rs.Draft202012Validator(found, registry=_registry())


@cache
def _registry() -> jsonschema_rs.Registry:
    """Return the document, read once for the validators of all schemas."""
    document = {"components": DOCUMENT["components"]}
    return jsonschema_rs.Registry([(_NAME, document)], draft=jsonschema_rs.Draft202012)


def _whole(schema: str) -> dict[str, Any]:
    if schema not in SCHEMAS:
        raise KeyError(f"the document has no schema {schema!r}")
    return {"$ref": f"{PREFIX}{schema}", "components": DOCUMENT["components"]}
