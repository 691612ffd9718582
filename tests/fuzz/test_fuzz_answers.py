"""Some cases of each target, always the same, and all that once failed.

`scripts/fuzz` tries others, for as long as one likes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.fuzz.header_cases import ASKING, WAITS
from harness.fuzz.report import kept_cases
from harness.fuzz.runner import from_bytes, fuzz, judged
from harness.fuzz.targets import targets
from harness.fuzz.waits import bounded_polls, bounded_retries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.fuzz.runner import Target

CASES = {"answers": 120, "streams": 50, "headers": 60}
# Outcomes that have to come, or the cases are of no use.
DUE = {
    "answers": {"DecodeError", "Run", "AsyncRun", "Page", "AsyncPage", "NotFoundError"},
    "streams": {"plain: an end", "handler: StreamInterrupted", "resume: an end"},
    "headers": {"2xx: a result", "2xx: DecodeError", "4xx: RateLimitError"},
}


@pytest.fixture(scope="module")
def known() -> Iterator[dict[str, Target]]:
    with targets() as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_any_case_ends_as_it_may(known: dict[str, Target], name: str) -> None:
    report = fuzz(known[name], seed=1, cases=CASES[name])
    assert not report.failures, "\n".join(report.lines())
    assert report.cases == CASES[name]
    assert DUE[name] <= report.outcomes.keys()


def test_no_wait_is_longer_than_promised() -> None:
    for value in WAITS:
        bounded_polls([(ASKING[2], value)])
        for name in ASKING:
            for status in (429, 503):
                bounded_retries(status, [(name, value)])


@pytest.mark.parametrize("name", CASES)
def test_what_once_failed_does_no_more(known: dict[str, Target], name: str) -> None:
    wrong = []
    kept = [*kept_cases(name)]
    assert kept
    for file, content in kept:
        _, problem = judged(known[name], from_bytes(content))
        if problem is not None:
            wrong.append(f"{file}: {problem}")
    assert not wrong, "\n".join(wrong)
