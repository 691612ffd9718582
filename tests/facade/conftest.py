"""Fixtures that tests of the facade share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facade.story import awaited, sync


@pytest.fixture(params=[sync, awaited], ids=["sync", "async"])
def telling(request: pytest.FixtureRequest) -> Any:
    return request.param
