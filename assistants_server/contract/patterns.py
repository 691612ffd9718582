"""Regular expressions of clients: what they cost, and likely texts for them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache

LONGEST_PATTERN = 2000
_PIECE = re.compile(
    r"(\\.|\[\^?\]?(?:\\.|[^]\\])*\]|.)(\{\d+(?:,\d*)?\}|[*+?])?\??", re.DOTALL
)
_GROUP = re.compile(
    r"\((?:\?(?:P<\w+>|:))?((?:\\.|[^()\\])*)\)(\{\d+(?:,\d*)?\}|[*+?])?", re.DOTALL
)
# Assertions, and flags.
_UNWRITTEN = re.compile(r"\(\?<?[=!](?:\\.|[^()\\])*\)|\(\?\w+\)", re.DOTALL)
_LONGEST_TEXT = 2000
_CHARACTERS = "a1A-_. 0/@:+,;!?#%\xe4"
_LIKELY = ("Abcd1234!", "2026-01-01", "user@example.com", "https://example.com/")


def pattern_weight(pattern: str) -> int:
    """Return what compiling a pattern costs, in characters of a harmless one."""
    # Sets of characters far beyond ASCII, or of any case, make a table of them all.
    costly = not pattern.isascii() or re.search(r"\\[uUx]|\(\?[a-z]*i", pattern)
    return len(pattern) + (100 * pattern.count("[") if costly else 0)


def match_cost(pattern: str, text: str) -> int:
    """Return about how many steps `re` needs at most to search a text, in thousands.

    Every choice (a quantifier or an alternative) multiplies the ways through the text;
    where groups are repeated, it does so at each character.
    """
    branches, quantifiers, repeats, bits = _shape(pattern)
    if repeats:
        choices = (branches + 1) * (quantifiers + 1)
        ways = choices ** min(len(text) + repeats, 64)
    else:
        ways = 2 ** min(bits, 64) * math.comb(len(text) + quantifiers, quantifiers)
    return int(ways) * (len(text) + 1) // 1000


@lru_cache(maxsize=256)
def _shape(pattern: str) -> tuple[int, int, int, int]:
    """Return what the cost of a pattern depends on.

    Returns:
        The number of alternatives, that of quantifiers, how often groups with some of
        these inside are repeated (1 for `*`), and how many bits the number of ways
        through alternatives side by side has.
    """
    groups, bars, options, quantifiers, repeats = 1, 0, 0, 0, 0
    before: list[int] = []
    for piece, quantifier in _PIECE.findall(pattern):
        if piece == "(":
            # What seems to be its quantifier begins `(?:` and the like.
            groups += 1
            before.append(bars + options + quantifiers)
            continue
        varies = piece == ")" and before and bars + options + quantifiers > before.pop()
        if varies and quantifier not in ("", "?"):
            counts = map(int, re.findall(r"\d+", quantifier))
            repeats = max(repeats, 1) * max(counts, default=1)
        bars += piece == "|"
        options += quantifier == "?"
        quantifiers += not re.fullmatch(r"\??|\{\d+\}", quantifier)
    # The most that so many bars in so many groups can make.
    bits = math.ceil(groups * math.log2((bars + groups) / groups)) + options
    return bars + options, quantifiers, repeats, bits


def likely_texts(pattern: str, least: int = 1) -> Iterator[str]:
    """Yield a few texts of which one may match a pattern; they have to be checked.

    Args:
        pattern: the pattern.
        least: how long the text has to be.
    """
    for count in (1, least):

        def written(group: re.Match[str], count: int = count) -> str:
            return _repeated(group[1].split("|")[0], group[2] or "", count)

        plain = _UNWRITTEN.sub("", pattern)
        # The innermost groups first.
        for _ in range(8):
            plain = _GROUP.sub(written, plain)
        pieces = _PIECE.findall(plain.split("|")[0])
        yield "".join(_repeated(_one(each), often, count) for each, often in pieces)
    yield from _LIKELY


def _repeated(text: str, quantifier: str, count: int) -> str:
    match quantifier:
        case "":
            times = 1
        case "*" | "+":
            times = count
        case "?":
            times = 0
        case _:
            times = int(re.findall(r"\d+", quantifier)[0])
            times = max(times, count) if quantifier.endswith(",}") else times
    return (text * min(times, _LONGEST_TEXT))[:_LONGEST_TEXT]


def _one(token: str) -> str:
    """Return a character that a piece of a pattern stands for; edges are none."""
    if token in ("^", "$", r"\b", r"\B", r"\A", r"\Z"):
        return ""
    if len(token) == 1 and token != ".":
        return token
    try:
        found = (each for each in _CHARACTERS if re.fullmatch(token, each))
        return next(found, token[1:2])
    except re.error:
        return ""
