"""Patterns as `re` takes them, and what compiling one costs."""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_PATTERN = 2000

_SETS = re.compile(r"\\.|(\[\^?)(\]?(?:\\.|[^]\\])*)\]", re.DOTALL)
_IN_SET = re.compile(r"(\\.|.)(?:-(\\.|.))?", re.DOTALL)


class PatternError(ValueError):
    """A pattern is none, is out of scope, or takes too long to check."""


def weight(pattern: str) -> int:
    """Tell what compiling a pattern costs, in characters of a harmless one."""
    # Sets of characters far beyond ASCII, or of any case, make a table of them all.
    costly = not pattern.isascii() or re.search(r"\\[uUx]|\(\?[a-z]*i", pattern)
    return len(pattern) + (100 * pattern.count("[") if costly else 0)


def quiet(pattern: str) -> str:
    """Give an equal pattern whose sets don't make `re` warn of a future meaning."""

    def escaped(item: re.Match[str]) -> str:
        ends = (f"\\{each}" if each in {*"[-&~|"} else each for each in item.groups(""))
        return "-".join(filter(None, ends))

    def rewritten(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        return f"{found[1]}{_IN_SET.sub(escaped, found[2])}]"

    return _SETS.sub(rewritten, pattern)


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern.

    Raises:
        PatternError: it is none, as far as `re` knows, or it is too long.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise PatternError(f"is a pattern of more than {LONGEST_PATTERN} characters")
    try:
        return re.compile(quiet(pattern))
    except (re.error, OverflowError, RecursionError, FutureWarning) as error:
        raise PatternError(f"is no regular expression for Python: {error}") from None
