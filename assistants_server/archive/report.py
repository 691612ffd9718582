"""What came of an import, object by object."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from assistants_archive.counts import counts_text

Verdict: TypeAlias = Literal["imported", "unchanged", "deleted", "conflict", "refused"]
_MOST = 1000


class Note(NamedTuple):
    """Something about an object that its owner should know.

    Attributes:
        verdict: what became of it, or "adapted" for one that is not just as it was.
        kind: what it is.
        id: its id.
        reason: why.
    """

    verdict: str
    kind: str
    id: str
    reason: str


@dataclass
class Report:
    """What came of an import.

    Attributes:
        dry: whether nothing was written.
        counts: how many objects there were of each verdict and kind.
        notes: what is to be said of some of them, the first thousand.
        noted: how many there were of each verdict.
    """

    dry: bool = False
    counts: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    notes: list[Note] = field(default_factory=list)
    noted: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict, kind: str, id: str = "", reason: str = "") -> None:
        """Count an object, and note the reason if there is one."""
        self.counts[verdict][kind] += 1
        if reason:
            self.note(verdict, kind, id, reason)

    def note(self, verdict: str, kind: str, id: str, reason: str) -> None:
        """Note something about an object."""
        self.noted[verdict] += 1
        if len(self.notes) < _MOST:
            self.notes.append(Note(verdict, kind, id, reason))

    @property
    def left_out(self) -> int:
        """Return how many objects were not imported, and should have been."""
        return sum(sum(self.counts[each].values()) for each in ("conflict", "refused"))

    def lines(self) -> list[str]:
        """Return what there is to say, for people."""
        verbs = {
            "imported": "would be imported" if self.dry else "imported",
            "unchanged": "were there already",
            "deleted": "were deleted here since, and stay so",
            "conflict": "are there with other content, and stay as they are",
            "refused": "can't be imported",
        }
        found = [
            f"{counts_text(kinds)}: {verb}"
            for verdict, verb in verbs.items()
            if (kinds := self.counts[verdict])
        ]
        found += [f"  {n.verdict}: {n.kind} {n.id}: {n.reason}" for n in self.notes]
        more = sum(self.noted.values()) - len(self.notes)
        return [*found, f"  and {more} more"] if more else found
