"""A small soak; `scripts/soak` does the same for minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.soak.traffic import Plan, soak

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_is_left_and_every_run_is_accounted_for(tmp_path: Path) -> None:
    done = soak(Plan(seconds=0.8, warming=0.3), tmp_path)
    assert done.wrong == []
    # It was a soak: there was all that it is about.
    counts, statuses = done.ledger.counts, done.reckoning.statuses
    assert done.reckoning.asked > 20
    assert statuses["completed"]
    assert counts["streams whole"]
    assert counts["tasks cancelled"]
    assert done.ledger.errors
