"""The operations of the API, as the document that comes with the package has them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from ._api import document

# Files, vector stores and models are in the document, but not served yet.
SERVED = ("/assistants", "/threads")

_STREAM = "text/event-stream"
_JSON = "application/json"


@dataclass(frozen=True)
class Parameter:
    """A query parameter: its name, and its schema without references."""

    name: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        id: the operationId, such as "createRun".
        name: the same in snake case, for Python.
        body: the name of the body's schema; None where it has no body.
        body_required: whether the body must be sent.
        streams: whether it can answer with events.
    """

    id: str
    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: str | None
    body_required: bool
    streams: bool


@cache
def operations() -> tuple[Operation, ...]:
    """Return all operations that are served, in the order of the document."""
    return tuple(
        _operation(path, method, facts)
        for path, item in document()["paths"].items()
        if path.startswith(SERVED)
        for method, facts in item.items()
    )


def _operation(path: str, method: str, facts: dict[str, Any]) -> Operation:
    body: dict[str, Any] = facts.get("requestBody", {})
    schema: Any = body.get("content", {}).get(_JSON, {}).get("schema", {})
    return Operation(
        id=facts["operationId"],
        name=re.sub(r"(?=[A-Z])", "_", facts["operationId"]).lower(),
        method=method.upper(),
        path=path,
        parameters=tuple(
            Parameter(each["name"], _resolved(each["schema"]))
            for each in facts.get("parameters", ())
            if each["in"] == "query"
        ),
        body=schema["$ref"].rpartition("/")[2] if schema else None,
        body_required=body.get("required", False),
        streams=_STREAM in facts["responses"]["200"]["content"],
    )


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with what it refers to in place of its references."""
    resolved: dict[str, Any] = {
        key: _resolved(value) if isinstance(value, dict) else value
        for key, value in schema.items()
    }
    reference = resolved.pop("$ref", None)
    if reference is None:
        return resolved
    target = document()["components"]["schemas"][reference.rpartition("/")[2]]
    return _resolved(target) | resolved
