"""Items by position and properties by pattern, as those of any place and name.

No type in Python says more of them. What may stand in one of the places is allowed in
all, so that nothing right is taken for wrong.
"""

from __future__ import annotations

import json
from typing import Any

from codegen.document import Schema, count_rewrites
from codegen.errors import Path
from codegen.source import Document

# How a schema that allows nothing is written here.
_NOTHING: tuple[Any, ...] = (False, {"not": {}})
# Patterns that each name has, but for those of nothing or of blanks alone.
_EVERY = {"", ".*", "^.*$", ".+", "^.+$", "^.*", ".*$", r"\S", r"\S+"}


def containers(document: Document) -> tuple[Document, int]:
    """Write items by position and properties by pattern as those of any place."""

    def rule(schema: Schema, at: Path) -> Schema:
        if isinstance(schema.get("prefixItems"), list):
            _without_positions(schema)
        if isinstance(schema.get("patternProperties"), dict):
            _without_patterns(schema)
        return schema

    return count_rewrites(document, rule)


def _without_positions(schema: Schema) -> None:
    members = schema.pop("prefixItems")
    rest, most = schema.get("items", True), schema.get("maxItems")
    if rest in _NOTHING:
        most = schema["maxItems"] = min(len(members), most or len(members))
    has_more = not isinstance(most, int) or most > len(members)
    schema["items"] = _one_of([*members, rest] if has_more else members)


def _without_patterns(schema: Schema) -> None:
    patterns = schema.pop("patternProperties")
    if not patterns:
        return
    members = [*patterns.values()]
    if not patterns.keys() & _EVERY:
        members.append(schema.get("additionalProperties", True))
    schema.setdefault("type", "object")
    schema["additionalProperties"] = _one_of(members)


def _one_of(members: list[Any]) -> Any:
    """Return a schema of what one of several allows."""
    if any(member is True or member == {} for member in members):
        return {}
    told = {json.dumps(m, sort_keys=True): m for m in members if m not in _NOTHING}
    found = [*told.values()]
    if not found:
        return {"not": {}}
    return found[0] if len(found) == 1 else {"anyOf": found}
