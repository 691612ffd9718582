"""Several servers over one database, each with a client of its own."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from assistants_server import LocalServer, ToolCall
from tests.postgres_store import database
from tests.server.api import Api, talking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from assistants_server import Turn

LEASE = 1.0
"""Seconds: short, since tests wait for it; what runs as long has to be longer."""


class Asked:
    """An engine that notes what it was asked, and can be held up in the middle.

    It says "It is ", waits until `go` is set, and says "so". Asked to call, it calls a
    function first.

    Attributes:
        turns: the runs and the numbers of the turns that it was asked, in order.
        go: lets it go on.
    """

    def __init__(self) -> None:
        self.turns: list[tuple[str, int]] = []
        self.go = threading.Event()

    async def __call__(self, turn: Turn) -> AsyncIterator[Any]:
        self.turns.append((turn.run["id"], turn.number))
        if "call" in turn.question and not turn.outputs:
            yield ToolCall("add", {"a": 1})
            return
        yield "It is "
        while not self.go.is_set():
            await asyncio.sleep(0.002)
        yield "so"


@contextmanager
def servers(
    engine: Any, *, count: int = 2, url: Any = None, **settings: Any
) -> Iterator[tuple[list[LocalServer], list[Api]]]:
    """Run servers over one database, and yield them and their clients."""
    url = url or database()
    with ExitStack() as stack:
        made = [
            stack.enter_context(
                LocalServer(engine=engine, store=url, **{"lease": LEASE, **settings})
            )
            for _ in range(count)
        ]
        yield made, [stack.enter_context(talking(each)) for each in made]
