"""Clients that connect while the server stops: they hear of it, and at once."""

from __future__ import annotations

import asyncio
import gc
import socket
from contextlib import suppress
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from assistants_server import LocalServer
from assistants_server.execution.scheduler import Scheduler
from assistants_server.http.connections import Connection, Connections
from tests.server.api import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST = b"GET /v1/assistants HTTP/1.1\r\nhost: localhost\r\n\r\n"


@pytest.fixture(autouse=True)
def _nothing_to_collect() -> Iterator[None]:
    """Collect unclosed sockets, whose warnings are errors."""
    gc.collect()
    yield
    gc.collect()


# The turns of a loop that it takes to accept a connection, to make something of it, to
# read a request, and some more.
@pytest.mark.parametrize("turns", range(8))
def test_who_connects_in_the_last_moment_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    close = Scheduler.close
    late: list[socket.socket] = []

    async def close_late(self: Scheduler) -> None:
        await close(self)
        late.append(socket.create_connection(("127.0.0.1", server.port), TIMEOUT))
        late[0].sendall(REQUEST)
        for _ in range(turns):
            await asyncio.sleep(0)

    monkeypatch.setattr(Scheduler, "close", close_late)
    with LocalServer() as server:
        pass
    # Who was served before is told the end, too.
    with late[0], suppress(ConnectionResetError):
        while late[0].recv(65_536):
            pass


def test_who_is_accepted_after_the_end_is_cut_off() -> None:
    """As on Windows, where a listener can't be told to accept nobody more."""
    connections = Connections()
    early, late = Mock(), Mock()
    connections.add(Connection(early))
    early.abort.assert_not_called()
    connections.abort()
    early.abort.assert_called_once_with()
    connections.add(Connection(late))
    late.abort.assert_called_once_with()
