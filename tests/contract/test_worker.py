"""What is called in a thread of its own comes back, whatever it is."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING

import pytest

from assistants_api.worker import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable

WHERE: ContextVar[str] = ContextVar("WHERE")


def raiser(error: BaseException) -> Callable[[], object]:
    def function() -> object:
        raise error

    return function


@pytest.mark.parametrize(
    "error", [ValueError("x"), SystemExit(3), KeyboardInterrupt(), StopIteration("x")]
)
def test_whatever_is_raised_is_raised_where_it_is_awaited(error: BaseException) -> None:
    async def caught() -> BaseException | None:
        try:
            async with asyncio.timeout(5):
                await in_thread(raiser(error))
        except BaseException as found:  # noqa: BLE001 - it is what is looked at
            # A coroutine can't end by this one.
            return found.__cause__ or found
        return None

    assert asyncio.run(caught()) is error


def test_the_context_of_the_caller_is_known() -> None:
    async def where() -> str:
        WHERE.set("here")
        return await in_thread(WHERE.get)

    assert asyncio.run(where()) == "here"


def test_without_a_loop_of_asyncio_it_is_called_at_once() -> None:
    coroutine = in_thread(len, "abc")
    with pytest.raises(StopIteration) as ended:
        coroutine.send(None)
    assert ended.value.value == 3
