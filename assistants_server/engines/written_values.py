"""Numbers, dates and times, in figures and in words: what they look like and mean."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_TO_NINETEEN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen"
)
_FROM_TWENTY = "twenty thirty forty fifty sixty seventy eighty ninety"
_OF_THE_YEAR = (
    "january february march april may june july august september october november "
    "december"
)
_ONES: Final = _TO_NINETEEN.split()
_TENS: Final = _FROM_TWENTY.split()
_SCALES: Final = {
    "hundred": 100,
    "dozen": 12,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
}
_MEANINGS: Final = {
    **{word: number for number, word in enumerate(_ONES)},
    **{word: 10 * number for number, word in enumerate(_TENS, 2)},
    **_SCALES,
    "a": 1,
}
_MONTHS: Final = {
    month[:3]: (number, month[3:])
    for number, month in enumerate(_OF_THE_YEAR.split(), 1)
}


def _one_of(words: Sequence[str]) -> str:
    # Longer ones first: "seventeen" begins with "seven".
    return rf"(?:{'|'.join(sorted(words, reverse=True))})"


_UP_TO_99 = rf"(?:{_one_of(_TENS)}(?:[ -]{_one_of(_ONES[1:10])})?|{_one_of(_ONES)})\b"
_UP_TO_999 = (
    rf"(?:(?:{_UP_TO_99}|a) hundred\b(?: (?:and )?{_UP_TO_99})?"
    rf"|(?:{_UP_TO_99}|a) dozen\b|{_UP_TO_99})"
)
_SCALE = rf"{_one_of([*_SCALES])}\b"
_THOUSANDS = r"(?:thousand|million|billion)\b"
_MONTH = rf"(?:{'|'.join(rf'{m}(?:{rest})?' for m, (_, rest) in _MONTHS.items())})\.?"
_ISO_DAY = r"\d{4}-\d{2}-\d{2}"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"

# Patterns, for texts in whatever case. In "6-7" and "6x7" there is no sign.
NUMBER: Final = (
    r"(?:(?<![\w.\-\u2212])[-\u2212]?|(?<=\d[-\u2212x\u00d7*/]))"
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,30}(?!\d))(?:\.\d{1,30})?(?:e[+-]?\d{1,2}\b)?"
    rf"(?: {_SCALE})?"
)
NUMBER_IN_WORDS: Final = (
    rf"\b(?:(?:minus|negative) )?{_UP_TO_999}"
    rf"(?: {_THOUSANDS}(?: (?:and )?{_UP_TO_999})?)*"
    rf"(?: point(?: {_one_of(_ONES[:10])}\b)+)?"
)
DATE: Final = (
    rf"\b{_ISO_DAY}\b|\b{_NTH}(?: of)? {_MONTH},? \d{{4}}\b"
    rf"|\b{_MONTH} {_NTH},? \d{{4}}\b"
)
DATE_TIME: Final = (
    rf"\b{_ISO_DAY}[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d{{1,6}})?)?"
    r"(?:Z|[+-]\d{2}:\d{2})?"
)
TIME: Final = r"\b\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m\b)?"


def read_number(written: str) -> int | float:
    """Return what a number in figures means, with a scale such as "million"."""
    digits, _, scale = written.partition(" ")
    digits = digits.replace(",", "").replace("\u2212", "-")
    factor = _SCALES.get(scale.casefold(), 1)
    return factor * (int(digits) if digits.lstrip("-").isdigit() else float(digits))


def read_number_in_words(written: str) -> int | float:
    """Return what a number in words means."""
    words = re.split(r"[ -]", written.casefold())
    negative = words[0] in ("minus", "negative")
    whole, _, fraction = " ".join(words[negative:]).partition(" point ")
    total = part = 0
    for word in whole.split():
        meaning = _MEANINGS.get(word, 0)
        if word not in _SCALES:
            part += meaning
        elif word in ("hundred", "dozen"):
            part = max(part, 1) * meaning
        else:
            total, part = total + max(part, 1) * meaning, 0
    number: int | float = total + part
    if fraction:
        decimals = "".join(str(_MEANINGS[word]) for word in fraction.split())
        number = float(f"{number}.{decimals}")
    return -number if negative else number


def read_date(written: str) -> str | None:
    """Return a date as ISO 8601 has it; None for a day that there is not."""
    if re.match(_ISO_DAY, written):
        year, month, day = map(int, written.split("-"))
    else:
        day, year = map(int, re.findall(r"\d+", written))
        words = re.findall(r"[a-z]{3,}", written.casefold())
        month = next(_MONTHS[each[:3]][0] for each in words if each[:3] in _MONTHS)
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def read_time(written: str) -> str | None:
    """Return a time as ISO 8601 has it; None for one that there is not."""
    hour, minute, second = map(int, [*re.findall(r"\d+", written), "0"][:3])
    half = written.casefold()[-2:]
    if half in ("am", "pm"):
        hour = hour % 12 + 12 * (half == "pm")
    try:
        return datetime.time(hour, minute, second).isoformat()
    except ValueError:
        return None
