"""The clients whose requests are compared: the package's and ours, of one server."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import openai

from assistants_client import AsyncClient, Client

if TYPE_CHECKING:
    from typing import Self

    from harness.scripted_server import Request, ScriptedServer

KEY = "key-of-the-tests"
Call: TypeAlias = Callable[[Any], Any]


def only(server: ScriptedServer) -> Request:
    """Return the one request that came."""
    (found,) = server.requests
    return found


class Clients:
    """The package's client and ours, of one server."""

    def __init__(
        self, server: ScriptedServer, *, asynchronous: bool, **settings: Any
    ) -> None:
        """Make them; `settings` are the same for both."""
        known = {"base_url": f"{server.url}/v1", "api_key": KEY, "max_retries": 0}
        given: Any = known | settings
        self.asynchronous = asynchronous
        self._server = server
        self._runner = asyncio.Runner()
        self._theirs: Any
        self._ours: Any
        if asynchronous:
            self._theirs, self._ours = openai.AsyncOpenAI(**given), AsyncClient(**given)
        else:
            self._theirs, self._ours = openai.OpenAI(**given), Client(**given)

    def compare(self, call: Call, ours: Call | None = None) -> tuple[Request, Request]:
        """Call something of both; return the package's request and ours.

        Args:
            call: gets the client.
            ours: what is called of ours, where that is something else.
        """
        ((theirs, mine),) = self.all(call, ours)
        return theirs, mine

    def all(
        self, call: Call, ours: Call | None = None
    ) -> list[tuple[Request, Request]]:
        """Call what sends several requests; return both of each, in order."""
        theirs = self._sent(self._theirs, call)
        return [*zip(theirs, self._sent(self._ours, ours or call), strict=True)]

    def _sent(self, client: Any, call: Call) -> list[Request]:
        self._server.requests.clear()
        answer = call(client)
        if inspect.isawaitable(answer):
            self._runner.run(_awaited(answer))
        return [*self._server.requests]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in (self._theirs, self._ours):
            closed = client.close()
            if closed is not None:
                self._runner.run(closed)
        self._runner.close()


async def _awaited(answer: Awaitable[Any]) -> None:
    await answer
