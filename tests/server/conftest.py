"""A server for the tests of a module, and ways to talk to it."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_server import LocalServer
from assistants_server.search import extract
from tests.server.api import TIMEOUT, Api, until
from tests.server.plain_client import PlainClient
from tests.server.shelf import EXTRACT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistants_server import Engine


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    """Provide a server that the tests of a module share; none may rely on its state."""
    with LocalServer() as server:
        yield server


@pytest.fixture(scope="module")
def http(server: LocalServer) -> Iterator[httpx.Client]:
    """Provide a bare client of the module's server."""
    with PlainClient(server.url) as http:
        yield http


@pytest.fixture(scope="module")
def api(http: httpx.Client) -> Api:
    """Provide the module's server with every answer of it judged by the document."""
    return Api(http)


@pytest.fixture
def hasty() -> Iterator[tuple[LocalServer, Api]]:
    """Provide a server on which runs last for ten seconds, which may be let pass."""
    with (
        LocalServer(expires_after=10) as server,
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as http,
    ):
        yield server, Api(http)


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
    # vacuous: mostly, nothing is logged
    assert [each for each in logged if each.levelno >= logging.ERROR] == []


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Hold up the reading of files until it is set, or the reading is stopped."""
    gate = threading.Event()

    def held(path: Path, filename: str, *, stop: threading.Event) -> str:
        until(lambda: gate.is_set() or stop.is_set(), "the gate to be opened")
        return extract(path, filename, stop=stop)

    monkeypatch.setattr(EXTRACT, held)
    yield gate
    gate.set()
