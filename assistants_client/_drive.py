"""The drivers of flows: the only place that awaits for a flow.

`drive` runs a flow to its end; `iterate` yields what it emits on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ._effects import Emit

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from ._effects import Effect, Flow

T = TypeVar("T")


def drive(flow: Flow[T], perform: Callable[[Effect], Any]) -> T:
    """Run a flow to its end.

    Args:
        flow: the flow; errors of its effects are raised within it.
        perform: performs an effect, and returns its result.
    """
    try:
        effect = next(flow)
        while True:
            try:
                result = perform(effect)
            except Exception as error:  # noqa: BLE001 - the flow decides what it means
                effect = flow.throw(error)
            else:
                effect = flow.send(result)
    except StopIteration as stop:
        found: T = stop.value
        return found
    finally:
        # An interruption comes here without the flow having ended.
        flow.close()


async def drive_async(flow: Flow[T], perform: Callable[[Effect], Awaitable[Any]]) -> T:
    """Run a flow to its end; `drive` has the arguments."""
    try:
        effect = next(flow)
        while True:
            try:
                result = await perform(effect)
            except Exception as error:  # noqa: BLE001 - the flow decides what it means
                effect = flow.throw(error)
            else:
                effect = flow.send(result)
    except StopIteration as stop:
        found: T = stop.value
        return found
    finally:
        # A cancellation comes here without the flow having ended.
        flow.close()


def iterate(
    flow: Flow[None], perform: Callable[[Effect], Any], take: Callable[[Any], T | None]
) -> Generator[T, None, None]:
    """Run a flow to its end, and yield what it emits.

    Args:
        flow: the flow; errors of its effects are raised within it.
        perform: performs any other effect, and returns its result.
        take: turns an item into what is yielded; None if nothing is. Its exceptions
            are not raised within the flow.
    """
    try:
        effect = next(flow)
        while True:
            if type(effect) is Emit:
                for item in effect.items:
                    taken = take(item)
                    if taken is not None:
                        yield taken
                effect = flow.send(None)
                continue
            try:
                result = perform(effect)
            except Exception as error:  # noqa: BLE001 - the flow decides what it means
                effect = flow.throw(error)
            else:
                effect = flow.send(result)
    except StopIteration:
        return
    finally:
        flow.close()


async def iterate_async(
    flow: Flow[None],
    perform: Callable[[Effect], Awaitable[Any]],
    take: Callable[[Any], T | None],
) -> AsyncGenerator[T, None]:
    """Run a flow to its end, and yield what it emits; see `iterate`."""
    try:
        effect = next(flow)
        while True:
            if type(effect) is Emit:
                for item in effect.items:
                    taken = take(item)
                    if taken is not None:
                        yield taken
                effect = flow.send(None)
                continue
            try:
                result = await perform(effect)
            except Exception as error:  # noqa: BLE001 - the flow decides what it means
                effect = flow.throw(error)
            else:
                effect = flow.send(result)
    except StopIteration:
        return
    finally:
        flow.close()
