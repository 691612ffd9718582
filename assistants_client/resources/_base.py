"""What all resources share: methods made of declarations, calls, and typed results.

A declaration has the signature and the docstring of a method, for editors, `help` and
type checkers. What the method does is the same for all of a kind: the arguments that
were given become a request. A keyword that nothing declares goes out as well, since the
API may know it; type checkers name it.
"""

from __future__ import annotations

from functools import cache, wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from .._arguments import LEFT_OUT
from .._arguments import NOT_GIVEN as NOT_GIVEN
from .._call import make_call
from .._errors import ArgumentError
from .._text import public
from ._readers import bound, item_reader, object_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._call import Call, CallResult
    from .._flows.paginate import Bounds
    from .._operation import Operation
    from ..client import AsyncClient, Client
    from ..pages import AsyncPages, Page, Query
    from ._performers import AsyncPerform, Perform

    replaceable = property
else:

    class replaceable(property):  # noqa: N801 - it stands for `property`
        """A property whose value gives way to what somebody set on the object.

        `patch.object(client.beta, "threads")` sets it, and deletes it afterwards.
        """

        def __set_name__(self, owner: type, name: str) -> None:
            self._key = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is not None and self._key in instance.__dict__:
                return instance.__dict__[self._key]
            return super().__get__(instance, owner)

        def __set__(self, instance: Any, value: object) -> None:
            instance.__dict__[self._key] = value

        def __delete__(self, instance: Any) -> None:
            if instance.__dict__.pop(self._key, self) is self:
                raise AttributeError(self._key)


P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
S = TypeVar("S")
A = TypeVar("A")
# As `inspect` has it, which takes 5 ms to import.
_CO_COROUTINE: Final = 0x80


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

    # All else is what somebody put in the place of a method, as tests do. The client
    # keeps that, since a resource is made anew for each call.
    __slots__ = ("__dict__", "_client", "_perform")

    def __init__(self, client: Client, perform: Perform = perform) -> None:
        self._client = client
        self._perform = perform
        self.__dict__ = client._replaced.setdefault(type(self).__name__, {})

    def __dir__(self) -> list[str]:
        return public(super().__dir__())

    def _do(self, operation: Operation[S, object], params: dict[str, Any]) -> S:
        ids = ids_in(operation, params)
        read = object_reader(operation, self._client, ids)
        call: Call[S] = make_call(operation, params, ids, read)
        return self._perform(self._client, call)

    def _list(self, operation: Operation[S, object], params: dict[str, Any]) -> Page[S]:
        # Late, as lists are much to import for who reads none.
        from .._lists import split

        ids = ids_in(operation, params)
        bounds, query, rest = split(params, operation.kind)
        page, _ = page_calls(operation, self._client, ids, bounds, rest)
        return self._perform(self._client, page(query))

    def _bind(self, operation: Operation[S, object], params: dict[str, Any]) -> S:
        found: S = bound(operation, self._client, params)
        return found


class AsyncResource:
    """Methods whose results are awaited; `Resource` has more."""

    __slots__ = ("__dict__", "_client", "_perform")

    def __init__(
        self, client: AsyncClient, perform: AsyncPerform = perform_async
    ) -> None:
        self._client = client
        self._perform = perform
        self.__dict__ = client._replaced.setdefault(type(self).__name__, {})

    def __dir__(self) -> list[str]:
        return public(super().__dir__())

    async def _do(self, operation: Operation[object, A], params: dict[str, Any]) -> A:
        ids = ids_in(operation, params)
        read = object_reader(operation, self._client, ids)
        call: Call[A] = make_call(operation, params, ids, read)
        return await self._perform(self._client, call)

    def _list(
        self, operation: Operation[object, A], params: dict[str, Any]
    ) -> AsyncPages[A]:
        from .._lists import split
        from ..pages import AsyncPages

        ids = ids_in(operation, params)
        bounds, query, rest = split(params, operation.kind)
        page, _ = page_calls(operation, self._client, ids, bounds, rest)
        # Made now, so that a wrong argument is refused here, not where it is awaited.
        first = page(query)
        return AsyncPages(lambda: self._perform(self._client, first))

    def _bind(self, operation: Operation[object, A], params: dict[str, Any]) -> A:
        found: A = bound(operation, self._client, params)
        return found


