"""Counts of objects as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final = {
    "assistant": ("assistant", "assistants"),
    "thread": ("thread", "threads"),
    "message": ("message", "messages"),
    "run": ("run", "runs"),
    "step": ("step", "steps"),
    "vector_store": ("vector store", "vector stores"),
    "vector_store_file": ("file in a vector store", "files in vector stores"),
    "file_batch": ("batch", "batches"),
    "batch_file": ("file in a batch", "files in batches"),
    "file": ("file", "files"),
    "content": ("content", "contents"),
    "parsed_content": ("text of a file", "texts of files"),
}


def counts_text(counts: Mapping[str, int]) -> str:
    """Return counts of kinds of objects as a text."""
    kinds = [*_NAMES, *sorted(counts.keys() - _NAMES)]
    found = (counted(kind, counts[kind]) for kind in kinds if counts.get(kind))
    return ", ".join(found) or "nothing"


def counted(kind: str, count: int) -> str:
    """Return how many there are of a kind."""
    one, several = _NAMES.get(kind, (kind, kind))
    return f"{count} {one if count == 1 else several}"
