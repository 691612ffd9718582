"""Settings that all tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

# No test depends on how fast a machine is. What hypothesis sets by itself where CI is
# set (always the same examples, for one) stays.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

# What takes longest goes first: at the end, nothing then keeps one process busy while
# the others have nothing left to do.
_LONG = {
    "test_demo.py",
    "test_generated_types.py",
    "test_interrupts.py",
    "test_wheel.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first, in the order in which they stand."""
    items.sort(key=lambda item: item.path.name not in _LONG)