def ids_in(
    operation: Operation[object, object], params: dict[str, Any]
) -> dict[str, Any]:
    """Take the path parameters out of the arguments of a method.

    The others are called as the document calls them from here on.
    """
    if operation.renamed:
        for name, key in operation.renamed.items():
            if name in params:
                params[key] = params.pop(name)
    return {name: params.pop(name) for name in operation.parameters.path}


def page_calls(
    operation: Operation[Any, Any],
    client: Any,
    ids: Mapping[str, Any],
    bounds: Bounds,
    rest: Mapping[str, Any],
) -> tuple[Callable[[Query], Call[Any]], Callable[[Query], Any]]:
    """Return what makes the call of a page from its query, and what performs it.

    Args:
        operation: the operation.
        client: the client that the pages belong to.
        ids: the path parameters.
        bounds: where iterating over the pages ends.
        rest: the options of each call, and what else it sends.
    """
    from .._lists import page_fields
    from ..pages import AsyncPage, Page

    read_item = item_reader(operation, client, ids)
    kind: Any = AsyncPage if client.asynchronous else Page

    def page(query: Query) -> Call[Any]:
        def read(result: CallResult[object]) -> Any:
            found = page_fields(result, read_item, single=operation.single)
            return kind.of(found, query=query, bounds=bounds, fetch=fetch)

        return make_call(operation, {**rest, **query}, ids, read)

    def fetch(query: Query) -> Any:
        how: Any = perform_async if client.asynchronous else perform
        return how(client, page(query))

    return page, fetch


@cache
def resource_class(module: str, name: str) -> Any:
    """Return the class of a resource; few programs need all, or both kinds of them."""
    return getattr(import_module(f".{module}", __package__), name)


def calls(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that returns what the response says."""
    return made("_do", operation)


def lists(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that returns a page."""
    return made("_list", operation)


def streams(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that returns a result, or with `stream=True` its events."""
    return made("_do_or_stream", operation)


def waits(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that waits for the run that the response says."""
    return made("_wait", operation)


def follows(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that follows the run that the response says by its events."""
    return made("_follow", operation)


def binds(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that returns a live object without sending anything."""
    return made("_bind", operation)


def events(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that returns the events of a run."""
    return made("_events", operation)


def made(
    how: str, operation: Operation[Any, Any]
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that lets a method of the resource do what is declared."""

    def decorate(declared: Callable[P, R]) -> Callable[P, R]:
        function: Any = declared
        code = function.__code__
        names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        positional = names[: code.co_argcount - 1]
        optional = function.__kwdefaults__ or {}
        known = frozenset(names)
        required = frozenset(name for name in names if name not in optional)
        where = f"{function.__qualname__}()"

        def method(self: Any, *args: object, **params: Any) -> Any:
            return getattr(self, how)(operation, arguments(args, params))

        async def method_async(self: Any, *args: object, **params: Any) -> Any:
            return await getattr(self, how)(operation, arguments(args, params))

        def arguments(args: tuple[object, ...], params: dict[str, Any]) -> Any:
            """Return all that was given, by name.

            Raises:
                ArgumentError: an argument is missing, or given in a wrong way.
                ConfigurationError: one would be sent by mistake.
            """
            if args:
                place(args, params)
            # As `given` does, which would be one call more for each of ours.
            params = {
                n: v for n, v in params.items() if type(v).__name__ not in LEFT_OUT
            }
            if not required <= params.keys() <= known:
                # Imported late, as few calls need it.
                from .._unknown import check_keywords

                check_keywords(where, params, names, required)
            return params

        def place(args: tuple[object, ...], params: dict[str, Any]) -> None:
            """Add positional arguments to those given by name."""
            if len(args) > len(positional):
                if positional:
                    those = f"only {', '.join(positional)} positionally"
                else:
                    those = "no positional arguments"
                raise ArgumentError(
                    f"{where} takes {those}, but got {len(args)}; name the rest"
                )
            for name, value in zip(positional, args, strict=False):
                if name in params:
                    raise ArgumentError(f"{where} got several values for {name!r}")
                params[name] = value

        own: Any = method_async if code.co_flags & _CO_COROUTINE else method
        found: Callable[P, R] = wraps(function)(own)
        return found

    return decorate
