"""What stands behind nginx and before it: a server, and clients."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistants_client import Client
from assistants_server import LocalServer
from harness.nginx.server import Front, front

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import httpx

    from assistants_server import Turn

KEY = "sk-a-key-of-the-harness"
TIMEOUT = 60.0
FIRST, SECOND = "Well, ", "that is all."


@dataclass
class Stage:
    """A server with a key, nginx before it, and clients before that.

    Attributes:
        server: our server, both of those that nginx knows.
        front: nginx.
        http: a bare client of nginx.
        client: our client of nginx.
        go_on: lets the answer go on after its first piece.
    """

    server: LocalServer
    front: Front
    http: httpx.Client
    client: Client
    go_on: threading.Event = field(default_factory=threading.Event)

    async def engine(self, turn: Turn) -> AsyncIterator[str]:
        """Say something, and the rest when it is let go on."""
        yield FIRST
        while not self.go_on.is_set():
            await asyncio.sleep(0.01)
        yield SECOND


@contextmanager
def stage(*, keep_alive: float = 15, timeout: float | None = None) -> Iterator[Stage]:
    """Set a stage up.

    Args:
        keep_alive: seconds of silence after which the server has a comment in streams.
        timeout: seconds that nginx waits for the next byte, if not as in the guide.
    """
    with ExitStack() as stack:
        server = LocalServer(key=KEY, keep_alive=keep_alive, poll_after=20)
        stack.enter_context(server)
        before = stack.enter_context(front((server.port, server.port), timeout))
        http = stack.enter_context(
            before.http(
                base_url=before.url,
                headers={"authorization": f"Bearer {KEY}"},
                timeout=TIMEOUT,
            )
        )
        client = stack.enter_context(
            Client(
                base_url=before.url,
                api_key=KEY,
                timeout=TIMEOUT,
                http_client=before.http(timeout=TIMEOUT),
            )
        )
        made = Stage(server, before, http, client)
        server.engine = made.engine
        try:
            yield made
        finally:
            made.go_on.set()
