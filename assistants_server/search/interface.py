"""What an index does, whatever it is kept in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Iterable, Sequence

    from .chunks import Chunk
    from .hits import Hit

SPARE = 100
"""Candidates beyond those asked for, of each way to search."""


@dataclass(frozen=True)
class Added:
    """What a file takes in the index: chunks, and bytes of text and vectors."""

    chunks: int
    bytes: int


class SearchIndex(Protocol):
    """All vector stores with their files; `Index` describes the methods."""

    # ruff: noqa: D102 - see there
    def close(self) -> None: ...

    def add(
        self,
        vector_store_id: str,
        file_id: str,
        chunks: Iterable[Chunk],
        embeddings: Iterable[array[float]] | None = None,
    ) -> Added: ...

    def remove(self, vector_store_id: str, file_id: str | None = None) -> None: ...

    def files(self) -> set[tuple[str, str]]: ...

    def stores(self) -> set[str]: ...

    def content(self, vector_store_id: str, file_id: str) -> list[Chunk]: ...

    def search(
        self,
        vector_store_ids: Iterable[str],
        query: str | Sequence[str],
        limit: int = 10,
        *,
        file_ids: Collection[str] | None = None,
        score_threshold: float = 0.0,
        ranker: str = "auto",
    ) -> list[Hit]: ...
