"""The cells of the matrix, and what came of them."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from harness.faults.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.faults.bench import Bench
    from harness.faults.operations import Form
    from harness.faults.verdicts import Outcome

SHOWN = 100
"""How many failures are told of one by one."""


@frozen
class Cell:
    """A call that runs into trouble."""

    form: Form
    trouble: str
    asynchronous: bool
    tag: str

    def __str__(self) -> str:
        way = "async" if self.asynchronous else "sync"
        return f"{self.form.name} ({way}) against {self.trouble}"


def everything(
    bench: Bench,
    forms: Iterable[Form] = FORMS,
    wanted: Callable[[str], bool] = lambda trouble: True,
) -> list[Cell]:
    troubles = [each for each in bench.troubles if wanted(each)]
    all_of_them = itertools.product(troubles, forms, (False, True))
    return [
        Cell(form, trouble, asynchronous, f"cell-{number}")
        for number, (trouble, form, asynchronous) in enumerate(all_of_them)
    ]


def some(bench: Bench, every: int = 1) -> list[Cell]:
    """Return a part of the cells, always the same: all troubles, forms of each kind.

    The forms of a kind take turns, and so do sync and async.

    Args:
        bench: the server.
        every: each trouble meets one in so many kinds of form.
    """
    kinds = [[f for f in FORMS if f.kind in names] for names in _TOGETHER]
    found: list[Cell] = []
    for at, trouble in enumerate(bench.troubles):
        for number, forms in enumerate(kinds):
            if (at + number) % every == 0:
                turn, place = divmod(at // every, len(forms))
                asynchronous = (turn + number) % 2 == 1
                tag = f"cell-{len(found)}"
                found.append(Cell(forms[place], trouble, asynchronous, tag))
    return found


_TOGETHER = (
    *(("create",), ("read", "change"), ("delete",), ("list", "pages")),
    *(("stream",), ("follow",), ("wait",), ("raw", "unread")),
)


@define
class Report:
    """What came of cells.

    Attributes:
        kinds: how often it was a result, or which error.
        failures: what should not have been, cell by cell.
    """

    kinds: Counter[tuple[Cell, str]] = field(factory=Counter)
    failures: list[tuple[Cell, str]] = field(factory=list)

    def add(self, cell: Cell, outcome: Outcome, wrong: Iterable[str]) -> None:
        """Take note of a cell."""
        self.kinds[cell, outcome.kind] += 1
        self.failures += [(cell, each) for each in wrong]

    def merge(self, other: Report) -> None:
        """Take in another report."""
        self.kinds.update(other.kinds)
        self.failures += other.failures

    @property
    def cells(self) -> int:
        return self.kinds.total()

    def by_kind(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for (_, kind), number in self.kinds.items():
            found[kind] += number
        return found

    def told(self) -> str:
        found = self.by_kind().most_common()
        kinds = ", ".join(f"{number} {kind}" for kind, number in found)
        lines = [f"{self.cells} cells: {kinds}; {len(self.failures)} failures"]
        lines += [f"{cell}: {what}" for cell, what in self.failures[:SHOWN]]
        more = len(self.failures) - SHOWN
        return "\n".join([*lines, f"and {more} more"] if more > 0 else lines)
