"""Fixtures of the contract tests: a server on loopback and a client that calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistants_api import AuthenticatedClient
from harness.scripted_server import TIMEOUT, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "sk-of-the-tests"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[AuthenticatedClient]:
    with AuthenticatedClient(
        base_url=server.url, token=TOKEN, timeout=TIMEOUT
    ) as client:
        yield client
