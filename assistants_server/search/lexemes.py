"""The words of texts and questions as PostgreSQL has them: lexemes with positions.

They are those that the tokenizer `unicode61 remove_diacritics 2` of FTS5 makes. Each
begins with the number of its store, so that a store has words of its own: how many
chunks have one is a question to the index alone.
"""

from __future__ import annotations

from itertools import chain, repeat
from operator import add
from typing import TYPE_CHECKING

from .query import indexed, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_IN_ASCII = {n: chr(n).lower() if chr(n).isalnum() else " " for n in range(128)}
_MOST_CHARACTERS = 64
# The places of words, as they are written in vectors; PostgreSQL knows none beyond.
_PLACES = [f":{place}" for place in range(1, 16_384)]


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case and without accents."""
    if text.isascii():
        # The same in a third of the time.
        found = text.translate(_IN_ASCII).split()
    else:
        found = indexed(text).split()
    if max(map(len, found), default=0) <= _MOST_CHARACTERS:
        return found
    return [word[:_MOST_CHARACTERS] for word in found]


def terms(query: str) -> list[tuple[str, ...]]:
    """Return the words of a question that count; several are one after the other."""
    found = dict.fromkeys(tuple(words(term)) for term in terms_of(query))
    return [term for term in found if term]


def lexeme(store: int, stem: str) -> str:
    """Return the word of a store, as it is written in queries and vectors."""
    return f"'{store:d}/{stem}'"


def vector(text: Iterable[str], lexemes: Mapping[str, str]) -> str:
    """Return the words of a chunk as a tsvector.

    Args:
        text: the words.
        lexemes: what each of them is in the store.
    """
    places = chain(_PLACES, repeat(_PLACES[-1]))
    return " ".join(map(add, map(lexemes.__getitem__, text), places))


def query(store: int, stems: Iterable[str]) -> str:
    """Return what finds a word, or words one after the other, as a tsquery."""
    return " <-> ".join(lexeme(store, each) for each in stems)
