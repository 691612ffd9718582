"""What all resources share: making a call of their arguments, and giving its result."""

from __future__ import annotations

from functools import cached_property as cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .._lists import fields, json_of_list, split
from .._operations import make_call
from ..objects._factory import item_reader, parser
from ..pages import AsyncPage, AsyncPages, Page
from ._waits import wait_flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call import Call, CallResult
    from ..client import AsyncClient, Client

    Read: TypeAlias = Callable[[CallResult[Any]], Any]
    Deliver: TypeAlias = Callable[[Any, Call[Any], Read], Any]


NOT_GIVEN: Final[Any] = object()
"""Stands for what was not said at all, where none can be said as well."""


def value(client: Client, call: Call[Any], read: Read) -> Any:
    """Carry out a call; give what its answer says."""
    return read(client.perform(call))


async def value_async(client: AsyncClient, call: Call[Any], read: Read) -> Any:
    """Carry out a call; give what its answer says."""
    return read(await client.perform(call))


def read_value(answer: CallResult[Any]) -> Any:
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
        read = parser(operation, self._client, ids)
        call = make_call(operation, params, ids, read)
        return self._deliver(self._client, call, read_value)

    def _wait(self, operation: str, params: Any, **ids: Any) -> Any:
        flow, options = wait_flow(operation, params, ids, self._client)
        return self._client.follow(flow, options)

    def _do_or_stream(
        self, operation: str, stream: bool | None, params: Any, **ids: Any
    ) -> Any:
        """Do what a method does that can give events in place of a result."""
        if stream is NOT_GIVEN or not stream:
            given = params if stream is NOT_GIVEN else {**params, "stream": stream}
            return self._do(operation, given, **ids)
        from ._streams import begun, event_call

        call, plan = event_call(operation, params, ids, self._client)
        return self._deliver(
            self._client,
            call,
            lambda answer: begun(self._client, call, plan, answer),
        )

    def _follow(
        self, operation: str, event_handler: Any, params: Any, **ids: Any
    ) -> Any:
        """Give what follows a run by its events, with callbacks."""
        from ..streaming.handlers import AssistantEventHandler
        from ..streaming.managers import AssistantStreamManager, handler_of
        from ._streams import begun, followed_call

        client = self._client
        call, plan, callbacks = followed_call(operation, params, ids, client)
        handler = handler_of(event_handler, AssistantEventHandler, callbacks)

        def begin(snapshots: Any) -> Any:
            return begun(client, call, plan, client.perform(call), snapshots)

        return AssistantStreamManager(begin, handler)

    def _list(self, operation: str, params: Any, **ids: Any) -> Any:
        limits, query, rest = split(params)
        read = item_reader(operation, self._client, ids)

        def fetch(query: dict[str, Any], deliver: Deliver = value) -> Any:
            def paged(answer: CallResult[Any]) -> Page[Any]:
                found = fields(answer.read(), read)
                return Page(**found, query=query, bounds=limits, fetch=fetch)

            call = make_call(operation, {**rest, **query}, ids, json_of_list)
            return deliver(self._client, call, paged)

        return fetch(query, self._deliver)


class AsyncResource:
    """Methods whose calls are awaited; `Resource` has more."""

    def __init__(self, client: AsyncClient, deliver: Deliver = value_async) -> None:
        self._client = client
        self._deliver = deliver

    async def _do(self, operation: str, params: Any, **ids: Any) -> Any:
        read = parser(operation, self._client, ids)
        call = make_call(operation, params, ids, read)
        return await self._deliver(self._client, call, read_value)

    async def _wait(self, operation: str, params: Any, **ids: Any) -> Any:
        flow, options = wait_flow(operation, params, ids, self._client)
        return await self._client.follow(flow, options)

    async def _do_or_stream(
        self, operation: str, stream: bool | None, params: Any, **ids: Any
    ) -> Any:
        """Do what a method does that can give events in place of a result."""
        if stream is NOT_GIVEN or not stream:
            given = params if stream is NOT_GIVEN else {**params, "stream": stream}
            return await self._do(operation, given, **ids)
        from ._streams import begun, event_call

        call, plan = event_call(operation, params, ids, self._client)
        return await self._deliver(
            self._client,
            call,
            lambda answer: begun(self._client, call, plan, answer),
        )

    def _follow(
        self, operation: str, event_handler: Any, params: Any, **ids: Any
    ) -> Any:
        """Give what follows a run by its events, with callbacks."""
        from ..streaming.handlers import AsyncAssistantEventHandler
        from ..streaming.managers import AsyncAssistantStreamManager, handler_of
        from ._streams import begun, followed_call

        client = self._client
        call, plan, callbacks = followed_call(operation, params, ids, client)
        handler = handler_of(event_handler, AsyncAssistantEventHandler, callbacks)

        async def begin(snapshots: Any) -> Any:
            return begun(client, call, plan, await client.perform(call), snapshots)

        return AsyncAssistantStreamManager(begin, handler)

    def _list(self, operation: str, params: Any, **ids: Any) -> Any:
        limits, query, rest = split(params)
        read = item_reader(operation, self._client, ids)

        def fetch(query: dict[str, Any], deliver: Deliver = value_async) -> Any:
            def paged(answer: CallResult[Any]) -> AsyncPage[Any]:
                found = fields(answer.read(), read)
                return AsyncPage(**found, query=query, bounds=limits, fetch=fetch)

            call = make_call(operation, {**rest, **query}, ids, json_of_list)
            return deliver(self._client, call, paged)

        # What is wrong with the arguments is told now, not when it is awaited.
        make_call(operation, {**rest, **query}, ids)
        if self._deliver is value_async:
            return AsyncPages(lambda: fetch(query))
        return fetch(query, self._deliver)
