"""Hits that repeat better ones come last."""

from __future__ import annotations

from assistants_server.search import Chunk
from assistants_server.search.hits import Hit, distinct
from tests.search.indexes import new_index


def hit(score: float, start: int, *, file: str = "a", store: str = "vs") -> Hit:
    return Hit(store, file, score, "x" * 100, start)


def test_a_chunk_that_overlaps_a_better_one_comes_last() -> None:
    best, repeats, far = hit(0.9, 0), hit(0.8, 50), hit(0.3, 1000)
    found = distinct([best, repeats, far], 3)
    assert [(each.start, each.score) for each in found] == [
        (0, 0.9),
        (1000, 0.3),
        (50, 0.3),
    ]
    assert distinct([best, repeats, far], 2) == [best, far]


def test_overlap_with_what_repeats_does_not_count() -> None:
    chain = [hit(0.9, 0), hit(0.8, 50), hit(0.7, 100)]
    assert [each.start for each in distinct(chain, 2)] == [0, 100]


def test_what_hardly_overlaps_or_is_of_another_file_stays() -> None:
    several = [
        hit(0.9, 0),
        hit(0.8, 75),
        hit(0.7, 10, file="b"),
        hit(0.6, 10, store="other"),
    ]
    assert distinct(several, 10) == several


def test_as_many_as_are_wanted_are_taken() -> None:
    several = [hit(1 - number / 100, 1000 * number) for number in range(10)]
    assert distinct(iter(several), 3) == several[:3]
    assert distinct([], 3) == []


def test_search_says_each_thing_once() -> None:
    index = new_index()
    text = "High water at Hull is at noon. "
    overlapping = [Chunk(text * 8, start) for start in range(0, 2000, 124)]
    index.add("vs", "long", overlapping)
    index.add("vs", "short", [Chunk("Water is wet, and Hull is a harbour.", 0)])
    found = index.search(["vs"], "high water at hull", 18)
    # Nine chunks of the long one have nothing in common, the other eight come last.
    assert [each.file_id for each in found].index("short") == 9
    assert len(found) == 18
    starts = [each.start for each in found if each.file_id == "long"][:5]
    assert min(abs(a - b) for a in starts for b in starts if a != b) >= 174
    index.close()
