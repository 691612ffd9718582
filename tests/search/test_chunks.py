"""Texts are cut where a reader would cut them, within the strategy's limits."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants_server.search import Chunk, Strategy, chunks, strategy_of
from tests.cases import some

TEXTS = st.text(st.sampled_from("ab .!\n\t\u3002\U0001f600"), max_size=3000)
STRATEGIES = st.integers(100, 150).flatmap(
    lambda size: st.builds(Strategy, st.just(size), st.integers(0, size // 2))
)


@given(TEXTS, STRATEGIES)
def test_chunks_are_pieces_of_the_text_in_order(text: str, strategy: Strategy) -> None:
    cut = [*chunks(text, strategy)]
    for chunk in cut:
        assert text[chunk.start : chunk.start + len(chunk.text)] == chunk.text
        assert 0 < len(chunk.text) <= 4 * strategy.size
    assert [c.start for c in cut] == sorted({c.start for c in cut})


@given(TEXTS, STRATEGIES)
def test_nothing_but_space_is_left_out(text: str, strategy: Strategy) -> None:
    covered = bytearray(len(text))
    for chunk in chunks(text, strategy):
        for place in range(chunk.start, chunk.start + len(chunk.text)):
            covered[place] = 1
    left = [letter for letter, seen in zip(text, covered, strict=True) if not seen]
    assert "".join(left).strip() == ""


@given(TEXTS, STRATEGIES)
def test_chunks_overlap_no_more_than_they_may(text: str, strategy: Strategy) -> None:
    cut = [*chunks(text, strategy)]
    for one, other in pairwise(cut):  # vacuous: there may be one
        assert one.start + len(one.text) - other.start <= 4 * strategy.overlap


def test_short_text_is_one_chunk() -> None:
    assert [*chunks(" A tide.\n")] == [Chunk("A tide.", 1)]
    assert [*chunks("")] == [*chunks(" \n ")] == []


@pytest.mark.parametrize("end", ["\n\n", "\n", ". ", "? ", " "])
def test_chunks_end_where_something_ends(end: str) -> None:
    unit = "word" * 6
    text = end.join([unit] * 200)
    for chunk in some([*chunks(text, Strategy(100, 50))][:-1]):
        assert chunk.text.startswith(unit)
        assert (chunk.text + end).endswith((unit + end, unit + end.strip() + end))


def test_paragraphs_are_preferred_to_sentences() -> None:
    paragraph = "A short sentence. " * 12
    cut = [*chunks(f"{paragraph}\n\n" * 20, Strategy(100, 0))]
    assert {chunk.text for chunk in cut} == {paragraph.strip()}


def test_sizes_are_those_of_the_strategy() -> None:
    text = "A sentence with some words in it. " * 2000
    for size, overlap in [(100, 0), (800, 400), (4096, 2048)]:
        cut = [*chunks(text, Strategy(size, overlap))]
        sizes = [len(chunk.text) for chunk in cut[:-1]]
        assert max(sizes) <= 4 * size
        assert min(sizes) > 2 * size
        steps = [b.start - a.start for a, b in pairwise(cut)]
        assert max(steps[:-1], default=0) <= 4 * (size - overlap)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        (None, Strategy(800, 400)),
        ({"type": "auto"}, Strategy(800, 400)),
        (
            {
                "type": "static",
                "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 50},
            },
            Strategy(100, 50),
        ),
        ({"type": "other"}, Strategy(800, 400)),
    ],
)
def test_strategies_of_the_api_are_used(
    given: dict[str, Any] | None, used: Strategy
) -> None:
    assert strategy_of(given) == used
    text = "A tide. " * 1000
    assert [*chunks(text, given)] == [*chunks(text, used)]


@pytest.mark.parametrize(
    ("size", "overlap"), [(99, 0), (4097, 0), (100, 51), (100, -1)]
)
def test_numbers_outside_the_limits_are_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=r"tokens|overlap"):
        Strategy(size, overlap)


@pytest.mark.parametrize("unit", ["x", "x ", "x\n", ".", "\u3002"])
def test_time_grows_with_the_text_alone(unit: str) -> None:
    """One line of 100 MB, or nothing but ends of lines, takes no longer than others."""
    times = []
    for size in (250_000, 1_000_000):
        text = unit * size
        begun = time.perf_counter()
        count = sum(1 for _ in chunks(text, Strategy(100, 50)))
        times.append((time.perf_counter() - begun) / count)
    assert times[1] < 3 * times[0] + 1e-4
