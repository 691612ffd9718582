"""An engine that goes on when the test says so, so that nothing depends on time."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

from assistants_server import LocalServer
from assistants_server.engines import Wait

if TYPE_CHECKING:
    from collections.abc import Iterator


class Held:
    """Says "first", and "second" when it is let go; "..." meanwhile, if it talks."""

    def __init__(self, *, talks: bool) -> None:
        self.released = Event()
        self._talks = talks

    def __call__(self, turn: Any) -> Iterator[Any]:
        yield "first "
        while not self.released.is_set():
            yield Wait(0.005)
            if self._talks:
                yield "..."
        yield "second"


def held_server(*faults: str, talks: bool = False) -> tuple[Held, LocalServer]:
    """Return an engine, and a server that it answers for."""
    engine = Held(talks=talks)
    return engine, LocalServer(engine=engine, poll_after=2, faults=faults)
