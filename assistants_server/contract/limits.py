"""Limits of the API that its document has only in words, not in its schemas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .._api import document

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALLEST_PAGE, LARGEST_PAGE = 1, 100
MOST_ITEMS = {
    **dict.fromkeys(("messages", "additional_messages"), 1000),
    **dict.fromkeys(("content", "attachments", "tool_outputs"), 1000),
    "query": 100,
}
"""How many items arrays have that the document leaves unlimited: what is done with all
of them is done at once, and others wait."""
METADATA_PAIRS = 16
METADATA_KEY = 64
METADATA_VALUE = 512
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}\Z")


def tools_of_run() -> int:
    """Return how many tools a run may have; an assistant may have more."""
    run = document()["components"]["schemas"]["RunObject"]
    most: int = run["properties"]["tools"]["maxItems"]
    return most


def attachments_violation(body: Any) -> tuple[str, str] | None:
    """Find whether the messages of a body have too many attachments together."""
    holder: Any = body.get("thread") or body
    messages = (holder.get("messages") or []) + (body.get("additional_messages") or [])
    count = sum(len(each.get("attachments") or ()) for each in messages)
    most = MOST_ITEMS["attachments"]
    if count <= most:
        return None
    return "$", f"expected at most {most} attachments in all, found {count}"


def violations(body: Any, path: str = "$") -> Iterator[tuple[str, str]]:
    """Find where a body, valid by its schema, exceeds the limits.

    Properties that the document doesn't know may hold anything, so nothing is assumed
    about them.

    Yields:
        Where, as JSON path, and what was expected.
    """
    match body:
        case list():
            for index, item in enumerate(body):
                yield from violations(item, f"{path}[{index}]")
        case {"type": "function", "function": {"name": str()} as function, **others}:
            if not others:
                yield from _of_named(function, f"{path}.function", "parameters")
        case {"type": "json_schema", "json_schema": {"name": str()} as format}:
            yield from _of_named(format, f"{path}.json_schema", "schema")
        case dict():
            for name, value in body.items():
                most = MOST_ITEMS.get(name)
                if most is not None and isinstance(value, list) and len(value) > most:
                    limit = f"expected at most {most} items, found {len(value)}"
                    yield f"{path}.{name}", limit
                if name == "metadata" and isinstance(value, dict):
                    yield from _of_metadata(value, f"{path}.{name}")
                elif name == "chunking_strategy":
                    yield from _of_chunks(value, f"{path}.{name}")
                elif name != "tool_choice":
                    yield from violations(value, f"{path}.{name}")


def _of_chunks(strategy: Any, path: str) -> Iterator[tuple[str, str]]:
    match strategy:
        case {
            "static": {
                "max_chunk_size_tokens": int() as size,
                "chunk_overlap_tokens": int() as overlap,
            }
        } if not 0 <= overlap <= size // 2:
            limit = f"expected 0 to {size // 2}, half of a chunk, found {overlap}"
            yield f"{path}.static.chunk_overlap_tokens", limit


def _of_metadata(pairs: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    if len(pairs) > METADATA_PAIRS:
        yield path, f"expected at most {METADATA_PAIRS} pairs, found {len(pairs)}"
    for key, value in pairs.items():
        if len(key) > METADATA_KEY:
            limit = f"expected keys of at most {METADATA_KEY} characters"
            yield path, f"{limit}, found one of {len(key)}"
        if isinstance(value, str) and len(value) > METADATA_VALUE:
            limit = f"expected at most {METADATA_VALUE} characters"
            yield f"{path}[{key[:METADATA_KEY]!r}]", f"{limit}, found {len(value)}"


def _of_named(
    holder: dict[str, Any], path: str, keyword: str
) -> Iterator[tuple[str, str]]:
    """Check the name of a function or a format, and the schema that it may have."""
    if not _NAME.match(holder["name"]):
        limit = "expected 1 to 64 letters, digits, underscores and hyphens"
        yield f"{path}.name", limit
    if holder.get(keyword) is None:
        return
    # With jsonschema behind it, importing this takes longer than all else of the
    # server, and most requests don't need it.
    from .json_schemas import schema_error

    problem = schema_error(holder[keyword])
    if problem:
        yield f"{path}.{keyword}", f"expected a JSON schema: {problem}"
