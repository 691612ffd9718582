"""Words are the same to both indexes, and however they are written."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from contextlib import closing
from unicodedata import normalize

import pytest

from assistants_server.search.lexemes import terms, vector, words
from assistants_server.search.query import indexed, terms_of
from assistants_server.search.words import TOKENIZER, Words

pytestmark = pytest.mark.storeless
# All letters with another case or an accent, and all that there is besides of scripts
# that have vowels as signs.
LETTERS = [
    each
    for each in map(chr, range(0x20000))
    if each.isalpha() and {each} != {each.lower(), each.upper(), normalize("NFD", each)}
] + [*map(chr, range(0x0300, 0x1100))]


def in_fts5(*texts: str) -> list[list[str]]:
    """Return the words of texts as the index in SQLite has them."""
    found: dict[int, list[str]] = defaultdict(list)
    with closing(sqlite3.connect(":memory:")) as sql:
        # Without the stemmer, which PostgreSQL has elsewhere.
        tokenize = TOKENIZER.removeprefix("porter ")
        sql.execute(f"create virtual table t using fts5 (text, tokenize='{tokenize}')")
        rows = [(indexed(each),) for each in texts]
        sql.executemany("insert into t values (?)", rows)
        sql.execute("create virtual table words using fts5vocab (t, instance)")
        select = "select doc, term from words order by doc, offset"
        for number, word in sql.execute(select):
            found[number].append(word)
    return [found[number + 1] for number in range(len(texts))]


def test_words_are_those_of_fts5() -> None:
    text = "Größe, CAFÉ_2 e\u0301t\u00e9; don't 3.14"
    whole = ["grosse", "cafe", "2", "ete", "don", "t", "3", "14"]
    assert [words(text)] == in_fts5(text) == [whole]
    assert words("退款abc") == ["退", "款", "abc"]
    assert terms("What is 3.14 of 退款?") == [("3", "14"), ("退", "款")]
    lexemes = {"a": "'7/a'", "b": "'7/b'"}
    assert vector(["a", "b", "a"], lexemes) == "'7/a':1 '7/b':2 '7/a':3"


def test_every_letter_is_the_same_to_fts5() -> None:
    assert len(LETTERS) > 10_000
    texts = [f"{each}A b{each}d E{each}'E" for each in LETTERS]
    for text, found in zip(texts, in_fts5(*texts), strict=True):
        assert words(text) == found, ascii(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ΟΔΟΣ'ΟΔΟΣ", "οδος'οδος"),
        ("ΟΔΟΣ.", "οδοσ."),
        ("Σελίδα", "ΣΕΛΙΔΑ"),
        ("Ёлка", "ЕЛКА"),
        ("5 \u00b5g", "5 \u03bcg"),
        ("STRASSE", "straße"),
        ("STRAẞE", "Strasse"),
        ("ﬁnal", "FINAL"),
        ("كِتَابٌ", "كتاب"),
        ("كتـــاب", "كتاب"),
        ("שָׁלוֹם", "שלום"),
    ],
)
def test_a_word_is_the_same_in_all_its_letters(one: str, other: str) -> None:
    assert words(one) == words(other)
    assert in_fts5(one) == in_fts5(other)
    assert terms_of(one) == terms_of(other)


@pytest.mark.parametrize(
    "text",
    [
        "हिन्दी में पानी। ऋषि॥",
        "বাংলা ভাষা",
        "தமிழ் மொழி",
        "తెలుగు భాష",
        "ශ්රී ලංකා",
        "བོད་སྐད།",
        "ਪੰਜਾਬੀ ਬੋਲੀ",
    ],
)
def test_vowels_are_parts_of_words(text: str) -> None:
    expected = re.split("[ ।॥་།]+", text.strip("।॥།"))
    assert len(expected) >= 2
    assert words(text) == expected
    assert in_fts5(text) == [expected]
    assert terms_of(text) == [f'"{each}"' for each in expected]


@pytest.mark.parametrize("others", [28, 30])
def test_words_that_are_too_common_to_search_by_still_count(
    monkeypatch: pytest.MonkeyPatch, others: int
) -> None:
    """Whether they are the rarest of those or not."""
    monkeypatch.setattr("assistants_server.search.words._MOST_SCORED", 10)
    texts = {number: ["rare" if number in (1, 2) else "usual"] for number in range(30)}
    for number, text in texts.items():
        text.append("filler" if number == 1 else "wanted")
        text += [
            f"w{n}" if others == 30 or number not in (2 * n, 2 * n + 1) else "filler"
            for n in range(2, 6)
        ]
    with closing(sqlite3.connect(":memory:")) as sql:
        known = Words(sql)
        known.add(1, ((number, " ".join(text)) for number, text in texts.items()))
        asked = [f'"{each}"' for each in ("rare", "w2", "w3", "w4", "w5", "wanted")]
        found = known.best({1: 30}, asked, 2, filtered=False)
    assert [*found] == [2, 1]
    assert found[1] < found[2] <= 1
