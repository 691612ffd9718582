"""What a comparison finds: changes, in words, their verdicts, what they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

from codegen.plan.literal import plain_text

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


# --- Words: code in backticks, and nothing that could escape from them ----------------

LONGEST = 160
"""How many characters of the document's own one piece of code shows at most."""
_MOST_VALUES = 12


class Prose(str):
    """Words of ours: any other text is code when it is written into a sentence."""

    __slots__ = ()


def code(text: str) -> Prose:
    """Write a piece of code, cut where it is long, that backticks can't end."""
    plain = plain_text(text).replace("`", "'")
    if len(plain) > LONGEST:
        plain = plain[: LONGEST - 3] + "..."
    return Prose(f"`{plain}`")


def codes(texts: Sequence[str]) -> Prose:
    """Write several pieces of code."""
    return _listed([code(text) for text in texts])


def value(data: Any) -> Prose:
    """Write a value of the document as code."""
    quoted = repr(data)
    if isinstance(data, str) and '"' not in data and "'" not in quoted[1:-1]:
        quoted = f'"{quoted[1:-1]}"'
    return code(quoted)


def values(several: Sequence[Any]) -> Prose:
    """Write several values of the document, the first ones if there are many."""
    shown = [value(one) for one in several[:_MOST_VALUES]]
    if len(several) > _MOST_VALUES:
        shown.append(Prose(f"{len(several) - _MOST_VALUES} more"))
    return _listed(shown)


def _listed(parts: Sequence[Prose]) -> Prose:
    if len(parts) < 2:
        return Prose("".join(parts))
    return Prose(f"{', '.join(parts[:-1])} and {parts[-1]}")
