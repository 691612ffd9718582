"""What is put into the index is found, as long as it is there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistants_server.search import Chunk, chunks
from assistants_server.search.interface import SearchIndex
from tests.search.indexes import new_index


@pytest.fixture
def index() -> Iterator[SearchIndex]:
    index = new_index()
    yield index
    index.close()


def test_the_best_chunk_comes_first(index: SearchIndex) -> None:
    _add(index, "tides", "High water at Hull is at noon.")
    _add(index, "bread", "Bread is baked with flour, water and salt.")
    _add(index, "trains", "The train to Hull leaves at nine.")
    hits = index.search(["vs"], "When is high water at Hull?")
    assert [hit.file_id for hit in hits] == ["tides", "trains", "bread"]
    assert [hit.score for hit in hits] == sorted((h.score for h in hits), reverse=True)
    assert all(0 < hit.score <= 1 for hit in hits)
    assert hits[0].text == "High water at Hull is at noon."
    assert hits[0].vector_store_id == "vs"


def test_words_are_found_in_other_forms(index: SearchIndex) -> None:
    _add(index, "a", "Refunds are given when a café cancelled its bookings.")
    for query in ("refund", "CAFE", "cafés", "booking", "cancels"):
        assert [hit.file_id for hit in index.search(["vs"], query)] == ["a"], query


def test_accents_may_be_written_apart(index: SearchIndex) -> None:
    """As file systems and some editors write them."""
    _add(index, "apart", "L'e\u0301cole est ferme\u0301e.")
    _add(index, "whole", "Le mus\u00e9e est ouvert.")
    for query in ("\u00e9cole", "e\u0301cole", "ecole", "ferm\u00e9e"):
        assert [hit.file_id for hit in index.search(["vs"], query)] == ["apart"], query
    assert [hit.file_id for hit in index.search(["vs"], "muse\u0301e")] == ["whole"]
    index.remove("vs", "apart")
    assert index.search(["vs"], "ecole") == []


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("A great\U0001f914 idea.", "great"),
        ("It costs \u20bf100.", "100"),
        ("x\u058dy", "x"),
        ("\u0528\u0528", "\u0529\u0529"),
        ("b\u0320d", "b\u0320d"),
        ("\u0130stanbul", "istanbul"),
        ("ΟΔΟΣ'ΣΕΛΙΔΑ", "οδός"),
        ("Ελλάδος'", "ΕΛΛΑΔΟΣ"),
        ("5 \u00b5g", "\u03bcg"),
        ("straße", "STRASSE"),
        ("यह हिन्दी है।", "हिन्दी"),
        ("كِتَابٌ", "كتاب"),
        ("ພາສາລາວ", "ລາວ"),
        ("မြန်မာစာ", "မြန်မာ"),
        ("digest: " + "0a" * 64, "0a" * 64),
        ("cost\u00a01.234,5 \u20ac", "1.234,5"),
    ],
    ids=lambda each: ascii(each[:12]),
)
def test_words_end_where_unicode_says(
    index: SearchIndex, text: str, query: str
) -> None:
    """Where an emoji follows, or what SQLite doesn't know; however long they are."""
    _add(index, "a", text)
    _add(index, "b", "Something else.")
    assert [hit.file_id for hit in index.search(["vs"], query)] == ["a"]
    index.remove("vs", "a")
    assert index.search(["vs"], query) == []


def test_vowels_of_other_scripts_make_other_words(index: SearchIndex) -> None:
    _add(index, "a", "नहीं दो")
    assert index.search(["vs"], "हिन्दी") == []


def test_scripts_without_spaces_are_found(index: SearchIndex) -> None:
    _add(index, "a", "退款在三十天内办理。")
    _add(index, "b", "列车九点开往北京。")
    assert [hit.file_id for hit in index.search(["vs"], "退款")] == ["a"]
    assert [hit.file_id for hit in index.search(["vs"], "北京的列车")] == ["b"]
    index.remove("vs", "b")
    assert index.search(["vs"], "北京") == []


