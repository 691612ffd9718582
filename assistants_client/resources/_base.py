"""What all resources share: making a call of their arguments."""

from __future__ import annotations

from functools import cached_property as cached_property
from typing import TYPE_CHECKING, Any

from .._endpoints import make_call
from .._lists import fields, split
from .._pages import AsyncPage, AsyncPages, Page

if TYPE_CHECKING:
    from ..client import AsyncClient, Client


class Resource:
    """Methods that call at once."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def _do(self, operation: str, params: Any, **ids: Any) -> Any:
        call = make_call(operation, params, ids)
        return self._client.perform(call).value

    def _list(self, operation: str, params: Any, **ids: Any) -> Page[Any]:
        limits, query, rest = split(params)

        def fetch(query: dict[str, Any]) -> Page[Any]:
            call = make_call(operation, {**rest, **query}, ids)
            answer = self._client.perform(call).value
            return Page(**fields(answer), query=query, bounds=limits, fetch=fetch)

        return fetch(query)


class AsyncResource:
    """Methods whose calls are awaited."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def _do(self, operation: str, params: Any, **ids: Any) -> Any:
        call = make_call(operation, params, ids)
        return (await self._client.perform(call)).value

    def _list(self, operation: str, params: Any, **ids: Any) -> AsyncPages[Any]:
        limits, query, rest = split(params)

        async def fetch(query: dict[str, Any]) -> AsyncPage[Any]:
            call = make_call(operation, {**rest, **query}, ids)
            answer = (await self._client.perform(call)).value
            return AsyncPage(**fields(answer), query=query, bounds=limits, fetch=fetch)

        # What is wrong with the arguments is told now, not when it is awaited.
        make_call(operation, {**rest, **query}, ids)
        return AsyncPages(lambda: fetch(query))
