"""A comparison of two series of measurements, and what it is to reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Literal

import pyperf


class BenchError(Exception):
    """Something can't be measured."""


@dataclass(frozen=True)
class Goal:
    """What a row is to reach.

    Attributes:
        most: the most that is allowed.
        of: what it is a limit for: the ratio to the other, or our own median.
    """

    most: float
    of: Literal["ratio", "median"] = "ratio"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: what was measured.
        ours: our measurements, in seconds or bytes.
        other: those of what we compare with, turn by turn; empty where there is none.
        against: the name of that.
        goal: what is to be reached, if anything was set.
        unit: what pyperf calls it.
        profile: returns where our time goes, line by line.
    """

    what: str
    ours: list[float]
    other: list[float]
    against: str = ""
    goal: Goal | None = None
    unit: Literal["second", "byte"] = "second"
    profile: Callable[[], list[str]] | None = None

    @property
    def ratio(self) -> float:
        """Ours by the other, the median over all turns."""
        pairs = zip(self.ours, self.other, strict=True)
        return median(ours / other for ours, other in pairs)

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        if self.goal is None:
            return True
        reached = self.ratio if self.goal.of == "ratio" else median(self.ours)
        return reached <= self.goal.most

    def benchmarks(self) -> Iterator[pyperf.Benchmark]:
        """Yield our series, and the other one if there is any."""
        for who, values in (
            (f"ours/{self.against}", self.ours),
            (self.against, self.other),
        ):
            if values:
                metadata = {"name": f"{self.what}: {who}", "unit": self.unit}
                yield pyperf.Benchmark([pyperf.Run(values, metadata=metadata)])

    def cells(self) -> list[str]:
        """Return the cells of the line."""
        ours, *other = (_cell(each) for each in self.benchmarks())
        against = f"{self.against} {other[0]}" if other else ""
        ratio = f"{self.ratio:.2f}" if other else ""
        goal = ""
        if self.goal is not None:
            most = f"{self.goal.most:g}"
            if self.goal.of == "median":
                most = next(self.benchmarks()).format_value(self.goal.most)
            verdict = "met" if self.is_met else "[bold red]MISSED[/]"
            goal = f"{most} {verdict}"
        return [self.what, ours, against, ratio, goal]


def _cell(series: pyperf.Benchmark) -> str:
    middle = series.median()
    spread = series.median_abs_dev() / middle if len(series.get_values()) > 1 else 0
    return f"{series.format_value(middle)} \u00b1{spread:.0%}"