@pytest.mark.parametrize(
    "query",
    [
        *('"', "'", '""', 'hull"', "hull AND", "hull NOT tide", "NEAR(hull tide, 1)"),
        *(
            "text:hull",
            "text : hull",
            "-hull",
            "^hull",
            "hull*",
            "{text}: hull",
            "(hull",
        ),
        *(
            "hull\0tide",
            "hull; drop table chunks",
            "hull \ud800",
            "😀 hull",
            "hull " * 9999,
        ),
    ],
)
def test_nothing_in_a_query_is_an_operator(index: SearchIndex, query: str) -> None:
    _add(index, "a", "The tide in Hull.")
    found = [hit.file_id for hit in index.search(["vs"], query)]
    assert found == (["a"] if "hull" in query else [])


def test_stop_words_count_where_there_is_nothing_else(index: SearchIndex) -> None:
    _add(index, "a", "To be, or not to be: that is the question.")
    _add(index, "b", "Be quick with the tide tables.")
    assert [hit.file_id for hit in index.search(["vs"], "Where is the tide?")] == ["b"]
    found = index.search(["vs"], "to be or not to be")
    assert [hit.file_id for hit in found] == ["a", "b"]


def test_a_query_of_nothing_finds_nothing(index: SearchIndex) -> None:
    _add(index, "a", "The tide in Hull.")
    assert index.search(["vs"], "") == index.search(["vs"], " ?! ") == []
    assert index.search(["vs"], []) == index.search([], "tide") == []


def test_several_queries_are_merged(index: SearchIndex) -> None:
    _add(index, "a", "The tide in Hull.")
    _add(index, "b", "The bread in York.")
    _add(index, "c", "The train from nowhere.")
    found = index.search(["vs"], ["tide", "bread"])
    assert {hit.file_id for hit in found} == {"a", "b"}
    assert len(found) == 2


def test_stores_are_apart(index: SearchIndex) -> None:
    index.add("one", "a", chunks("The tide in Hull."))
    index.add("two", "a", chunks("The tide in York."))
    (hit,) = index.search(["one"], "tide")
    assert (hit.vector_store_id, hit.text) == ("one", "The tide in Hull.")
    both = index.search(["one", "two", "three", "one"], "tide")
    assert [hit.vector_store_id for hit in both] == ["one", "two"]
    index.remove("one")
    assert index.search(["one"], "tide") == []
    assert len(index.search(["two"], "tide")) == 1


def test_search_is_confined_to_the_files_that_are_allowed(index: SearchIndex) -> None:
    for number in range(300):
        _add(index, f"f{number}", f"The tide of day {number}.")
    found = index.search(["vs"], "tide", 50, file_ids=["f7", "f299", "no"])
    assert {hit.file_id for hit in found} == {"f7", "f299"}
    assert index.search(["vs"], "tide", file_ids=[]) == []


def test_limit_and_threshold_bound_the_results(index: SearchIndex) -> None:
    for number in range(20):
        _add(index, f"f{number}", "The tide. " + "Much else is said. " * number)
    assert len(index.search(["vs"], "tide", 7)) == 7
    every = index.search(["vs"], "tide", 50)
    assert len(every) == 20
    threshold = every[4].score
    some = index.search(["vs"], "tide", 50, score_threshold=threshold)
    assert [hit.file_id for hit in some] == [f"f{number}" for number in range(5)]
    assert index.search(["vs"], "tide", score_threshold=1) == []


def test_what_a_query_asks_beyond_a_chunk_lowers_its_score(index: SearchIndex) -> None:
    _add(index, "a", "The tide in Hull.")
    _add(index, "b", "Bread and salt.")
    (whole,) = index.search(["vs"], "tide hull")
    (half,) = index.search(["vs"], "tide moon")
    assert whole.score > half.score > 0.2


def test_scores_are_those_of_what_is_there_now(index: SearchIndex) -> None:
    """How rare a word is is remembered only until the store changes."""
    _add(index, "a", "The tide in Hull.")
    _add(index, "b", "The train to York.")
    assert len(index.search(["vs"], "tide in york")) == 2
    for number in range(5):
        _add(index, f"c{number}", "The tide of today.")
    fresh = new_index()
    _add(fresh, "a", "The tide in Hull.")
    _add(fresh, "b", "The train to York.")
    for number in range(5):
        _add(fresh, f"c{number}", "The tide of today.")
    assert index.search(["vs"], "tide in york") == fresh.search(["vs"], "tide in york")
    fresh.close()


