"""Series of measurements, and how a comparison of two of them is told."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Goal:
    """What a row is to reach.

    Attributes:
        most: the most that is allowed.
        of: what it is a limit for: the ratio to the other, or our own median.
    """

    most: float
    of: str = "ratio"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: what was measured, its unit at the end.
        ours: our measurements.
        other: those of what we compare with, turn by turn; empty where there is none.
        against: the name of that.
        goal: what is to be reached, if anything was set.
    """

    what: str
    ours: list[float]
    other: list[float]
    against: str = ""
    goal: Goal | None = None

    @property
    def ratio(self) -> float:
        """Give ours by the other, the median over all turns."""
        pairs = zip(self.ours, self.other, strict=True)
        return median(ours / other for ours, other in pairs)

    def is_met(self) -> bool:
        """Tell whether the goal is reached."""
        if self.goal is None:
            return True
        reached = self.ratio if self.goal.of == "ratio" else median(self.ours)
        return reached <= self.goal.most

    def cells(self) -> list[str]:
        """Give the cells of the line."""
        against = f"{self.against} {_told(self.other)}" if self.other else ""
        ratio = f"{self.ratio:.2f}" if self.other and all(self.other) else ""
        goal = ""
        if self.goal is not None:
            verdict = "met" if self.is_met() else "[bold red]MISSED[/]"
            goal = f"at most {self.goal.most:g}: {verdict}"
        return [self.what, _told(self.ours), against, ratio, goal]


def _told(series: list[float]) -> str:
    middle = median(series)
    if not middle:
        return "0"
    low, _, high = quantiles(series, n=4)
    digits = 1 if middle >= 10 else 2
    return f"{middle:.{digits}f} \u00b1{(high - low) / 2 / middle:.0%}"
