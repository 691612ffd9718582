"""One code for the sync and the async client: what can be awaited is awaited."""

from __future__ import annotations

import inspect
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from assistants_client.objects._live import SyncObject

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Coroutine

Result = TypeVar("Result")


async def settled(value: Any) -> Any:
    """Return a value, awaited if it has to be."""
    is_here = isinstance(value, SyncObject)
    return await value if inspect.isawaitable(value) and not is_here else value


async def either(items: Any) -> AsyncGenerator[Any]:
    """Iterate over either kind of iterable."""
    if hasattr(items, "__aiter__"):
        async for each in items:
            yield each
    else:
        for each in items:
            yield each


async def listed(items: Any, most: int | None = None) -> list[Any]:
    """Return the items of either kind of iterable, `most` of them at most."""
    found: list[Any] = []
    async for each in either(items):
        found.append(each)
        if len(found) == most:
            break
    return found


@asynccontextmanager
async def entered(manager: Any) -> AsyncIterator[Any]:
    """Enter either kind of context manager, awaited before if it has to be."""
    manager = await settled(manager)
    if hasattr(manager, "__aenter__"):
        async with manager as value:
            yield value
    else:
        with manager as value:
            yield value


def finished(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run what only uses a sync client, and so never waits; return its result."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: Result = stop.value
        return result
    finally:
        coroutine.close()
    raise AssertionError("something of the sync client had to be awaited")
