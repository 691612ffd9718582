"""Methods that return the response itself, made of those that return what it says."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from attrs import evolve

from ..responses import (
    AsyncStreamedCall,
    AsyncStreamedResponse,
    RawResponse,
    StreamedCall,
    StreamedResponse,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._call import Call
    from ..client import AsyncClient, Client

P = ParamSpec("P")
T = TypeVar("T")


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """Have a method return the whole response."""
    found: Callable[P, RawResponse[T]] = _performing(method, _raw)
    return found


def raw_async(
    method: Callable[P, Awaitable[T]],
) -> Callable[P, Awaitable[RawResponse[T]]]:
    """Have a method return the whole response, when it is awaited."""
    found: Callable[P, Awaitable[RawResponse[T]]] = _performing(method, _raw_async)
    return found


def streamed(method: Callable[P, T]) -> Callable[P, StreamedCall[T]]:
    """Have a method return, in a `with` statement, a response that is unread."""
    begin: Callable[P, StreamedResponse[T]] = _performing(method, _streamed)

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> StreamedCall[T]:
        return StreamedCall(lambda: begin(*args, **kwargs))

    return call


def streamed_async(
    method: Callable[P, Awaitable[T]],
) -> Callable[P, AsyncStreamedCall[T]]:
    """Have a method return, in `async with`, a response that is unread."""
    begin: Callable[P, Awaitable[AsyncStreamedResponse[T]]]
    begin = _performing(method, _streamed_async)

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> AsyncStreamedCall[T]:
        return AsyncStreamedCall(lambda: begin(*args, **kwargs))

    return call


def _performing(method: Any, perform: Callable[..., Any]) -> Any:
    """Return the same method of a twin of its resource, which performs otherwise."""
    resource = method.__self__
    return getattr(type(resource)(resource._client, perform), method.__name__)


def _raw(client: Client, call: Call[T]) -> RawResponse[T]:
    return RawResponse(client._perform(call))


async def _raw_async(client: AsyncClient, call: Call[T]) -> RawResponse[T]:
    return RawResponse(await client._perform(call))


def _streamed(client: Client, call: Call[T]) -> StreamedResponse[T]:
    return StreamedResponse(*client._begin(evolve(call, unread=True)))


async def _streamed_async(
    client: AsyncClient, call: Call[T]
) -> AsyncStreamedResponse[T]:
    return AsyncStreamedResponse(*await client._begin(evolve(call, unread=True)))
