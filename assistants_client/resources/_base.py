"""What all resources share: making a call of their arguments, and giving its result."""

from __future__ import annotations

from functools import cached_property as cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from .._endpoints import make_call
from .._lists import fields, split
from .._pages import AsyncPage, AsyncPages, Page
from ._waits import wait_flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._flows.calling import Answer, Call
    from ..client import AsyncClient, Client

    Read: TypeAlias = Callable[[Answer[Any]], Any]
    Deliver: TypeAlias = Callable[[Any, Call[Any], Read], Any]


def value(client: Client, call: Call[Any], read: Read) -> Any:
    """Carry out a call; give what its answer says."""
    return read(client.perform(call))


async def value_async(client: AsyncClient, call: Call[Any], read: Read) -> Any:
    """Carry out a call; give what its answer says."""
    return read(await client.perform(call))


def read_value(answer: Answer[Any]) -> Any:
    """Give what an answer says."""
    return answer.read()


class Resource:
    """Methods that call at once.

    What they do with an answer is `deliver`'s to say: it gives what the answer says, or
    the answer itself.
    """

    def __init__(self, client: Client, deliver: Deliver = value) -> None:
        self._client = client
        self._deliver = deliver

    def _do(self, operation: str, params: Any, **ids: Any) -> Any:
        call = make_call(operation, params, ids)
        return self._deliver(self._client, call, read_value)

    def _wait(self, operation: str, params: Any, **ids: Any) -> Any:
        flow, options = wait_flow(operation, params, ids, self._client.options)
        return self._client.follow(flow, options)

    def _list(self, operation: str, params: Any, **ids: Any) -> Any:
        limits, query, rest = split(params)

        def fetch(query: dict[str, Any], deliver: Deliver = value) -> Any:
            def paged(answer: Answer[Any]) -> Page[Any]:
                found = fields(answer.read())
                return Page(**found, query=query, bounds=limits, fetch=fetch)

            call = make_call(operation, {**rest, **query}, ids)
            return deliver(self._client, call, paged)

        return fetch(query, self._deliver)


class AsyncResource:
    """Methods whose calls are awaited; `Resource` has more."""

    def __init__(self, client: AsyncClient, deliver: Deliver = value_async) -> None:
        self._client = client
        self._deliver = deliver

    async def _do(self, operation: str, params: Any, **ids: Any) -> Any:
        call = make_call(operation, params, ids)
        return await self._deliver(self._client, call, read_value)

    async def _wait(self, operation: str, params: Any, **ids: Any) -> Any:
        flow, options = wait_flow(operation, params, ids, self._client.options)
        return await self._client.follow(flow, options)

    def _list(self, operation: str, params: Any, **ids: Any) -> Any:
        limits, query, rest = split(params)

        def fetch(query: dict[str, Any], deliver: Deliver = value_async) -> Any:
            def paged(answer: Answer[Any]) -> AsyncPage[Any]:
                found = fields(answer.read())
                return AsyncPage(**found, query=query, bounds=limits, fetch=fetch)

            call = make_call(operation, {**rest, **query}, ids)
            return deliver(self._client, call, paged)

        # What is wrong with the arguments is told now, not when it is awaited.
        make_call(operation, {**rest, **query}, ids)
        if self._deliver is value_async:
            return AsyncPages(lambda: fetch(query))
        return fetch(query, self._deliver)
