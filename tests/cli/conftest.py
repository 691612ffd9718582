"""A server that the tests of a module share, and what uses it by the command line."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import Client
from assistants_server import LocalServer
from tests.cli.invocation import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(poll_after=2) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: LocalServer) -> Iterator[Client]:
    with Client(base_url=server.url, api_key="none") as client:
        yield client


@pytest.fixture
def assistants(server: LocalServer) -> Callable[..., Any]:
    """Return what runs a command line at the server; see `run`."""
    return partial(run, url=server.url)
