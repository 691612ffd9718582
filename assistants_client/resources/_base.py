"""What all resources share: calls of their methods' arguments, and typed results."""

from __future__ import annotations

from functools import cache
from functools import cached_property as cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from .. import _api
from .._call import make_call
from .._lists import page_fields, split
from ..objects._live import Binding
from ..pages import AsyncPage, AsyncPages, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._call import Call, CallResult, Id, Operation
    from ..client import AsyncClient, Client
    from ..pages import Query

T = TypeVar("T")
S = TypeVar("S")
A = TypeVar("A")

NOT_GIVEN: Final[Any] = object()
"""Stands for an argument that was left out, where None means something else."""
_LIVE: Final = {
    "Assistant": "assistants",
    "Message": "messages",
    "Run": "runs",
    "RunStep": "steps",
    "Thread": "threads",
}


class Perform(Protocol):
    """How a call is performed, and what is returned for it."""

    def __call__(self, client: Client, call: Call[T]) -> T:
        """Perform a call."""
        ...


class AsyncPerform(Protocol):
    """How a call is performed, and what is returned for it, awaited."""

    async def __call__(self, client: AsyncClient, call: Call[T]) -> T:
        """Perform a call."""
        ...


def perform(client: Client, call: Call[T]) -> T:
    """Perform a call, and return what its response says."""
    return client._perform(call).read()


async def perform_async(client: AsyncClient, call: Call[T]) -> T:
    """Perform a call, and return what its response says."""
    return (await client._perform(call)).read()


class Resource:
    """Methods that return their results at once.

    `_perform` says in which form: what the response says, if not given.
    """

    def __init__(self, client: Client, perform: Perform = perform) -> None:
        self._client = client
        self._perform = perform

    def _do(
        self, operation: Operation[S, object], params: Mapping[str, Any], **ids: Id
    ) -> S:
        read = object_reader(operation, self._client, ids)
        call: Call[S] = make_call(operation, params, ids, read)
        return self._perform(self._client, call)

    def _list(
        self, operation: Operation[S, object], params: Mapping[str, Any], **ids: Id
    ) -> Page[S]:
        bounds, query, rest = split(params)
        read_item = item_reader(operation, self._client, ids)

        def page(query: Query) -> Call[Page[S]]:
            def read(result: CallResult[object]) -> Page[S]:
                found = page_fields(result, read_item)
                return Page.of(found, query=query, bounds=bounds, fetch=fetch)

            return make_call(operation, {**rest, **query}, ids, read)

        def fetch(query: Query) -> Page[S]:
            return perform(self._client, page(query))

        return self._perform(self._client, page(query))


class AsyncResource:
    """Methods whose results are awaited; `Resource` has more."""

    def __init__(
        self, client: AsyncClient, perform: AsyncPerform = perform_async
    ) -> None:
        self._client = client
        self._perform = perform

    async def _do(
        self, operation: Operation[object, A], params: Mapping[str, Any], **ids: Id
    ) -> A:
        read = object_reader(operation, self._client, ids)
        call: Call[A] = make_call(operation, params, ids, read)
        return await self._perform(self._client, call)

    def _list(
        self, operation: Operation[object, A], params: Mapping[str, Any], **ids: Id
    ) -> AsyncPages[A]:
        bounds, query, rest = split(params)
        read_item = item_reader(operation, self._client, ids)

        def page(query: Query) -> Call[AsyncPage[A]]:
            def read(result: CallResult[object]) -> AsyncPage[A]:
                found = page_fields(result, read_item)
                return AsyncPage.of(found, query=query, bounds=bounds, fetch=fetch)

            return make_call(operation, {**rest, **query}, ids, read)

        async def fetch(query: Query) -> AsyncPage[A]:
            return await perform_async(self._client, page(query))

        # Made now, so that a wrong argument is refused here, not where it is awaited.
        first = page(query)
        return AsyncPages(lambda: self._perform(self._client, first))


def object_reader(
    operation: Operation[object, object],
    client: Client | AsyncClient,
    ids: Mapping[str, object],
) -> Callable[[CallResult[object]], Any]:
    """Return what reads the result of a call as an object of the operation's class.

    Args:
        operation: the operation.
        client: the client that the object belongs to.
        ids: the path parameters that it was requested with.
    """
    kind = operation.kind
    live = kind in _LIVE
    read_data = reader(kind, client, ids) if live else getattr(_api, kind).from_dict

    def read(result: CallResult[object]) -> Any:
        if not live and not result.response.content.strip():
            # Some servers confirm a deletion by its status alone.
            return read_data({})
        data = result.json()
        if type(data) is dict:
            return read_data(data)
        # Tools that report local variables must not report secrets that it repeats.
        del data
        what = f"no {kind.lower()}" if live else "no object"
        raise result.undecodable(result.response, what)

    return read


def item_reader(
    operation: Operation[object, object],
    client: Client | AsyncClient,
    ids: Mapping[str, object],
) -> Callable[[Any], Any]:
    """Return what reads the items of a list; what is no object stays as it came."""
    read = reader(operation.kind, client, ids)
    return lambda value: read(value) if type(value) is dict else value


def reader(
    kind: str, client: Client | AsyncClient, ids: Mapping[str, object]
) -> Callable[[dict[str, Any]], Any]:
    """Return what makes live objects of JSON data; `object_reader` has the arguments.

    Args:
        kind: the name of their class, without "Async".
        client: the client that they belong to.
        ids: the path parameters that they were requested with.
    """
    from_dict = _live_class(kind, client.asynchronous).from_dict
    binding = Binding(client, ids)

    def read(data: dict[str, Any]) -> Any:
        made = from_dict(data)
        made._binding = binding
        return made

    return read


@cache
def _live_class(kind: str, asynchronous: bool) -> Any:
    home = import_module(f"..objects.{_LIVE[kind]}", __package__)
    return getattr(home, f"Async{kind}" if asynchronous else kind)
