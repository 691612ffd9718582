"""What a comparison finds: changes, their verdicts, and what they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Bump = Literal["major", "minor", "patch", "none"]
Kind = Literal["package", "operation", "model"]


class Verdict(IntEnum):
    """What a change means for somebody's code, in ascending order of gravity.

    Attributes:
        NONE: it doesn't concern them.
        COMPATIBLE: what was right stays right, and does the same.
        MIND: what was right stays right, but the change deserves a thought.
        BREAKING: what was right may be wrong now.
    """

    NONE = 0
    COMPATIBLE = 1
    MIND = 2
    BREAKING = 3

    @property
    def word(self) -> str:
        """Return the verdict as reports write it."""
        return self.name.lower()


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        kind: what changed: an operation, a model, or the package as a whole.
        name: the module of the operation (`runs.create_run`) or the class of the model.
        where: method and path of an operation, else "".
        element: the argument, property or the like as the code names it, or "".
        path: where it stands, as JSON path: in the new document, or in the old one
            where it is gone.
        text: what changed, in terms of the generated code. Code is in backticks, and
            nothing else has backticks or invisible characters.
        callers: what it means for those who write arguments and bodies.
        readers: what it means for those who read responses.
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
        """Return the graver of the two verdicts."""
        return max(self.callers, self.readers)


@dataclass(frozen=True)
class Report:
    """Everything that changed between two documents.

    Attributes:
        changes: changes of the package, of operations, of models, in this order; of
            one thing, the graver ones first.
        prose: how many descriptions and summaries were reworded.
        released: whether our version is 1.0 or later, and so promises compatibility.
        old: a label of the old document, for people.
        new: a label of the new one.
    """

    changes: tuple[Change, ...] = ()
    prose: int = 0
    released: bool = False
    old: str = ""
    new: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether code sees no difference; prose may differ all the same."""
        return not self.changes

    @property
    def callers(self) -> Verdict:
        """Return the gravest verdict for callers."""
        return max((change.callers for change in self.changes), default=Verdict.NONE)

    @property
    def readers(self) -> Verdict:
        """Return the gravest verdict for readers of responses."""
        return max((change.readers for change in self.changes), default=Verdict.NONE)

    @property
    def verdict(self) -> Verdict:
        """Return the gravest verdict of all."""
        return max(self.callers, self.readers)

    @property
    def breaking(self) -> bool:
        """Return whether anybody's code breaks."""
        return self.verdict is Verdict.BREAKING

    @property
    def bump(self) -> Bump:
        """Return which part of the version the changes ask to raise.

        Before 1.0 that is the minor part where code breaks, else the patch part.
        """
        if self.is_empty:
            return "none"
        if self.breaking:
            return "major" if self.released else "minor"
        return "minor" if self.released else "patch"

    def count(self, verdict: Verdict) -> int:
        """Return how many changes have a verdict."""
        return sum(change.verdict is verdict for change in self.changes)
