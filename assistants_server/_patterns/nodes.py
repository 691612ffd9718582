"""What a pattern consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import re


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """One character, or an edge between two: then without characters to pick from."""

    test: re.Pattern[str]
    picks: str


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Either:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Repeat:
    node: Node
    least: int
    most: float


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """An assertion about what follows or comes before."""

    node: Node
    ahead: bool
    wanted: bool


Node: TypeAlias = Piece | Row | Either | Repeat | Look
