"""Regular expressions: what fits one, and whether checking that would stay cheap.

Patterns are what Python's `re` and ECMA have in common, since `re` has the last word.
Back-references and flags inside are out of scope, flags at the start are not.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import string
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LONGEST_PATTERN = 2000
# What it may cost to check a text: steps of `re`, and steps to find that number.
_MOST_STEPS = 200_000
_MOST_WORK = 20_000
_DEEPEST = 20
_VARIANTS = 40
_GROWTHS = 6
_MIXED = "Aa1!"

_TOKEN = re.compile(
    r"""(?P<set>   \[\^?\]?(?:\\.|[^]\\])*\])
      | (?P<edge>  [$^]|\\[AZbBz])
      | (?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|0(?![0-9])|[^0-9]))
      | (?P<open>  \((?:\?(?:P<\w+>|:|<?[=!]))?(?!\?))
      | (?P<plain> [^\\[()|*+?])""",
    re.VERBOSE | re.DOTALL,
)
_QUANTIFIER = re.compile(r"([*+?]|\{(?=[0-9,])([0-9]*)(,?)([0-9]*)\})\??")
_ENDLESS = float("inf")
_FLAGS = re.compile(r"\(\?([aisu]+)\)")
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


def matches(pattern: str, text: str, spend: Callable[[int], None]) -> bool:
    """Tell whether `re` would find the pattern in a text, without asking it.

    Args:
        spend: is told how many steps were taken.

    Raises:
        PatternError: no pattern, one out of scope, or `re` might take too many steps:
            it tries one way after the other, and some patterns have endless ways.
    """
    node, matcher = _parsed(pattern), _Matcher(text)
    try:
        return any(matcher.ends(node, {at: 1}) for at in range(len(text) + 1))
    finally:
        spend(matcher.work // 8)


def strings(pattern: str, least: int, most: int) -> Iterator[str]:
    """Yield strings that likely fit a pattern, the most natural first.

    They are made from the pattern without its assertions, so some may not fit.

    Args:
        least: the fewest characters.
        most: the most characters.

    Raises:
        PatternError: no pattern, one out of scope, or there are no short strings.
    """
    mixed = _MIXED * (1 + max(least, 8) // len(_MIXED))
    texts = _written(_parsed(pattern), least, most)
    for text in itertools.chain(texts, [mixed[: max(least, 8)]]):
        if least <= len(text) <= most:
            yield text


# --- What a pattern consists of ------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Piece:
    """One character, or an edge between two: then without characters to pick from."""

    test: re.Pattern[str]
    picks: str


@dataclass(frozen=True, eq=False, slots=True)
class _Row:
    nodes: tuple[_Node, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Either:
    nodes: tuple[_Node, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Repeat:
    node: _Node
    least: int
    most: float


@dataclass(frozen=True, eq=False, slots=True)
class _Look:
    """An assertion about what follows or comes before."""

    node: _Node
    ahead: bool
    wanted: bool


_Node: TypeAlias = _Piece | _Row | _Either | _Repeat | _Look


@lru_cache(maxsize=256)
def _parsed(pattern: str) -> _Node:
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

    def either(self) -> _Node:
        rows = [self._row()]
        while self.text.startswith("|", self.at):
            self.at += 1
            rows.append(self._row())
        return rows[0] if len(rows) == 1 else _Either(tuple(rows))

    def _row(self) -> _Node:
        nodes = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            nodes.append(self._repeated(self._atom()))
        return nodes[0] if len(nodes) == 1 else _Row(tuple(nodes))

    def _atom(self) -> _Node:
        token = _TOKEN.match(self.text, self.at)
        if token is None:
            raise PatternError("is a pattern out of scope")
        self.at = token.end()
        if token.lastgroup == "open":
            return self._group(token[0])
        return _piece(token[0], token.lastgroup == "edge", self.flags)

    def _group(self, opening: str) -> _Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise PatternError("is a pattern out of scope, nested too deeply")
        node = self.either()
        self.depth -= 1
        self.at += 1
        if opening[-1] in "=!":
            return _Look(node, ahead="<" not in opening, wanted=opening[-1] == "=")
        return node

    def _repeated(self, node: _Node) -> _Node:
        found = _QUANTIFIER.match(self.text, self.at)
        if found is None:
            return node
        self.at = found.end()
        sign, low, comma, high = found.group(1, 2, 3, 4)
        if sign in "*+?":
            return _Repeat(node, sign == "+", 1 if sign == "?" else _ENDLESS)
        least = int(low or 0)
        return _Repeat(node, least, int(high) if high else _ENDLESS if comma else least)


@lru_cache(maxsize=512)
def _piece(token: str, edge: bool, flags: int) -> _Piece:
    try:
        test = re.compile(token, flags)
    except re.error:
        raise PatternError("is a pattern out of scope") from None
    if edge:
        return _Piece(test, "")
    # A letter after a backslash is a class, or stands for another character.
    if token[0] == "[" or token == "." or (len(token) > 1 and token[1].isalnum()):
        picks = next(filter(None, (_found(test, each) for each in _alphabets())), "")
    else:
        picks = token[-1]
    if not picks:
        raise PatternError("is a pattern with a set that has no usual characters")
    return _Piece(test, picks)


def _found(test: re.Pattern[str], alphabet: str) -> str:
    found = itertools.islice(test.finditer(alphabet), _VARIANTS)
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


# --- Strings for it ------------------------------------------------------------------


def _written(node: _Node, least: int, most: int) -> Iterator[str]:
    repeats = [*itertools.islice(_growing(node), _GROWTHS)]
    short = []
    for variant in range(_VARIANTS):
        for text in _Writer(variant, most).texts(node):
            short.append(variant)
            lack = max(least, 1) - len(text)
            if lack > 0:
                for longer in (*repeats, None):
                    yield from _Writer(variant, most, longer, lack).texts(node)
                filler = _MIXED * lack
                yield from (text + filler[:lack], filler[:lack] + text)
            yield text
    for extra, variant in itertools.product(range(1, _GROWTHS), short[:_GROWTHS]):
        for longer in repeats:
            yield from _Writer(variant, most, longer, extra).texts(node)
        for text in _Writer(variant, most).texts(node):
            # Where a pattern has no end, more may follow.
            yield from (text + each * extra for each in string.ascii_lowercase)


def _growing(node: _Node) -> Iterator[_Repeat]:
    match node:
        case _Repeat():
            if node.most > node.least:
                yield node
            yield from _growing(node.node)
        case _Row() | _Either():
            for each in node.nodes:
                yield from _growing(each)


class _TooLongError(Exception):
    """There is no short string."""


class _Writer:
    """Writes a variant of a string, one repetition in it, or all, so much longer."""

    def __init__(
        self, variant: int, most: int, longer: _Repeat | None = None, by: int = 0
    ) -> None:
        self.variant, self.longer, self.by = variant, longer, by
        self.left = 4 * most + 1000

    def texts(self, node: _Node) -> Iterator[str]:
        """Yield the string, unless it is far too long."""
        with contextlib.suppress(_TooLongError):
            yield self._write(node, 0)

    def _write(self, node: _Node, turn: int) -> str:
        match node:
            case _Piece() if node.picks:
                # After each round of the characters, neighbours are further apart.
                count = len(node.picks)
                step = 1 + self.variant // count
                return node.picks[(turn * step + self.variant) % count]
            case _Row():
                return "".join(self._row(node.nodes, turn))
            case _Either():
                return self._write(node.nodes[self.variant % len(node.nodes)], turn)
            case _Repeat():
                return "".join(self._repeated(node, turn))
        return ""

    def _row(self, nodes: tuple[_Node, ...], turn: int) -> Iterator[str]:
        before, step = "", turn
        for node in nodes:
            picks = node.picks if isinstance(node, _Piece) else ""
            # The same set again gives its next character: 123, not 111.
            step = step + 1 if picks and picks == before else turn
            before = picks
            yield self._write(node, step)

    def _repeated(self, node: _Repeat, turn: int) -> Iterator[str]:
        grow = self.by if self.longer is None or self.longer is node else 0
        number = 0
        while number < node.least or (grow > 0 and number < node.most):
            text = self._write(node.node, turn + number)
            self.left -= 1 + len(text)
            if self.left < 0:
                raise _TooLongError
            if number >= node.least:
                grow -= max(1, len(text))
            number += 1
            yield text


# --- What checking costs -------------------------------------------------------------


class _Matcher:
    """Follows all ways through a text at once, and counts what `re` would have to try.

    Its own work stays polynomial where that of `re` is exponential.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.work = self.steps = 0

    def ends(self, node: _Node, starts: dict[int, int]) -> dict[int, int]:
        """Give where a node ends that begins at some positions, and in how many ways.

        Raises:
            PatternError: that takes too many steps.
        """
        self.work += 1 + len(starts)
        self.steps += sum(starts.values())
        if self.work > _MOST_WORK or self.steps > _MOST_STEPS:
            raise PatternError("is a pattern that takes too long to check")
        match node:
            case _Piece():
                found = (
                    (node.test.match(self.text, at), ways)
                    for at, ways in starts.items()
                )
                return {each.end(): ways for each, ways in found if each}
            case _Row():
                for each in node.nodes:
                    starts = self.ends(each, starts) if starts else starts
                return starts
            case _Either():
                return _sum(self.ends(each, starts) for each in node.nodes)
            case _Repeat():
                return _sum(self._repeated(node, starts))
            case _Look():
                return {
                    at: ways
                    for at, ways in starts.items()
                    if self._seen(node, at) is node.wanted
                }

    def _repeated(
        self, node: _Repeat, starts: dict[int, int]
    ) -> Iterator[dict[int, int]]:
        # More rounds than characters only go round in place.
        most = min(node.most, node.least + len(self.text) + 1)
        for number in itertools.count():
            if number >= node.least:
                yield starts
            if not starts or number >= most:
                return
            starts = self.ends(node.node, starts)

    def _seen(self, node: _Look, at: int) -> bool:
        if node.ahead:
            return bool(self.ends(node.node, {at: 1}))
        return any(at in self.ends(node.node, {start: 1}) for start in range(at + 1))


def _sum(ends: Iterable[dict[int, int]]) -> dict[int, int]:
    total: dict[int, int] = {}
    for each in ends:
        for at, ways in each.items():
            total[at] = total.get(at, 0) + ways
    return total
