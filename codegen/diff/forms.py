"""The one form in which two pieces of documents are compared for being the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from codegen.document import reference_to

# Lists in which the order says nothing that code depends on.
_UNORDERED = {"anyOf", "oneOf", "enum", "required", "security", "tags"}
# Data of the API, in which names of keywords are nothing special.
_DATA = {"default", "const", "enum", "example", "examples"}
# Values of these keys are maps whose keys are names, not keywords.
_NAME_MAPS = {"properties", "patternProperties", "content", "headers", "responses"}

Names = Mapping[str, str]
"""What schemas of the new document are called in the old one, where that differs."""


def form(value: Any, names: Names) -> str:
    """Write a piece of a document so that what means the same reads the same."""
    return json.dumps(_plain(value, names), sort_keys=True)


def same(old: Any, new: Any) -> bool:
    """Tell whether two values are the same for JSON: 1 is not true."""
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)


def _plain(value: Any, names: Names, *, are_names: bool = False) -> Any:
    if isinstance(value, list):
        return [_plain(item, names) for item in value]
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for key, child in value.items():
        if are_names:
            result[key] = _plain(child, names)
        elif key == "$ref" and isinstance(child, str):
            result[key] = _renamed(child, names)
        elif key == "mapping" and isinstance(child, dict):
            result[key] = {k: _renamed(v, names) for k, v in child.items()}
        elif key in _DATA:
            result[key] = child
        else:
            result[key] = _plain(child, names, are_names=key in _NAME_MAPS)
        if key in _UNORDERED and isinstance(child, list) and not are_names:
            items = [json.dumps(item, sort_keys=True) for item in result[key]]
            result[key] = sorted(items)
    return result


def _renamed(reference: Any, names: Names) -> Any:
    prefix = reference_to("")
    if names and isinstance(reference, str) and reference.startswith(prefix):
        name = reference.removeprefix(prefix)
        return prefix + names.get(name, name)
    return reference
