"""Engines that are closed, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.engines.adapter import call_engine
from tests.engines.turns import turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.mark.parametrize("raises", [False, True])
def test_closing_is_not_interrupted(*, raises: bool) -> None:
    """A connection whose closing was interrupted stayed open for ever."""
    closed = asyncio.Event()

    async def engine(_: Any) -> AsyncIterator[str]:
        try:
            yield "one"
            yield "two"
        finally:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            closed.set()
            if raises:
                raise ValueError

    async def work() -> None:
        outputs = call_engine(engine, turn())
        assert await anext(outputs) == "one"
        closing = asyncio.ensure_future(outputs.aclose())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        await asyncio.wait_for(closed.wait(), 5)

    asyncio.run(work(), debug=True)
