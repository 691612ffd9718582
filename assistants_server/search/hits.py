"""What was found, and how it is put before somebody who reads it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# The share of a chunk that another one has too, from which on it says little more.
_MUCH = 0.3


@dataclass(frozen=True)
class Hit:
    """A chunk that was found.

    Attributes:
        vector_store_id: the store that it is in.
        file_id: the file that it is of.
        score: how well it fits, from 0 to 1.
        text: the chunk.
        start: where it begins in the text of the file, in characters.
    """

    vector_store_id: str
    file_id: str
    score: float
    text: str
    start: int


def distinct(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """Return the best hits, best first, those that repeat better ones last.

    Chunks overlap by half, so each passage is found twice. A chunk that overlaps a
    better one comes after all others, and has at most their scores.

    Args:
        hits: all of them, best first.
        limit: how many to return at most.
    """
    chosen: list[Hit] = []
    repeating: list[Hit] = []
    taken: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    for hit in hits:
        same_file = taken[hit.vector_store_id, hit.file_id]
        if any(_overlap(hit, other) for other in same_file):
            repeating.append(hit)
            continue
        same_file.append(hit)
        chosen.append(hit)
        if len(chosen) == limit:
            return chosen
    least = chosen[-1].score if chosen else 0.0
    lowered = (replace(hit, score=min(hit.score, least)) for hit in repeating)
    return [*chosen, *lowered][:limit]


def _overlap(one: Hit, other: Hit) -> bool:
    """Return whether much of the first is in the second."""
    end = min(one.start + len(one.text), other.start + len(other.text))
    common = end - max(one.start, other.start)
    return common > _MUCH * len(one.text)
