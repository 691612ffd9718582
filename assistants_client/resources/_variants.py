"""Methods that give the answer itself, made of those that give what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from attrs import evolve

from ..responses import RawResponse
from ..streaming_responses import (
    AsyncStreamedCall,
    AsyncStreamedResponse,
    StreamedCall,
    StreamedResponse,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._call import Call
    from ..client import AsyncClient, Client
    from ._base import Deliver, Read

P = ParamSpec("P")
T = TypeVar("T")


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """Have a method give the whole answer."""
    found: Callable[P, RawResponse[T]] = _delivering(method, _raw)
    return found


def raw_async(
    method: Callable[P, Awaitable[T]],
) -> Callable[P, Awaitable[RawResponse[T]]]:
    """Have a method give the whole answer, when it is awaited."""
    found: Callable[P, Awaitable[RawResponse[T]]] = _delivering(method, _raw_async)
    return found


def streamed(method: Callable[P, T]) -> Callable[P, StreamedCall[T]]:
    """Have a method give, in a `with` statement, an answer that is still to be read."""
    begin: Callable[P, StreamedResponse[T]] = _delivering(method, _streamed)

    def call(*args: P.args, **kwargs: P.kwargs) -> StreamedCall[T]:
        return StreamedCall(lambda: begin(*args, **kwargs))

    return call


def streamed_async(
    method: Callable[P, Awaitable[T]],
) -> Callable[P, AsyncStreamedCall[T]]:
    """Have a method give, in `async with`, an answer that is still to be read."""
    begin: Callable[P, Awaitable[AsyncStreamedResponse[T]]]
    begin = _delivering(method, _streamed_async)

    def call(*args: P.args, **kwargs: P.kwargs) -> AsyncStreamedCall[T]:
        return AsyncStreamedCall(lambda: begin(*args, **kwargs))

    return call


def _delivering(method: Any, deliver: Deliver) -> Any:
    """Give the same method of a twin of its resource, which delivers otherwise."""
    resource = method.__self__
    return getattr(type(resource)(resource._client, deliver), method.__name__)


def _raw(client: Client, call: Call[Any], read: Read) -> RawResponse[Any]:
    return RawResponse(client.perform(call), read)


async def _raw_async(
    client: AsyncClient, call: Call[Any], read: Read
) -> RawResponse[Any]:
    return RawResponse(await client.perform(call), read)


def _streamed(client: Client, call: Call[Any], read: Read) -> StreamedResponse[Any]:
    answer, shown = client.begin(evolve(call, unread=True))
    return StreamedResponse(answer, read, shown)


async def _streamed_async(
    client: AsyncClient, call: Call[Any], read: Read
) -> AsyncStreamedResponse[Any]:
    answer, shown = await client.begin(evolve(call, unread=True))
    return AsyncStreamedResponse(answer, read, shown)
