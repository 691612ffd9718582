"""Tests that need the upstream documents themselves, which a clone doesn't have.

`scripts/upstream` runs them where the documents are at hand.
"""

from __future__ import annotations

import pytest

from harness.contract import upstream


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Refuse to pass for lack of documents."""
    if not upstream.for_prose():
        raise pytest.UsageError(
            f"no upstream document is at hand: set {upstream.VARIABLE} to one or more"
        )
