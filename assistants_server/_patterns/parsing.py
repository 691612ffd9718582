"""Take a pattern apart."""

from __future__ import annotations

import itertools
import re
import string
from functools import lru_cache

from .compiling import PatternError, compiled, quiet
from .nodes import Either, Look, Node, Piece, Repeat, Row

# How many characters are kept of a set.
_MOST_PICKS = 40
_DEEPEST = 20
_ENDLESS = float("inf")

_TOKEN = re.compile(
    r"""(?P<set>   \[\^?\]?(?:\\.|[^]\\])*\])
      | (?P<edge>  [$^]|\\[AZbBz])
      | (?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|0(?![0-9])|[^0-9]))
      | (?P<open>  \((?:\?(?:P<\w+>|:|<?[=!]))?(?!\?))
      | (?P<plain> [^\\[()|*+?])""",
    re.VERBOSE | re.DOTALL,
)
_QUANTIFIER = re.compile(r"([*+?]|\{(?=[0-9,])([0-9]*)(,?)([0-9]*)\})\??")
_FLAGS = re.compile(r"\(\?([aisu]+)\)")


@lru_cache(maxsize=256)
def parsed(pattern: str) -> Node:
    """Take a pattern apart.

    Raises:
        PatternError: no pattern, or one out of scope.
    """
    flags = compiled(pattern).flags & (re.ASCII | re.IGNORECASE | re.DOTALL)
    prefix = _FLAGS.match(pattern)
    parser = _Parser(quiet(pattern), flags, prefix.end() if prefix else 0)
    node = parser.either()
    if parser.at < len(parser.text):
        raise PatternError("is a pattern out of scope")
    return node


class _Parser:
    def __init__(self, text: str, flags: int, at: int) -> None:
        self.text, self.flags, self.at, self.depth = text, flags, at, 0

    def either(self) -> Node:
        rows = [self._row()]
        while self.text.startswith("|", self.at):
            self.at += 1
            rows.append(self._row())
        return rows[0] if len(rows) == 1 else Either(tuple(rows))

    def _row(self) -> Node:
        nodes = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            nodes.append(self._repeated(self._atom()))
        return nodes[0] if len(nodes) == 1 else Row(tuple(nodes))

    def _atom(self) -> Node:
        token = _TOKEN.match(self.text, self.at)
        if token is None:
            raise PatternError("is a pattern out of scope")
        self.at = token.end()
        if token.lastgroup == "open":
            return self._group(token[0])
        return _piece(token[0], token.lastgroup == "edge", self.flags)

    def _group(self, opening: str) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise PatternError("is a pattern out of scope, nested too deeply")
        node = self.either()
        self.depth -= 1
        self.at += 1
        if opening[-1] in "=!":
            return Look(node, ahead="<" not in opening, wanted=opening[-1] == "=")
        return node

    def _repeated(self, node: Node) -> Node:
        found = _QUANTIFIER.match(self.text, self.at)
        if found is None:
            return node
        self.at = found.end()
        sign, low, comma, high = found.group(1, 2, 3, 4)
        if sign in "*+?":
            return Repeat(node, sign == "+", 1 if sign == "?" else _ENDLESS)
        least = int(low or 0)
        return Repeat(node, least, int(high) if high else _ENDLESS if comma else least)


@lru_cache(maxsize=512)
def _piece(token: str, edge: bool, flags: int) -> Piece:
    try:
        test = re.compile(token, flags)
    except re.error:
        raise PatternError("is a pattern out of scope") from None
    if edge:
        return Piece(test, "")
    # A letter after a backslash is a class, or stands for another character.
    if token[0] == "[" or token == "." or (len(token) > 1 and token[1].isalnum()):
        picks = next(filter(None, (_found(test, each) for each in _alphabets())), "")
    else:
        picks = token[-1]
    if not picks:
        raise PatternError("is a pattern with a set that has no usual characters")
    return Piece(test, picks)


def _found(test: re.Pattern[str], alphabet: str) -> str:
    found = itertools.islice(test.finditer(alphabet), _MOST_PICKS)
    return "".join(each[0] for each in found)


@lru_cache(maxsize=1)
def _alphabets() -> tuple[str, ...]:
    """Give the characters to fill sets with, the ones that read best first.

    To ECMA, classes such as digits are ASCII, so the others come where these don't fit.
    """
    plain = string.ascii_lowercase + "1234567890" + string.ascii_uppercase
    # Halves of surrogate pairs are no text.
    others = (range(0xA1, 0xD800), range(0xE000, 0xFFFE), range(0x1F300, 0x1FB00))
    rest = "".join(map(chr, itertools.chain(*others, range(0x20), range(0x7F, 0xA1))))
    return f"{plain} -_.,:/@+{string.punctuation}", rest