def test_numbers_with_a_point_are_one_word(index: SearchIndex) -> None:
    _add(index, "apart", "In 2 of 1 cases. In 2 of 1 cases. In 2 of 1 cases.")
    _add(index, "whole", "It takes about 1.2 seconds, as is well known by now.")
    assert [hit.file_id for hit in index.search(["vs"], "1.2")] == ["whole"]


def test_adding_again_replaces(index: SearchIndex) -> None:
    _add(index, "a", "The tide in Hull.")
    _add(index, "a", "The train to York.")
    assert index.search(["vs"], "tide") == []
    assert len(index.search(["vs"], "train")) == 1
    assert index.files() == {("vs", "a")}


def test_what_is_removed_is_not_found(index: SearchIndex) -> None:
    _add(index, "a", "The tide in Hull.")
    _add(index, "b", "The tide in York.")
    index.remove("vs", "a")
    assert [hit.file_id for hit in index.search(["vs"], "tide hull")] == ["b"]
    index.remove("vs", "a")
    index.remove("vs", "never")
    index.remove("never")
    index.remove("vs")
    assert index.files() == set()
    _add(index, "a", "The tide in Hull.")
    assert len(index.search(["vs"], "tide")) == 1


def test_removing_a_file_leaves_others_as_if_it_had_never_been(
    index: SearchIndex,
) -> None:
    """How rare words are counts for scores, and counts what is there."""
    for number in range(30):
        _add(index, f"f{number}", f"The tide of day {number}. " * 40)
    before = index.search(["vs"], "tide of day 7", 50)
    index.add("vs", "more", chunks("The tide of day 7 once more. " * 4000))
    assert index.search(["vs"], "tide of day 7", 50) != before
    index.remove("vs", "more")
    assert index.search(["vs"], "tide of day 7", 50) == before


def test_a_failure_leaves_nothing_of_the_file(index: SearchIndex) -> None:
    def failing() -> Iterator[Chunk]:
        for number in range(100):
            yield Chunk(f"The tide of day {number}.", number)
        raise RuntimeError("broken")

    _add(index, "other", "The tide.")
    with pytest.raises(RuntimeError, match="broken"):
        index.add("vs", "a", failing())
    assert [hit.file_id for hit in index.search(["vs"], "tide", 50)] == ["other"]
    assert index.content("vs", "a") == []


def test_a_file_is_found_only_when_all_of_it_is_there(index: SearchIndex) -> None:
    seen = []

    def watched() -> Iterator[Chunk]:
        for number in range(200):
            if number % 50 == 49:
                seen.append(len(index.search(["vs"], "tide", 50)))
            yield Chunk(f"The tide of day {number}.", number)

    index.add("vs", "a", watched())
    assert seen == [0, 0, 0, 0]
    assert len(index.search(["vs"], "tide", 50)) == 50


def test_size_and_content_of_a_file_are_known(index: SearchIndex) -> None:
    text = "Größe. " * 2000
    added = index.add("vs", "a", chunks(text))
    content = index.content("vs", "a")
    assert added.chunks == len(content) > 3
    assert added.bytes == sum(len(each.text.encode()) for each in content)
    assert [*chunks(text)] == content
    assert index.content("vs", "b") == index.content("no", "a") == []


def test_words_in_most_chunks_still_find_them(index: SearchIndex) -> None:
    """BM25 as SQLite has it gives such words no weight."""
    _add(index, "a", "The tide in Hull.")
    (hit,) = index.search(["vs"], "tide")
    assert hit.score > 0.5
    _add(index, "b", "The tide in York.")
    assert {hit.score > 0.5 for hit in index.search(["vs"], "tide")} == {True}


def _add(index: SearchIndex, file: str, text: str) -> None:
    index.add("vs", file, chunks(text))
