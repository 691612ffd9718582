"""Methods that return the response itself, made of those that return what it says."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from ..binary import contents
from ..responses import (
    AsyncStreamedCall,
    AsyncStreamedResponse,
    RawResponse,
    StreamedCall,
    StreamedResponse,
)
from ._base import AsyncResource, Resource

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._call import Call, CallResult
    from ..binary import HttpxBinaryResponseContent
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


@overload
def streamed(
    method: Callable[P, HttpxBinaryResponseContent],
) -> Callable[P, StreamedCall[bytes]]: ...
@overload
def streamed(method: Callable[P, T]) -> Callable[P, StreamedCall[T]]: ...
def streamed(method: Callable[P, Any]) -> Callable[P, StreamedCall[Any]]:
    """Have a method return, in a `with` statement, a response that is unread."""
    begin: Callable[P, StreamedResponse[Any]] = _performing(method, _streamed)

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> StreamedCall[Any]:
        return StreamedCall(lambda: begin(*args, **kwargs))

    return call


@overload
def streamed_async(
    method: Callable[P, Awaitable[HttpxBinaryResponseContent]],
) -> Callable[P, AsyncStreamedCall[bytes]]: ...
@overload
def streamed_async(
    method: Callable[P, Awaitable[T]],
) -> Callable[P, AsyncStreamedCall[T]]: ...
def streamed_async(
    method: Callable[P, Awaitable[Any]],
) -> Callable[P, AsyncStreamedCall[Any]]:
    """Have a method return, in `async with`, a response that is unread."""
    begin: Callable[P, Awaitable[AsyncStreamedResponse[Any]]]
    begin = _performing(method, _streamed_async)

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> AsyncStreamedCall[Any]:
        return AsyncStreamedCall(lambda: begin(*args, **kwargs))

    return call


def _performing(method: Any, perform: Callable[..., Any]) -> Any:
    """Return the same method of a twin of its resource, which performs otherwise.

    What somebody put in its place, such as a mock, stays what it is.
    """
    resource: Any = getattr(method, "__self__", None)
    if not isinstance(resource, (Resource, AsyncResource)):
        return method
    kind: Any = type(resource)
    return getattr(kind(resource._client, perform), method.__name__)


def _raw(client: Client, call: Call[T]) -> RawResponse[T]:
    return RawResponse(client._perform(call))


async def _raw_async(client: AsyncClient, call: Call[T]) -> RawResponse[T]:
    return RawResponse(await client._perform(call))


def _streamed(client: Client, call: Call[T]) -> StreamedResponse[T]:
    return StreamedResponse(*client._begin(_unread(call)))


async def _streamed_async(
    client: AsyncClient, call: Call[T]
) -> AsyncStreamedResponse[T]:
    return AsyncStreamedResponse(*await client._begin(_unread(call)))


def _unread(call: Call[T]) -> Call[T]:
    """Return a call whose response is left unread; contents are parsed as bytes."""
    read: Any = _content if call.read is contents else call.read
    return call.replaced(unread=True, read=read)


def _content(result: CallResult[object]) -> bytes:
    return result.response.content
