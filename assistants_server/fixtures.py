"""Fixtures for pytest: `pytest_plugins = ["assistants_server.fixtures"]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def local_server() -> Iterator[LocalServer]:
    """Provide a running server of the test's own, on a free port."""
    with LocalServer() as server:
        yield server
