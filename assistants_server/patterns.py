"""Regular expressions of clients: what they cost, and likely texts for them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache

LONGEST_PATTERN = 2000
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^]\\])*\]|\(\??|\{\d+(?:,\d*)?\}|.", re.DOTALL
)
# `re` tries about so many ways while the server counts one step.
_WAYS_A_STEP = 1000
_TOO_MANY = 10**9

_GROUP = re.compile(
    r"\((?:\?(?:P<\w+>|:))?((?:\\.|[^()\\])*)\)(\{\d+(?:,\d*)?\}|[*+?])?", re.DOTALL
)
# Assertions, and flags.
_UNWRITTEN = re.compile(r"\(\?<?[=!](?:\\.|[^()\\])*\)|\(\?\w+\)", re.DOTALL)
_PIECE = re.compile(
    r"(\\.|\[\^?\]?(?:\\.|[^]\\])*\]|.)(\{\d+(?:,\d*)?\}|[*+?])?\??", re.DOTALL
)
_MOST_REPEATED, _LONGEST_TEXT = 500, 2000
_CHARACTERS = "a1A-_. 0/@:+,;!?#%\xe4"
_LIKELY = ("Abcd1234!", "2026-01-01", "user@example.com", "https://example.com/")
# Characters that are written already are kept apart from those of the pattern.
_WRITTEN = {code: 0xE000 + code for code in range(0x400)}
_READABLE = {mark: code for code, mark in _WRITTEN.items()}


def pattern_weight(pattern: str) -> int:
    """Return what compiling a pattern costs, in characters of a harmless one."""
    # Sets of characters far beyond ASCII, or of any case, make a table of them all.
    costly = not pattern.isascii() or re.search(r"\\[uUx]|\(\?[a-z]*i", pattern)
    return len(pattern) + (100 * pattern.count("[") if costly else 0)


def match_cost(pattern: str, text: str) -> int:
    """Return an upper bound of the steps in which `re` searches a text, in thousands.

    Every quantifier and every alternative multiplies the ways through the text. Where
    they are inside something that is repeated, they do so at each character.
    """
    branches, quantifiers, longest_loop, fixed = _shape(pattern)
    size = len(text) + 1
    if longest_loop:
        exponent = min(len(text) + longest_loop - 1, 64)
        ways = ((branches + 1) * (quantifiers + 1)) ** exponent
    else:
        ways = fixed * math.comb(len(text) + quantifiers, quantifiers)
    return int(min(ways * size, _TOO_MANY)) // _WAYS_A_STEP


@lru_cache(maxsize=256)
def _shape(pattern: str) -> tuple[int, int, int, int]:
    """Return what the cost of a pattern depends on.

    Returns:
        The number of alternatives, that of quantifiers, the largest count by which
        something with one of these inside is repeated (0 without such a loop), and
        the product of the numbers of alternatives side by side.
    """
    branches = quantifiers = loop = inner = 0
    fixed = 1
    groups: list[tuple[int, int]] = []
    alternatives, closed = 1, False
    for token in _TOKEN.findall(pattern):
        if token.startswith("("):
            groups.append((branches + quantifiers, alternatives))
            alternatives = 1
        elif token == ")" and groups:
            before, around = groups.pop()
            inner, fixed = branches + quantifiers - before, fixed * alternatives
            alternatives = around
        elif token == "|":
            branches, alternatives = branches + 1, alternatives + 1
        elif token in ("*", "+") or token[0] == "{" != token:
            if closed and inner:
                loop = max(loop, 1) * max(
                    map(int, re.findall(r"\d+", token)), default=1
                )
            quantifiers += not re.fullmatch(r"\{\d+\}", token)
        elif token == "?":
            fixed *= 2
            branches += 1
        closed = token == ")"
    return branches, quantifiers, loop, min(fixed * alternatives, _TOO_MANY)


def likely_texts(pattern: str, least: int) -> Iterator[str]:
    """Yield a few texts of which one may match a pattern; they have to be checked.

    Args:
        pattern: the pattern.
        least: how long the text has to be.
    """
    for count, choice in ((1, 0), (least, 0), (0, 0), (1, 1), (1, 2), (3, 0)):
        yield _written(pattern, count, choice)
    yield from _LIKELY


def _written(pattern: str, count: int, choice: int) -> str:
    """Write out a pattern: each repeat `count` times, of alternatives that `choice`."""

    def group(match: re.Match[str]) -> str:
        return (written(match[1]) * _times(match[2], count))[:_LONGEST_TEXT]

    def written(part: str) -> str:
        options = part.split("|")
        pieces = _PIECE.findall(options[min(choice, len(options) - 1)])
        text = "".join(_one(each) * _times(often, count) for each, often in pieces)
        return text[:_LONGEST_TEXT].translate(_WRITTEN)

    text = _UNWRITTEN.sub("", pattern)
    # The innermost groups first.
    for _ in range(8):
        text, changed = _GROUP.subn(group, text)
        if not changed:
            break
    return written(text).translate(_READABLE)


def _times(quantifier: str | None, count: int) -> int:
    match quantifier or "":
        case "":
            return 1
        case "*":
            return min(count, _MOST_REPEATED)
        case "+":
            return min(max(count, 1), _MOST_REPEATED)
        case "?":
            return int(count > 1)
        case counted:
            least = int(re.findall(r"\d+", counted)[0])
            wanted = max(least, count) if counted.endswith(",}") else least
            return min(wanted, _MOST_REPEATED)


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
