"""The operations that are served: those of the document, and what else is listed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from .._api import document

_STREAM = "text/event-stream"
_JSON = "application/json"
_FORM = "multipart/form-data"
_DEEP = re.compile(r"([^\[\]]+)\[([^\[\]]+)\]")


@dataclass(frozen=True)
class Parameter:
    """A query parameter: its name, and its schema without references."""

    name: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Form:
    """A body that is a form.

    Attributes:
        file: the field that is a file.
        fields: the schemas of all fields, without references.
    """

    file: str
    fields: dict[str, dict[str, Any]]

    def field(self, name: str) -> tuple[str | None, dict[str, Any]]:
        """Return the schema of a field; of `outer[inner]`, `outer` as well."""
        deep = _DEEP.fullmatch(name)
        outer = self.fields.get(deep[1], {}) if deep else {}
        if deep is None or outer.get("type") != "object":
            return None, self.fields.get(name, {})
        return deep[1], outer["properties"].get(deep[2], {})


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        id: the operationId, such as "createRun".
        name: the same in snake case, for Python.
        body: the name of the body's schema; None where it has no body.
        body_required: whether the body must be sent.
        form: what its body is if it isn't JSON.
        streams: whether it can answer with events.
    """

    id: str
    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: str | None
    body_required: bool
    form: Form | None
    streams: bool


@cache
def operations() -> tuple[Operation, ...]:
    """Return all operations, in the order of the document; then the list of threads."""
    documented = tuple(
        _operation(path, method, facts)
        for path, item in document()["paths"].items()
        for method, facts in item.items()
    )
    return (*documented, _list_threads(documented))


def _list_threads(documented: tuple[Operation, ...]) -> Operation:
    """Return an operation that the document lacks, paged as its other lists are.

    Azure AI Foundry has it too. Whoever looks at threads, or takes them elsewhere, has
    no other way to learn their ids.
    """
    (like,) = (each for each in documented if each.id == "listAssistants")
    return replace(like, id="listThreads", name="list_threads", path="/threads")


def _operation(path: str, method: str, facts: dict[str, Any]) -> Operation:
    body: dict[str, Any] = facts.get("requestBody", {})
    content = body.get("content", {})
    is_form = _FORM in content
    schema: Any = content.get(_FORM if is_form else _JSON, {}).get("schema", {})
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
        form=_form(_resolved(schema)["properties"]) if is_form else None,
        streams=_STREAM in facts["responses"]["200"]["content"],
    )


def _form(fields: dict[str, dict[str, Any]]) -> Form:
    (file,) = (name for name, each in fields.items() if each.get("format") == "binary")
    return Form(file, fields)


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
