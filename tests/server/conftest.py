"""A server for the tests of a module, and ways to talk to it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_server import LocalServer
from tests.server.api import TIMEOUT, Api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistants_server import Engine


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    """Provide a server that the tests of a module share; none may rely on its state."""
    with LocalServer() as server:
        yield server


@pytest.fixture(scope="module")
def http(server: LocalServer) -> Iterator[httpx.Client]:
    """Provide a bare client of the module's server."""
    with httpx.Client(base_url=server.url, timeout=TIMEOUT) as http:
        yield http


@pytest.fixture(scope="module")
def api(http: httpx.Client) -> Api:
    """Provide the module's server with every answer of it judged by the document."""
    return Api(http)


@pytest.fixture
def use_engine(server: LocalServer) -> Iterator[Callable[[Engine], None]]:
    """Provide what sets the engine of all runs that begin in this test."""
    usual = server.engine

    def use(engine: Engine) -> None:
        server.engine = engine

    yield use
    server.engine = usual


@pytest.fixture
def no_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail where the server logs an error."""
    yield
    logged = caplog.get_records("call")
    assert [each for each in logged if each.levelno >= logging.ERROR] == []
