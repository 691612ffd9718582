"""Pages of lists, which go on by themselves when they are iterated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import field, frozen

from ._flows.paginate import Bounds, Pagination, next_query

T = TypeVar("T")
Query: TypeAlias = dict[str, Any]


class NoNextPageError(RuntimeError):
    """A page was asked for that isn't there; ask `has_next_page()` first."""


@frozen(kw_only=True)
class _Page(Generic[T]):
    """What a page is, however the next one is fetched.

    Attributes:
        data: its items, as the server gave them.
        first_id: the id of the first one, where the server gives it.
        last_id: the id of the last one, where the server gives it.
        has_more: whether there are more; none where the server doesn't say.
        object: "list", where the server gives it.
    """

    data: list[T]
    first_id: str | None = None
    last_id: str | None = None
    has_more: bool | None = None
    object: str | None = None
    _query: Query = field(alias="query", factory=dict, repr=False)
    _bounds: Bounds = field(alias="bounds", factory=Bounds, repr=False)

    def has_next_page(self) -> bool:
        """Tell whether there is a page after this one, as far as this one tells."""
        return self.next_page_info() is not None

    def next_page_info(self) -> Query | None:
        """Give the query of the next page; none where there is none."""
        return next_query(self, self._query)

    def to_dict(self) -> dict[str, Any]:
        """Give the page as JSON data, without what the server left out."""
        from . import _api

        kept = {
            "object": self.object,
            "data": _api.to_json(self.data),
            "first_id": self.first_id,
            "last_id": self.last_id,
            "has_more": self.has_more,
        }
        return {name: value for name, value in kept.items() if value is not None}

    def to_json(self, *, indent: int | None = None) -> str:
        """Give the page as JSON text.

        Args:
            indent: by how many spaces each level is set in; none for a single line.
        """
        import json

        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    def _next(self) -> Query:
        query = self.next_page_info()
        if query is None:
            raise NoNextPageError("there is no next page; ask has_next_page() first")
        return query


@frozen(kw_only=True)
class Page(_Page[T]):
    """A page of a list. Iterating over it goes through the items of all pages."""

    _fetch: Callable[[Query], Page[T]] = field(alias="fetch", repr=False)

    def get_next_page(self) -> Page[T]:
        """Fetch the next page.

        Raises:
            NoNextPageError: there is none.
            APIError: the call fails.
        """
        return self._fetch(self._next())

    def iter_pages(self) -> Iterator[Page[T]]:
        """Give this page and all after it."""
        for page, _ in self._walk():
            yield page

    def __iter__(self) -> Iterator[T]:
        for _, items in self._walk():
            yield from items

    def _walk(self) -> Iterator[tuple[Page[T], list[T]]]:
        walk: Pagination[T] = Pagination(self._bounds, self._query)
        page = self
        while True:
            yield page, [*walk.take(page)]
            query = walk.next_query(page)
            if query is None:
                return
            page = self._fetch(query)


@frozen(kw_only=True)
class AsyncPage(_Page[T]):
    """A page of a list. `async for` over it goes through the items of all pages."""

    _fetch: Callable[[Query], Awaitable[AsyncPage[T]]] = field(
        alias="fetch", repr=False
    )

    async def get_next_page(self) -> AsyncPage[T]:
        """Fetch the next page.

        Raises:
            NoNextPageError: there is none.
            APIError: the call fails.
        """
        return await self._fetch(self._next())

    async def iter_pages(self) -> AsyncIterator[AsyncPage[T]]:
        """Give this page and all after it."""
        async for page, _ in self._walk():
            yield page

    async def __aiter__(self) -> AsyncIterator[T]:
        async for _, items in self._walk():
            for item in items:
                yield item

    async def _walk(self) -> AsyncIterator[tuple[AsyncPage[T], list[T]]]:
        walk: Pagination[T] = Pagination(self._bounds, self._query)
        page = self
        while True:
            yield page, [*walk.take(page)]
            query = walk.next_query(page)
            if query is None:
                return
            page = await self._fetch(query)


class AsyncPages(Generic[T]):
    """A list that is about to be fetched: await it for a page, or iterate over it."""

    def __init__(self, first: Callable[[], Awaitable[AsyncPage[T]]]) -> None:
        self._first = first

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        return self._first().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async for item in await self._first():
            yield item
