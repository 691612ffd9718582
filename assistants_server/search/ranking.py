"""Weights, scores and orders, as pure functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

# What FTS5 computes with; a word that is in a chunk without end gets this as weight.
_K1, _B = 1.2, 0.75
SATURATED = _K1 + 1
_LEAST = 1e-6
# As in the paper on reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).
_DAMPING = 60
# Of a score: a client sends one back as a threshold.
_DIGITS = 6


def weight_of(found: int, total: int) -> float:
    """Return what a word that is in so many of all chunks says about one of them.

    FTS5 takes a word in more than half of the chunks for meaningless. In a store of
    few chunks that would be most words, so this is the variant that stays above zero.
    """
    return math.log(1 + (total - found + 0.5) / (found + 0.5))


def weight_in_fts5(found: int, total: int) -> float:
    """Return the weight with which `bm25()` multiplies the same word."""
    weight = math.log((total - found + 0.5) / (found + 0.5))
    return weight if weight > 0 else _LEAST


def bm25(times: int, length: float) -> float:
    """Return what a word counts in a chunk, as FTS5 has it, without its weight.

    Args:
        times: how often it is there.
        length: how long the chunk is, compared with others.
    """
    return times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length))


def best_possible(weights: Collection[float], terms: int) -> float:
    """Return the highest sum that a chunk can have.

    Args:
        weights: those of the words that are in some chunk.
        terms: how many words the query has; one that is nowhere counts as much as
            the others on average.
    """
    return SATURATED * sum(weights) * terms / max(len(weights), 1)


def score_of(points: float, best: float) -> float:
    """Return a score from 0 to 1, in the order of the sums.

    The root spreads what would lie close together: a chunk with all words, each once,
    has about 0.7.
    """
    if best <= 0:
        return 0.0
    return round(math.sqrt(min(max(points / best, 0.0), 1.0)), _DIGITS)


def fused(rankings: Sequence[Iterable[int]]) -> dict[int, float]:
    """Return scores from 0 to 1 for what several rankings contain, by reciprocal rank.

    Args:
        rankings: the ids, best first; what all have in the first place gets 1.
    """
    scores: dict[int, float] = {}
    best = len(rankings) / (_DAMPING + 1)
    for ranking in rankings:
        for rank, found in enumerate(ranking, 1):
            share = 1 / (_DAMPING + rank) / best
            scores[found] = scores.get(found, 0.0) + share
    return {found: round(score, _DIGITS) for found, score in scores.items()}
