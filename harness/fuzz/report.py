"""What a target of fuzzing tells of its cases."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "fuzz" / "corpus"


@dataclass(frozen=True)
class Failure:
    """One case that ended as no case may.

    `seed` repeats it where the target is asked for it alone; `case` is the file
    that the corpus keeps of it.
    """

    seed: int
    what: str
    case: bytes = b""

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.what}"


@dataclass
class Report:
    """Counts of one target: cases, outcomes by type, and the failures."""

    target: str
    cases: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])
    failures: list[Failure] = field(default_factory=list[Failure])
    seconds: float = 0.0

    def count(self, outcome: str) -> None:
        """Add a case that ended as it may, under the name of its outcome."""
        self.cases += 1
        self.outcomes[outcome] += 1

    def fail(self, seed: int, what: str, case: bytes = b"") -> None:
        """Add a case that ended as no case may."""
        self.cases += 1
        self.outcomes["FAILURE"] += 1
        self.failures.append(Failure(seed, what, case))

    def lines(self) -> Iterator[str]:
        """Return the report in lines: totals, outcomes by frequency, failures."""
        yield f"{self.target}: {self.cases} cases in {self.seconds:.1f} s"
        for outcome, count in self.outcomes.most_common():
            yield f"  {count:7d}  {outcome}"
        for failure in self.failures:
            yield f"  {failure}"


def keep(report: Report, folder: Path = CORPUS) -> list[Path]:
    """Write the cases of failures to the corpus, by names that their bytes give."""
    kept: list[Path] = []
    for failure in report.failures:
        if failure.case:
            digest = hashlib.sha256(failure.case).hexdigest()[:12]
            path = folder / report.target / digest
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(failure.case)
            kept.append(path)
    return kept


def kept_cases(target: str, folder: Path = CORPUS) -> Iterator[tuple[str, bytes]]:
    for path in sorted((folder / target).glob("*")):
        yield path.name, path.read_bytes()
