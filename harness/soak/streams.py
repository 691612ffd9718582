"""Reading streams and lists to their end, or not, by either client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def follow(client: Any, begin: Callable[[], Any], leaves: int | None) -> Any:
    """Follow a run; give it, or its id where the stream is left after some events."""

    def now() -> Any:
        with begin() as stream:
            for number, _ in enumerate(stream, 1):
                if number == leaves:
                    return _id(stream.current_run)
            return stream.get_final_run()

    async def awaited() -> Any:
        async with begin() as stream:
            number = 0
            async for _ in stream:
                number += 1
                if number == leaves:
                    return _id(stream.current_run)
            return await stream.get_final_run()

    return awaited() if client.asynchronous else now()


def iterate(client: Any, begin: Callable[[], Any], leaves: int | None) -> Any:
    """Do the same with events alone, of which the last one with a run counts."""

    def now() -> Any:
        run = None
        with begin() as events:
            for number, event in enumerate(events, 1):
                run = _run_of(event) or run
                if number == leaves:
                    return _id(run)
        return run or ""

    async def awaited() -> Any:
        run, number = None, 0
        async with await begin() as events:
            async for event in events:
                number += 1
                run = _run_of(event) or run
                if number == leaves:
                    return _id(run)
        return run or ""

    return awaited() if client.asynchronous else now()


def collect(client: Any, pages: Any) -> Any:
    async def awaited() -> Any:
        return [each async for each in pages]

    return awaited() if client.asynchronous else [*pages]


def _run_of(event: Any) -> Any:
    name = event.event
    is_run = name.startswith("thread.run.") and ".step." not in name
    return event.data if is_run else None


def _id(run: Any) -> str:
    return "" if run is None else str(run.id)
