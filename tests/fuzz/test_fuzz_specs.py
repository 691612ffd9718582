"""Mutated documents end in code that is data, or in a refusal that names the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.fuzz.report import kept_cases
from harness.fuzz.spec_bases import names
from harness.fuzz.spec_edits import Case
from harness.fuzz.specs import Fuzzer

if TYPE_CHECKING:
    from pathlib import Path

# The first seed and how many, by how far the cases go; `scripts/fuzz specs` has more.
SEEDS = {"plan": (1, 6), "emit": (101, 2), "build": (201, 1), "contract": (325, 1)}


def test_mutants_end_in_code_or_a_refusal(tmp_path: Path) -> None:
    fuzzer = Fuzzer(tmp_path)
    for stage, (seed, cases) in SEEDS.items():
        for number in range(cases):
            fuzzer.run(seed + number, stage)
    fuzzer.finish()
    assert fuzzer.report.failures == [], "\n".join(fuzzer.report.lines())
    outcomes = fuzzer.report.outcomes
    assert outcomes.keys() >= {"planned", "refused, at the place"}
    assert outcomes["put to the contract tests"] == 1
    assert outcomes["written"] + outcomes["built"] > 0


def test_what_was_found_is_not_found_again(tmp_path: Path) -> None:
    """Go through the cases that failed once; those of documents that lie at hand."""
    fuzzer = Fuzzer(tmp_path)
    for number, (_, data) in enumerate(kept_cases("specs")):
        case = Case.from_bytes(data)
        if case.base in names():
            fuzzer.judge(number, case, "emit")
    fuzzer.finish()
    assert fuzzer.report.cases > 0
    assert fuzzer.report.failures == [], "\n".join(fuzzer.report.lines())
