"""Values that a question has in it: numbers, words in quotes, dates, names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from .written_values import (
    DATE,
    DATE_TIME,
    NUMBER,
    NUMBER_IN_WORDS,
    TIME,
    read_date,
    read_number,
    read_number_in_words,
    read_time,
)

Span: TypeAlias = tuple[int, int]
# What is read of a question, and how many values are found in it, at most.
LONGEST, _MOST = 4_000, 200

# In the order in which they are tried where several begin at one place.
_PATTERNS: Final = {
    "quoted": r'"(?P<q1>[^"\n]{0,500})"|“(?P<q2>[^”\n]{0,500})”|«(?P<q3>[^»\n]{0,500})»'
    r"|`(?P<q4>[^`\n]{0,500})`|(?<!\w)'(?P<q5>[^'\n]{0,500})'(?!\w)"
    r"|(?<!\w)\u2018(?P<q6>[^\u2019\n]{0,500})\u2019(?!\w)",
    "uri": r"\bhttps?://[^\s<>\"]{1,500}(?<![.,;:!?)])",
    "email": r"\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}\b",
    "uuid": r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b",
    "date-time": DATE_TIME,
    "date": DATE,
    "time": TIME,
    "ipv4": r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
    "number": NUMBER,
    "words": NUMBER_IN_WORDS,
    "code": r"\b[A-Za-z][\w-]{0,60}?\d[\w-]{0,60}",
    "word": r"(?<!\w)[^\W\d_][\w'\u2019-]{0,60}",
}
_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "number": read_number,
    "words": read_number_in_words,
    "date": read_date,
    "time": read_time,
}
_ONE_ALONE = re.compile(
    r"\b(?:this|that|which|the|no|any|every|each|another|some|last|first|next)\s+$",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n]\s*|[\"“(]\s*)$")
_JOINED = re.compile(r"\s*(?:,\s*(?:and|or)|,|;|\band\b|\bor\b)\s*$", re.IGNORECASE)
_ENDED = re.compile(r"\s*(?:[,.;:?!\n)]|$)")
# What sentences begin with; it has its capital from there.
_SENTENCES_OPEN = (
    "a about according add after all also an and any are as ask at before book but "
    "buy by calculate call can cancel check compare compute convert could count "
    "create delete describe did divide do does draw execute explain fetch find for "
    "from generate get give go good great greet had has have hello hey hi how i if in "
    "insert is it let list look make mark may might move multiply must my no not now "
    "of ok on open or order our pay plan play please print put query read remind "
    "remove report reserve return run save say schedule search send set shall should "
    "show since so solve start stop subtract sum suppose take tell thanks that the "
    "their then there these they this those to translate turn update use was we were "
    "what when where which who whom whose why will with would write yes you your"
)
_OPENERS: Final = frozenset(_SENTENCES_OPEN.split())
# What may stand within a name of several words.
_LINKS: Final = {"of", "de", "del", "la", "le", "los", "du", "da", "von", "van", "al"}


@dataclass(frozen=True)
class Token:
    """A value in a text.

    Attributes:
        kind: how it is written: a key of `_PATTERNS`, where a number in words is a
            number; `name` for words with capitals, `json` for an array or an object.
        value: what it means.
        text: how it is written.
        start: where it begins.
        end: where it ends.
    """

    kind: str
    value: Any
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it begins and ends."""
        return self.start, self.end


def tokens_of(text: str) -> list[Token]:
    """Return the values in a text, in order; none is inside another, arrays aside."""
    found = [*_literals(text)]
    words: list[re.Match[str]] = []
    for match in _pattern().finditer(text):
        kind = str(match.lastgroup)
        if kind == "word":
            words.append(match)
            continue
        token = _token(kind, match, text)
        if token is not None:
            found.append(token)
        if len(found) >= _MOST:
            break
    found += _names(words, text)
    return sorted(found, key=lambda token: (token.start, -token.end))[:_MOST]


def runs_of(tokens: list[Token], text: str) -> list[list[Token]]:
    """Return the lists among values: those of one kind, with commas or "and" between.

    Args:
        tokens: what `tokens_of` found.
        text: where it found that.
    """
    runs: list[list[Token]] = []
    for token in tokens:
        last = runs[-1][-1] if runs else None
        between = text[last.end : token.start] if last else ""
        alike = last and last.kind == token.kind and last.end <= token.start
        if alike and _JOINED.match(between):
            runs[-1].append(token)
        else:
            runs.append([token])
    return [run for run in runs if len(run) > 1]


@cache
def _pattern() -> re.Pattern[str]:
    # Quotes have groups of their own, which would be the last ones to match.
    parts = [f"(?P<{_group(kind)}>{each})" for kind, each in _PATTERNS.items()]
    return re.compile("|".join(parts), re.IGNORECASE)


def _group(kind: str) -> str:
    return kind.replace("-", "_")


def _token(kind: str, match: re.Match[str], text: str) -> Token | None:
    kind = kind.replace("_", "-")
    read = _READERS.get(kind)
    written = match[0]
    value: Any = written
    if kind == "quoted":
        value = next(
            v
            for k, v in match.groupdict().items()
            if k[0] == "q" and v is not None and k != "quoted"
        )
    elif kind == "words" and written.casefold() == "one":
        before, after = text[: match.start()], text[match.end() :]
        if _ONE_ALONE.search(before) or after.startswith((" of", "'")):
            return None
    if read:
        value = read(written)
    if value is None:
        return None
    kind = "number" if kind == "words" else kind
    return Token(kind, value, written, match.start(), match.end())


def _literals(text: str) -> Iterator[Token]:
    """Yield arrays and objects that are written as JSON."""
    decoder, at = json.JSONDecoder(), 0
    for _ in range(_MOST // 10):
        match = re.compile(r"[\[{]").search(text, at)
        if not match:
            return
        at = match.start() + 1
        with suppress(ValueError, RecursionError):
            value, end = decoder.raw_decode(text, match.start())
            yield Token("json", value, text[match.start() : end], match.start(), end)
            at = end


def _names(words: list[re.Match[str]], text: str) -> Iterator[Token]:
    """Yield words that begin with capitals, together where they follow one another.

    The first word of a sentence has its capital anyhow.
    """
    index = 0
    while index < len(words):
        first = words[index]
        index += 1
        if not _is_name(first[0]):
            continue
        last, ahead = first, index
        while (
            ahead < len(words)
            and text[words[ahead - 1].end() : words[ahead].start()] == " "
        ):
            if _is_name(words[ahead][0]):
                last, index = words[ahead], ahead + 1
            elif words[ahead][0] not in _LINKS:
                break
            ahead += 1
        start, end = first.start(), last.end()
        if _SENTENCE_START.search(text[max(0, start - 20) : start]):
            opens = first[0].casefold().partition("'")[0] in _OPENERS
            if first is last and (opens or not _ENDED.match(text, end)):
                continue
            if opens:
                start = words[words.index(first) + 1].start()
        written = re.sub(r"['\u2019]s$", "", text[start:end])
        yield Token("name", written, written, start, start + len(written))


def _is_name(word: str) -> bool:
    return word[0].isupper() and (
        word != "I" and not word.startswith(("I'", "I\u2019"))
    )
