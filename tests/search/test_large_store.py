"""Common words still find their chunks where a store is too large to score them all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistants_server.search import Chunk
from assistants_server.search.interface import SearchIndex
from tests.cases import some
from tests.search.indexes import new_index


@pytest.fixture(scope="module")
def large() -> Iterator[SearchIndex]:
    """Provide a store in which each word of a query is in too many chunks to score."""
    index = new_index()
    pieces = [
        Chunk(" ".join(_words_of(number)) + ".", 100 * number) for number in range(9000)
    ]
    index.add("vs", "all", pieces)
    index.add("vs", "other", [Chunk("even everywhere, elsewhere.", 0)])
    yield index
    index.close()


def _words_of(number: int) -> Iterator[str]:
    yield "everywhere"
    for divisor, word in [(2, "second"), (7, "seventh"), (90, "ninetieth")]:
        if number % divisor == 0:
            yield word
    if number == 4501:
        yield "unique"
    # No chunk has both.
    yield "odd" if number % 2 else "even"


@pytest.mark.parametrize(
    ("query", "wanted", "count"),
    [
        ("unique", {"unique"}, 1),
        ("everywhere unique", {"unique"}, 20),
        ("second everywhere", {"second"}, 20),
        ("everywhere ninetieth", {"ninetieth"}, 20),
        ("even second everywhere ninetieth", {"ninetieth"}, 20),
        ("odd even everywhere", set(), 20),
        ("everywhere", set(), 20),
    ],
)
def test_common_words_find_their_chunks_in_a_large_store(
    large: SearchIndex, query: str, wanted: set[str], count: int
) -> None:
    hits = large.search(["vs"], query, 20)
    assert len(hits) == count
    assert wanted <= {*hits[0].text.rstrip(".").split()}
    assert all(0 < hit.score <= 1 for hit in hits)


@pytest.mark.parametrize("query", ["odd even everywhere", "second odd everywhere"])
def test_a_file_is_found_by_words_that_are_common_in_others(
    large: SearchIndex, query: str
) -> None:
    (hit,) = large.search(["vs"], query, 20, file_ids=["other"])
    assert hit.text == "even everywhere, elsewhere."


def test_words_that_are_together_count_more_than_one_alone(large: SearchIndex) -> None:
    hits = large.search(["vs"], "seventh second everywhere", 20)
    assert all({"seventh", "second"} <= {*hit.text.split()} for hit in some(hits))
