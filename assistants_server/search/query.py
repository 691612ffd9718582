"""Questions of people as the terms of an FTS5 query; nothing in them is an operator."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final
from unicodedata import category, normalize

MOST_TERMS: Final = 48
"""How many different words of a query count; a whole page as a query is cut there."""


def _marks(first: int, last: int) -> str:
    found = (chr(n) for n in range(first, last + 1) if category(chr(n)).startswith("M"))
    return "".join(found)


# Of scripts from Thaana to those of India, and of Tibet: half of what a word consists
# of, though no letters to Python.
_VOWELS = _marks(0x0780, 0x0DFF) + _marks(0x0F00, 0x0FFF)
# Words, and numbers with their points: those are phrases.
_WORD = re.compile(rf"\d+(?:[.,]\d+)+|(?:[^\W_]|[{_VOWELS}])+")
_BETWEEN_WORDS = re.compile(rf"(?:[^\w{_VOWELS}]|_)+")
# What words are written with or without: accents, among them the vowels of Hebrew,
# Arabic and Syriac, and what only stretches or joins letters.
_ACCENTS = re.compile(
    rf"[{_marks(0x0300, 0x036F)}{_marks(0x0591, 0x074A)}\u0640\u200d]+"
)
# Scripts that are written without spaces: each character is indexed as a word.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Words that say nothing about what is asked for.
_STOP_WORDS_TEXT: Final = """
a about after all also am an and any are as at be because been before being between
both but by can could d did do does doing don down during each few for from further
had has have having he her here hers herself him himself his how i if in into is it
its itself ll m me more most my myself no nor not now of off on once only or other
our ours ourselves out over own re s same she should so some such t than that the
their theirs them themselves then there these they this those through to too under
until up ve very was we were what when where which while who whom whose why will
with would you your yours yourself yourselves
aren couldn didn doesn hadn hasn haven isn mustn shouldn wasn weren won wouldn
please tell say says said according explain describe mention mentioned
"""
_STOP_WORDS: Final = frozenset(_STOP_WORDS_TEXT.split())


def indexed(text: str) -> str:
    """Return a text as it is put into the index.

    FTS5 goes by Unicode 6.1 and takes some of what is newer, such as most emoji, for
    letters, and it knows no accents but Latin ones. So what is between words, and which
    letters are the same, is decided here, for PostgreSQL as well.
    """
    if text.isascii():
        return text
    text = _BETWEEN_WORDS.sub(" ", _folded(text))
    return _UNSPACED.sub(r" \g<0> ", text) if _UNSPACED.search(text) else text


def terms_of(query: str) -> list[str]:
    """Return the words of a query that count, each as a string of FTS5.

    Quotes, operators, column filters and NEAR have no meaning: what is a word counts,
    and everything else separates words. Without any other word stop words count too.
    """
    words: dict[str, None] = {}
    for found in _WORD.finditer(_folded(query)):
        for word in _parts(found[0]):
            words[word] = None
    telling = [word for word in words if word not in _STOP_WORDS] or [*words]
    return [f'"{word}"' for word in telling[:MOST_TERMS]]


def _folded(text: str) -> str:
    """Return a text without accents, and with one form of each letter.

    Not in lower case: there a capital sigma depends on what is next to it, and a sharp
    s has another capital than it comes from.
    """
    return normalize("NFC", _ACCENTS.sub("", normalize("NFD", text)).casefold())


def _parts(word: str) -> list[str]:
    """Return the words in a run of letters: of an unspaced script, all pairs."""
    if not _UNSPACED.search(word):
        return [word]
    parts = indexed(word).split()
    if len(parts) == 1:
        return parts
    return [f"{one} {other}" for one, other in pairwise(parts)]
