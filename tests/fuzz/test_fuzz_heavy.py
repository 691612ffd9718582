"""Large streams take work in proportion to their size, not to its square."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from harness.fuzz.bench import Bench
from harness.fuzz.large_streams import HEAVY, followed
from harness.fuzz.runner import HangsError, deadline

if TYPE_CHECKING:
    from collections.abc import Iterator

# What four times as much takes at most, as a multiple. The square would be sixteen.
_MOST = 6
# Here calls don't tell: single ones may copy a whole list, each time anew. Done so, it
# would take some minutes for as many items; it takes a fraction of a second.
_COPIED = ("all parts at once", "a message of numbers", "a step of calls")
_MANY = 12_000


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench() as made:
        yield made


def test_work_grows_with_size(bench: Bench) -> None:
    wrong = []
    for name, make in HEAVY.items():
        small, large = (_calls(bench, make(number)) for number in (50, 200))
        if large > _MOST * small:
            wrong.append(
                f"{name}: {large / small:.1f} times the calls for 4 times as much"
            )
    assert not wrong, "\n".join(wrong)


def test_what_is_large_at_once_ends(bench: Bench) -> None:
    wrong = []
    for name in _COPIED:
        pieces = HEAVY[name](_MANY)
        try:
            with deadline():
                followed(bench, pieces)
        except HangsError as error:
            wrong.append(f"{name}: {error}")
    assert not wrong, "\n".join(wrong)


def _calls(bench: Bench, pieces: list[bytes]) -> int:
    """Count the calls of functions that it takes to follow a stream."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        followed(bench, pieces)
    finally:
        sys.setprofile(before)
    return count
