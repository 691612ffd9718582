"""Texts cut into chunks, at the ends of paragraphs, sentences or words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

CHARACTERS_OF_TOKEN = 4
"""The server's estimate of a token's length."""
SMALLEST = 100
LARGEST = 4096
# Where a chunk may end, best first, and how much of its length may be given up for it.
_ENDS = (
    (("\n\n",), 0.5),
    (("\n",), 0.3),
    ((". ", "! ", "? ", ".\n", "。", "\uff01", "\uff1f"), 0.3),
    ((" ", "\t", "\n"), 0.2),
)


@dataclass(frozen=True)
class Chunk:
    """A piece of a text.

    Attributes:
        text: the piece.
        start: where it begins in the text, in characters.
    """

    text: str
    start: int


@dataclass(frozen=True)
class Strategy:
    """How long chunks are, in tokens, and how much of one is in the next again."""

    size: int = 800
    overlap: int = 400

    def __post_init__(self) -> None:
        if not SMALLEST <= self.size <= LARGEST:
            raise ValueError(f"a chunk has {SMALLEST} to {LARGEST} tokens")
        if not 0 <= self.overlap <= self.size // 2:
            raise ValueError("chunks overlap by half of their size at most")


def strategy_of(strategy: dict[str, Any] | None) -> Strategy:
    """Return a chunking strategy of the API, `auto` or `static`, as it is used here.

    Raises:
        ValueError: its numbers are outside their limits.
    """
    static = (strategy or {}).get("static")
    if not static:
        return Strategy()
    return Strategy(static["max_chunk_size_tokens"], static["chunk_overlap_tokens"])


def chunks(
    text: str, strategy: Strategy | dict[str, Any] | None = None
) -> Iterator[Chunk]:
    """Yield the chunks of a text, in order; none is longer than the strategy says.

    Args:
        text: the whole text.
        strategy: the strategy, also as the API has it; by default `auto`.

    Raises:
        ValueError: the strategy's numbers are outside their limits.
    """
    if not isinstance(strategy, Strategy):
        strategy = strategy_of(strategy)
    size = strategy.size * CHARACTERS_OF_TOKEN
    overlap = strategy.overlap * CHARACTERS_OF_TOKEN
    start, length = 0, len(text)
    while start < length:
        end = length if length - start <= size else _end(text, start, start + size)
        piece = text[start:end]
        if not piece.isspace():
            yield Chunk(piece.strip(), start + len(piece) - len(piece.lstrip()))
        if end == length:
            return
        # The overlap begins with a word, and there is always progress.
        start = max(_word(text, end - overlap, end), start + 1) if overlap else end


def _end(text: str, start: int, most: int) -> int:
    """Return where a chunk that may go up to `most` ends best."""
    for ends, share in _ENDS:
        least = most - int((most - start) * share)
        found = [text.rfind(end, least, most) + len(end) for end in ends]
        best = max(
            (
                place
                for place, end in zip(found, ends, strict=True)
                if place >= len(end)
            ),
            default=0,
        )
        if best > start:
            return min(best, most)
    return most


def _word(text: str, place: int, limit: int) -> int:
    """Return where the first word begins at or after a place."""
    if place <= 0 or text[place - 1].isspace():
        return max(place, 0)
    # One line of 100 MB has no words; a place in the middle of it does as well.
    for here in range(place, min(place + 200, limit)):
        if text[here].isspace():
            return here + 1
    return place
