"""Reading streams to their end, or not, by either client."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from harness.either_client import either, entered, settled

if TYPE_CHECKING:
    from collections.abc import Callable


async def follow(begin: Callable[[], Any], leaves: int | None) -> Any:
    """Return the run of a stream, or its id where it is left after some events."""
    number = 0
    async with entered(begin()) as stream, aclosing(either(stream)) as events:
        async for _ in events:
            number += 1
            if number == leaves:
                return _id(stream.current_run)
        return await settled(stream.get_final_run())


async def iterate(begin: Callable[[], Any], leaves: int | None) -> Any:
    """Do the same with events alone, of which the last one with a run counts."""
    run, number = None, 0
    async with entered(begin()) as stream, aclosing(either(stream)) as events:
        async for event in events:
            number += 1
            run = _run_of(event) or run
            if number == leaves:
                return _id(run)
    return run or ""


def _run_of(event: Any) -> Any:
    name = event.event
    is_run = name.startswith("thread.run.") and ".step." not in name
    return event.data if is_run else None


def _id(run: Any) -> str:
    return "" if run is None else str(run.id)
