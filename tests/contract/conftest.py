"""Fixtures of the contract tests: a server on loopback and a client that calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistants_api import AuthenticatedClient
from harness.contract.loopback import PATIENCE, Loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "sk-of-the-tests"


@pytest.fixture(scope="session")
def one_server() -> Iterator[Loopback]:
    with Loopback() as server:
        yield server


@pytest.fixture
def server(one_server: Loopback) -> Iterator[Loopback]:
    """Give the server as new; one thread serves the whole session."""
    one_server.reset()
    yield one_server
    one_server.stopping.set()


@pytest.fixture
def client(server: Loopback) -> Iterator[AuthenticatedClient]:
    with AuthenticatedClient(
        base_url=server.url, token=TOKEN, timeout=PATIENCE
    ) as client:
        yield client
