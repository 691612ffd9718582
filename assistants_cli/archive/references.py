"""What objects name: assistants, files and vector stores that belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .source import is_id

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMED = {
    "assistant_id": "assistant",
    "file_id": "file",
    "file_ids": "file",
    "vector_store_id": "vector_store",
    "vector_store_ids": "vector_store",
}
# What users write themselves, where a name may mean anything.
_THEIRS = ("metadata", "metadata_", "attributes", "arguments", "output", "parameters")


def references(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the kinds and ids of what an object names, at any depth."""
    left = [value]
    while left:
        here = left.pop()
        if isinstance(here, list):
            left += here
        elif isinstance(here, dict):
            for name, inner in here.items():
                if name in _NAMED:
                    yield from _ids(_NAMED[name], inner)
                elif name == "connected_agent" and isinstance(inner, dict):
                    # A tool of Foundry's that is another assistant.
                    yield from _ids("assistant", inner.get("id"))
                elif name not in _THEIRS and isinstance(inner, dict | list):
                    left.append(inner)


def _ids(kind: str, value: Any) -> Iterator[tuple[str, str]]:
    for each in value if isinstance(value, list) else [value]:
        if is_id(each):
            yield kind, each
