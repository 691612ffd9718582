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
    choices, repeats = _shape(pattern)
    if choices and repeats:
        ways = (choices + 1) ** min(len(text) + repeats, 64)
    else:
        ways = math.comb(len(text) + choices, choices)
    return int(ways) * (len(text) + 1) // 1000


@lru_cache(maxsize=256)
def _shape(pattern: str) -> tuple[int, int]:
    """Return the number of choices, and how often groups are repeated, 1 for `*`."""
    choices, repeats = 0, 0
    for piece, quantifier in _PIECE.findall(pattern):
        exact = re.fullmatch(r"\{\d+\}", quantifier)
        choices += piece == "|" or bool(quantifier and not exact)
        if piece == ")" and quantifier not in ("", "?"):
            counts = map(int, re.findall(r"\d+", quantifier))
            repeats = max(repeats, 1) * max(counts, default=1)
    return choices, repeats


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
