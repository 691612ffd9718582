"""Strings that likely fit a pattern."""

from __future__ import annotations

import contextlib
import itertools
import string
from typing import TYPE_CHECKING

from .nodes import Either, Node, Piece, Repeat, Row
from .parsing import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARIANTS = 40
_GROWTHS = 6
_MIXED = "Aa1!"


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
    texts = _written(parsed(pattern), least, most)
    for text in itertools.chain(texts, [mixed[: max(least, 8)]]):
        if least <= len(text) <= most:
            yield text


def _written(node: Node, least: int, most: int) -> Iterator[str]:
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


def _growing(node: Node) -> Iterator[Repeat]:
    match node:
        case Repeat():
            if node.most > node.least:
                yield node
            yield from _growing(node.node)
        case Row() | Either():
            for each in node.nodes:
                yield from _growing(each)


class _TooLongError(Exception):
    """There is no short string."""


class _Writer:
    """Writes a variant of a string, one repetition in it, or all, so much longer."""

    def __init__(
        self, variant: int, most: int, longer: Repeat | None = None, by: int = 0
    ) -> None:
        self.variant, self.longer, self.by = variant, longer, by
        self.left = 4 * most + 1000

    def texts(self, node: Node) -> Iterator[str]:
        """Yield the string, unless it is far too long."""
        with contextlib.suppress(_TooLongError):
            yield self._write(node, 0)

    def _write(self, node: Node, turn: int) -> str:
        match node:
            case Piece() if node.picks:
                # After each round of the characters, neighbours are further apart.
                count = len(node.picks)
                step = 1 + self.variant // count
                return node.picks[(turn * step + self.variant) % count]
            case Row():
                return "".join(self._row(node.nodes, turn))
            case Either():
                return self._write(node.nodes[self.variant % len(node.nodes)], turn)
            case Repeat():
                return "".join(self._repeated(node, turn))
        return ""

    def _row(self, nodes: tuple[Node, ...], turn: int) -> Iterator[str]:
        before, step = "", turn
        for node in nodes:
            picks = node.picks if isinstance(node, Piece) else ""
            # The same set again gives its next character: 123, not 111.
            step = step + 1 if picks and picks == before else turn
            before = picks
            yield self._write(node, step)

    def _repeated(self, node: Repeat, turn: int) -> Iterator[str]:
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
