"""What a comparison of two documents gives: changes, and what they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, NamedTuple

Bump = Literal["major", "minor", "patch", "none"]
Kind = Literal["package", "operation", "model"]


class Verdict(IntEnum):
    """What a change means for somebody's code, from nothing at all to a break.

    Attributes:
        NONE: it doesn't concern them.
        COMPATIBLE: what was right stays right, and does the same.
        MIND: what was right stays right, but something may be worth a thought.
        BREAKING: what was right may be so no longer.
    """

    NONE = 0
    COMPATIBLE = 1
    MIND = 2
    BREAKING = 3


class Effect(NamedTuple):
    """What a change means for those who send a value, and for those who read it."""

    sent: Verdict
    read: Verdict


HARMLESS = Effect(Verdict.COMPATIBLE, Verdict.COMPATIBLE)
NOTED = Effect(Verdict.MIND, Verdict.MIND)
BROKEN = Effect(Verdict.BREAKING, Verdict.BREAKING)
# Fewer values than before: what was sent may be refused, what is read is known.
NARROWED = Effect(Verdict.BREAKING, Verdict.COMPATIBLE)
# More values, of a kind that the types of the code didn't allow for.
WIDENED = Effect(Verdict.COMPATIBLE, Verdict.BREAKING)
# More values, of a kind that they did: open enums, open unions, wider limits.
OPENED = Effect(Verdict.COMPATIBLE, Verdict.MIND)


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        kind: what it is a change of: an operation, a model, or the package as a whole.
        name: the module of the operation (`runs.create_run`) or the class of the model.
        where: method and path of an operation, else "".
        element: the argument, property or the like as the code calls it, or "".
        path: where it stands, as JSON path: in the new document, or in the old one
            where it is gone.
        text: what changed, in words of the generated code; code is in backticks, and
            nothing else has backticks or characters that can't be seen.
        callers: what it means for those who write arguments and bodies.
        readers: what it means for those who read answers.
    """

    kind: Kind
    name: str
    where: str
    element: str
    path: str
    text: str
    callers: Verdict
    readers: Verdict

    @property
    def verdict(self) -> Verdict:
        """Give the graver of the two verdicts."""
        return max(self.callers, self.readers)


@dataclass(frozen=True)
class Report:
    """All that changed between two documents.

    Attributes:
        changes: the changes: of the package, of operations, of models; of one and the
            same thing, the graver ones first.
        prose: how many descriptions and summaries say something else than before.
        released: whether the version before is 1.0 or later, and promises something.
        old: what the old document is, for people.
        new: what the new document is, likewise.
    """

    changes: tuple[Change, ...] = ()
    prose: int = 0
    released: bool = False
    old: str = ""
    new: str = ""

    @property
    def breaking(self) -> bool:
        """Tell whether anybody's code breaks."""
        return self.verdict is Verdict.BREAKING

    @property
    def is_empty(self) -> bool:
        """Tell whether code sees no difference; words may differ all the same."""
        return not self.changes

    @property
    def verdict(self) -> Verdict:
        """Give the gravest verdict of all."""
        return max((change.verdict for change in self.changes), default=Verdict.NONE)

    @property
    def callers(self) -> Verdict:
        """Give the gravest verdict for callers."""
        return max((change.callers for change in self.changes), default=Verdict.NONE)

    @property
    def readers(self) -> Verdict:
        """Give the gravest verdict for readers of answers."""
        return max((change.readers for change in self.changes), default=Verdict.NONE)

    @property
    def bump(self) -> Bump:
        """Name the part of the version that the changes ask to raise.

        Before 1.0 that is the minor one where code breaks, else the last one.
        """
        if self.is_empty:
            return "none"
        if self.breaking:
            return "major" if self.released else "minor"
        return "minor" if self.released else "patch"
