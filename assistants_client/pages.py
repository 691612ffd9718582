"""Pages of lists; iterating over one goes on through those that follow."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeAlias, TypeVar

from attrs import define, evolve, field, fields, frozen

from ._api import UNSET, Dumped, Entry, opened
from ._errors import ConfigurationError, UsageError
from ._flows.paginate import Bounds as Bounds
from ._flows.paginate import Pagination as Pagination
from ._flows.paginate import cut_short_text, next_query
from ._log import LOGGER
from ._text import public
from .display.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from ._lists import PageFields
    from .display.views import View

T = TypeVar("T", covariant=True)
Query: TypeAlias = dict[str, Any]


class NoNextPageError(UsageError):
    """There is no next page; `has_next_page()` says so beforehand."""


def _detached(_: Query) -> NoReturn:
    raise ConfigurationError(
        "this page has no client, because it was pickled or made by hand: "
        "client.attach(page) returns one that can fetch the pages after it"
    )


@define
class _Ending:
    """How the iteration over a list ended, once it has; its pages share it."""

    complete: bool | None = None

    def note(self, operation: str, pagination: Pagination[Any]) -> None:
        """Note the end, and log it where it came before that of the list."""
        self.complete = not pagination.cut_short
        if pagination.cut_short:
            LOGGER.warning("%s", cut_short_text(operation, pagination))


@frozen(kw_only=True, repr=False)
class _Page(Shown, Dumped, Generic[T]):
    """A page, however the next one is fetched.

    Attributes:
        data: its items, in the order of the server.
        first_id: the id of the first one, if the server sent it.
        last_id: the id of the last one, if the server sent it.
        has_more: whether there are more; None if the server doesn't say.
        object: "list", if the server sent it.

    Whatever else the server says of the list is an attribute too.
    """

    data: list[T]
    first_id: str | None = None
    last_id: str | None = None
    has_more: bool | None = None
    object: str | None = None
    _query: Query = field(alias="query", factory=dict, repr=False)
    _bounds: Bounds = field(alias="bounds", factory=Bounds, repr=False)
    # What else the server says of the list, such as the query of a search.
    _rest: dict[str, Any] = field(alias="rest", factory=dict, repr=False)
    _single: bool = field(alias="single", default=False, repr=False)
    # By which a page that was pickled finds those after it again.
    _operation: str = field(alias="operation", default="", repr=False)
    _ids: Mapping[str, str] = field(alias="ids", factory=dict, repr=False)
    _ending: _Ending = field(alias="ending", factory=_Ending, repr=False, eq=False)

    @classmethod
    def of(cls, fields: PageFields[T], **more: Any) -> Self:
        """Return the page that a response says; `more` is what it doesn't know."""
        return cls(**fields._asdict(), **more)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Return what else the server says of the list, as `search_query`."""
            if not name.startswith("_") and name in self._rest:
                return opened(self._rest, name)
            kind = type(self).__name__
            raise AttributeError(f"{kind!r} object has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        return [*public(super().__dir__()), *self._rest]

    def __repr__(self) -> str:
        from .display.pages import page_line

        return page_line(type(self).__name__, self.data, self.has_more)

    def _view(self) -> View:
        from .display.pages import page_view

        return page_view(self.data, self.has_more)

    @property
    def complete(self) -> bool | None:
        """Return whether all items came that were asked for.

        None as long as there are more pages and the iteration has not ended; False
        where it ended early, because the server repeated itself or did not say how to
        go on. A warning is logged then.
        """
        if self._ending.complete is not None:
            return self._ending.complete
        return None if self.has_next_page() else not self.has_more

    def has_next_page(self) -> bool:
        """Return whether there is a page after this one, as far as this one says."""
        return self.next_page_info() is not None

    def next_page_info(self) -> Query | None:
        """Return the query of the next page, None if there is none."""
        return next_query(self, self._query)

    def model_copy(
        self, *, update: Mapping[str, Any] | None = None, deep: bool = False
    ) -> Self:
        """Return a copy.

        Args:
            update: properties that are others in the copy.
            deep: whether the items are copied too.
        """
        return evolve(copy.deepcopy(self) if deep else self, **(update or {}))

    def keys(self) -> list[str]:
        """Return the names of all properties, for `dict(page)`."""
        return [entry.name for entry in self._entries()]

    def __getitem__(self, name: str) -> Any:
        if not isinstance(name, str):
            raise TypeError(
                "a page has its properties by name; its items are in page.data, and "
                "iterating over it goes through those of all pages"
            )
        if name not in self.keys():
            raise KeyError(name)
        return getattr(self, name)

    def _entries(self) -> Iterator[Entry]:
        # That there are no more is known of a list that has one page, but it is nothing
        # that the server said.
        more = None if self._single else self.has_more
        for name, value in (
            *(("object", self.object), ("data", self.data)),
            *(("first_id", self.first_id), ("last_id", self.last_id)),
            ("has_more", more),
        ):
            yield Entry(name, name, UNSET if value is None else value)
        for name, value in self._rest.items():
            yield Entry(name, name, value)

    def __copy__(self) -> Self:
        return evolve(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # The client is not copied, nor is how the other one was iterated over.
        return evolve(self, data=copy.deepcopy(self.data, memo), ending=_Ending())

    def __reduce__(self) -> tuple[Any, ...]:
        # Without the client, its key and the options of the call.
        kept = {
            each.alias: getattr(self, each.name)
            for each in fields(type(self))
            if each.name != "_fetch"
        }
        return _restored, (type(self), kept)

    def _next(self) -> Query:
        query = self.next_page_info()
        if query is None:
            raise NoNextPageError("there is no next page; check has_next_page() first")
        return query


@frozen(kw_only=True, repr=False)
class Page(_Page[T]):
    """A page of a list. Iterating over it goes through the items of all pages."""

    _fetch: Callable[[Query], Page[T]] = field(
        alias="fetch", default=_detached, repr=False, eq=False
    )

    def get_next_page(self) -> Page[T]:
        """Fetch the next page.

        Raises:
            NoNextPageError: there is no next page.
            APIError: the call fails.
        """
        return self._fetch(self._next())

    def iter_pages(self) -> Iterator[Page[T]]:
        """Iterate over this page and all after it."""
        for page, _ in self._pages():
            yield page

    def __iter__(self) -> Iterator[T]:
        for _, items in self._pages():
            yield from items

    def _pages(self) -> Iterator[tuple[Page[T], list[T]]]:
        pagination: Pagination[T] = Pagination(self._bounds, self._query)
        page = self
        while True:
            items = [*pagination.take(page)]
            if not pagination.is_in_vain:
                yield page, items
            query = pagination.next_query(page)
            if query is None:
                self._ending.note(self._operation, pagination)
                return
            page = evolve(self._fetch(query), ending=self._ending)


@frozen(kw_only=True, repr=False)
class AsyncPage(_Page[T]):
    """A page of a list. `async for` over it goes through the items of all pages."""

    _fetch: Callable[[Query], Awaitable[AsyncPage[T]]] = field(
        alias="fetch", default=_detached, repr=False, eq=False
    )

    async def get_next_page(self) -> AsyncPage[T]:
        """Fetch the next page.

        Raises:
            NoNextPageError: there is no next page.
            APIError: the call fails.
        """
        return await self._fetch(self._next())

    async def iter_pages(self) -> AsyncIterator[AsyncPage[T]]:
        """Iterate over this page and all after it."""
        async for page, _ in self._pages():
            yield page

    async def __aiter__(self) -> AsyncIterator[T]:
        async for _, items in self._pages():
            for item in items:
                yield item

    async def _pages(self) -> AsyncIterator[tuple[AsyncPage[T], list[T]]]:
        pagination: Pagination[T] = Pagination(self._bounds, self._query)
        page = self
        while True:
            items = [*pagination.take(page)]
            if not pagination.is_in_vain:
                yield page, items
            query = pagination.next_query(page)
            if query is None:
                self._ending.note(self._operation, pagination)
                return
            page = evolve(await self._fetch(query), ending=self._ending)


class AsyncPages(Generic[T]):
    """A list that is not fetched yet: await it for a page, or iterate over it."""

    def __init__(self, first: Callable[[], Awaitable[AsyncPage[T]]]) -> None:
        self._first = first
        self._page: AsyncPage[T] | None = None

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__}, a list that is not fetched yet: await it for a "
            "page, or iterate over it by async for>"
        )

    @property
    def complete(self) -> bool | None:
        """Return whether all items came, once it was iterated; see `AsyncPage`."""
        return None if self._page is None else self._page.complete

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        return self._first().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        self._page = await self._first()
        async for item in self._page:
            yield item

    def __reduce__(self) -> NoReturn:
        raise ConfigurationError(
            "a list that was not fetched yet can't be pickled: await it for a page"
        )


def _restored(kind: Any, kept: dict[str, Any]) -> Any:
    """Return a page that was pickled."""
    return kind(**kept, fetch=_detached)
