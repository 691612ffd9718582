"""Examples are taken from tests of Hypothesis."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.examples import examples_taken_from


def test_examples_are_taken_from_where_hypothesis_has_them() -> None:
    ran = []

    @settings(database=None, max_examples=1)
    @example(value=1)
    @example(value=2)
    @given(value=st.just(3))
    def test(value: int) -> None:
        ran.append(value)

    taken = examples_taken_from(test)
    moved = "Hypothesis has its examples elsewhere now; see `example` in its core.py"
    assert taken == [{"value": 1}, {"value": 2}], moved
    test()
    assert ran == [3], moved
