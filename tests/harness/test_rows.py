"""The rows of a table are all tried, or those that are asked for."""

from __future__ import annotations

from functools import partial

import pytest

from harness.rows import VARIABLE, run_rows


def test_all_rows_are_tried_and_all_failures_raised() -> None:
    tried: list[str] = []

    def run(title: str) -> None:
        tried.append(title)
        if title != "good":
            raise LookupError(title)

    rows = [(title, partial(run, title)) for title in ("bad", "good", "worse")]
    with pytest.raises(ExceptionGroup, match="2 of 3 rows") as caught:
        run_rows(rows)
    assert tried == ["bad", "good", "worse"]
    assert [each.__notes__ for each in caught.value.exceptions] == [
        *(["for bad"], ["for worse"])
    ]


def test_one_row_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "goo")
    tried: list[str] = []
    rows = [(title, partial(tried.append, title)) for title in ("bad", "good")]
    run_rows(rows)
    assert tried == ["good"]
    # vacuous: this isn't one
    with pytest.raises(pytest.skip.Exception, match="no row has 'goo'"):
        run_rows(rows[:1])
