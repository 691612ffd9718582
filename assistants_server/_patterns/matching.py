"""Whether a text fits a pattern, and what checking it costs."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from .compiling import PatternError
from .nodes import Either, Look, Node, Piece, Repeat, Row
from .parsing import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# What it may cost to check a text: steps of `re`, and steps to find that number.
_MOST_STEPS = 200_000
_MOST_WORK = 20_000


def matches(pattern: str, text: str, spend: Callable[[int], None]) -> bool:
    """Tell whether `re` would find the pattern in a text, without asking it.

    Args:
        spend: is told how many steps were taken.

    Raises:
        PatternError: no pattern, one out of scope, or `re` might take too many steps:
            it tries one way after the other, and some patterns have endless ways.
    """
    node, matcher = parsed(pattern), _Matcher(text)
    try:
        return any(matcher.ends(node, {at: 1}) for at in range(len(text) + 1))
    finally:
        spend(matcher.work // 8)


class _Matcher:
    """Follows all ways through a text at once, and counts what `re` would have to try.

    Its own work stays polynomial where that of `re` is exponential.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.work = self.steps = 0

    def ends(self, node: Node, starts: dict[int, int]) -> dict[int, int]:
        """Give where a node ends that begins at some positions, and in how many ways.

        Raises:
            PatternError: that takes too many steps.
        """
        self.work += 1 + len(starts)
        self.steps += sum(starts.values())
        if self.work > _MOST_WORK or self.steps > _MOST_STEPS:
            raise PatternError("is a pattern that takes too long to check")
        match node:
            case Piece():
                found = (
                    (node.test.match(self.text, at), ways)
                    for at, ways in starts.items()
                )
                return {each.end(): ways for each, ways in found if each}
            case Row():
                for each in node.nodes:
                    starts = self.ends(each, starts) if starts else starts
                return starts
            case Either():
                return _sum(self.ends(each, starts) for each in node.nodes)
            case Repeat():
                return _sum(self._repeated(node, starts))
            case Look():
                return {
                    at: ways
                    for at, ways in starts.items()
                    if self._seen(node, at) is node.wanted
                }

    def _repeated(
        self, node: Repeat, starts: dict[int, int]
    ) -> Iterator[dict[int, int]]:
        # More rounds than characters only go round in place.
        most = min(node.most, node.least + len(self.text) + 1)
        for number in itertools.count():
            if number >= node.least:
                yield starts
            if not starts or number >= most:
                return
            starts = self.ends(node.node, starts)

    def _seen(self, node: Look, at: int) -> bool:
        if node.ahead:
            return bool(self.ends(node.node, {at: 1}))
        return any(at in self.ends(node.node, {start: 1}) for start in range(at + 1))


def _sum(ends: Iterable[dict[int, int]]) -> dict[int, int]:
    total: dict[int, int] = {}
    for each in ends:
        for at, ways in each.items():
            total[at] = total.get(at, 0) + ways
    return total
