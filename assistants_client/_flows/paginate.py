"""Pagination that ends, whatever the server does."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

from attrs import frozen

from .._errors import ConfigurationError
from .._text import is_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Moment: TypeAlias = datetime | date | float | str
"""A point in time: with or without its time of day, seconds since 1970, or ISO 8601."""
# Times in milliseconds, as some servers send them, are larger than any in seconds.
_LARGEST_SECONDS = 10**11


class PageLike(Protocol[T_co]):
    """What pagination needs to know of a page."""

    @property
    def data(self) -> Sequence[T_co]:
        """Return its items."""
        ...

    @property
    def has_more(self) -> bool | None:
        """Return whether there are more, None if the server doesn't say."""
        ...


@frozen(kw_only=True)
class Bounds:
    """Where the caller wants the iteration to end.

    Attributes:
        max_items: after so many items.
        created_after: at items that are older than this or as old, in seconds.
        created_before: at items that are newer than this or as new, in seconds.
    """

    max_items: int | None = None
    created_after: float | None = None
    created_before: float | None = None


USUAL_LIMIT = 20
"""How many items a page has where nobody asks for another number."""
REPEATED = "the server repeated what it had sent"
NO_ITEMS = "the server said that there is more, and sent nothing"
NO_CURSOR = "the server said that there is more, and no id by which to ask for it"
_NO_BOUNDS = Bounds()


def cut_short_text(operation: str, pagination: Pagination[Any]) -> str:
    """Return what is logged where a list was cut short."""
    return (
        f"{operation}: the list was cut short after {pagination.count} items, as "
        f"{pagination.cut_short}"
    )


def bounds(
    max_items: object = None,
    created_after: Moment | None = None,
    created_before: Moment | None = None,
) -> Bounds:
    """Make bounds from arguments.

    Raises:
        ConfigurationError: one of them can't be used.
    """
    if max_items is not None and (
        isinstance(max_items, bool) or not isinstance(max_items, int) or max_items < 0
    ):
        raise ConfigurationError(f"max_items must be 0 or more, not {max_items!r}")
    return Bounds(
        max_items=max_items,
        created_after=_seconds("created_after", created_after),
        created_before=_seconds("created_before", created_before),
    )


def next_query(
    page: PageLike[object], query: Mapping[str, object]
) -> dict[str, object] | None:
    """Return the query of the page after this one, None if there can't be one.

    Args:
        page: a page.
        query: what was asked for to get it. With `before` and without `after` the
            pages go backwards; the items of each are in the order of the list.
    """
    if page.has_more is False or not page.data:
        return None
    limit = query.get("limit")
    if page.has_more is None and isinstance(limit, int) and len(page.data) < limit:
        return None
    name, item = ("before", 0) if _is_backwards(query) else ("after", -1)
    cursor = _id(page.data[item])
    if cursor is None or not is_text(cursor):
        return None
    return {**query, name: cursor}


def _is_backwards(query: Mapping[str, object]) -> bool:
    return query.get("before") is not None and query.get("after") is None


class Pagination(Generic[T]):
    """The pages of a list: what each one adds, and whether another one follows.

    It ends even if cursors are inclusive, ignored or go round in circles, and yields no
    item twice that was on this page, the one before or the first one. It remembers that
    much, and no more, however long the list is.

    With `before` alone, servers send what is nearest to it, or else what is first in
    the list. So what follows the first page is asked for first, as `openai` does, and
    then what is before it.

    Attributes:
        count: how many items there were.
        cut_short: why it ended before the list did; None where it did not.
    """

    def __init__(self, limits: Bounds, query: Mapping[str, object]) -> None:
        self.count = 0
        self.cut_short: str | None = None
        self._limits = limits
        self._query = dict(query)
        self._newest_first = query.get("order", "desc") != "asc"
        # What is asked for where nothing follows the first page of a list backwards.
        self._before: dict[str, object] | None = None
        # The item at which it ends then.
        self._end: object = None
        self._left = math.inf if limits.max_items is None else limits.max_items
        self._first: frozenset[str] | None = None
        self._last: frozenset[str] = frozenset()
        self._ended = self._left <= 0
        self._is_stale = False
        self._is_first = True
        self._was_full = False
        # For cursors that go round: one is remembered, a later one each time.
        self._remembered: str | None = None
        self._steps, self._until = 0, 1

    def take(self, page: PageLike[T]) -> Iterator[T]:
        """Yield the items of a page that are new and within the bounds."""
        met = self._last | (self._first or frozenset())
        here: set[str] = set()
        fresh = 0
        bounded = self._limits != _NO_BOUNDS
        # Of a page backwards, what is beyond says nothing of what is behind it.
        backwards = _is_backwards(self._query)
        beyond = 0
        for item in page.data:
            name = _id(item)
            if name is not None:
                if name == self._end:
                    # A server that goes by one cursor alone is beyond the other one.
                    self._ended = self._before is None or fresh > 0
                    break
                if name in here or name in met:
                    continue
                here.add(name)
            fresh += 1
            if not bounded:
                self.count += 1
                yield item
            elif not self._ended and self._is_beyond(item, backwards):
                beyond += 1
                self._ended = not backwards
            elif not self._ended and self._is_within(item):
                self._left -= 1
                self._ended = self._left <= 0
                self.count += 1
                yield item
        if self._first is None:
            self._first = frozenset(here)
            self._was_full = len(page.data) == self._query.get("limit", USUAL_LIMIT)
        self._last = frozenset(here)
        self._is_stale = not fresh
        if backwards and not self._is_first:
            # All pages that follow are further away.
            self._ended = self._ended or 0 < fresh == beyond

    @property
    def is_in_vain(self) -> bool:
        """Return whether the last page only said that nothing follows the first one."""
        return self._is_stale and self._before is not None

    def next_query(self, page: PageLike[T]) -> dict[str, object] | None:
        """Return the query of the next page, None if the iteration ends."""
        if self._ended:
            return None
        before, self._before = self._before, None
        if self._is_stale and before is None:
            self.cut_short = self._why(page)
            return None
        query = before if self._is_stale else next_query(page, self._query)
        if query is None:
            self.cut_short = NO_CURSOR if page.has_more else None
            return None
        if _is_backwards(query) and self._is_first:
            last, self._end = _id(page.data[-1]), self._query["before"]
            self._before, query = query, {**self._query, "after": last}
        self._is_first = False
        if self._goes_round(query):
            self.cut_short = REPEATED
            return None
        self._query = query
        return query

    def _why(self, page: PageLike[T]) -> str | None:
        """Return why a list ended with a page that brought nothing new, if too soon."""
        if page.has_more is False:
            return None
        if page.has_more:
            return REPEATED if page.data else NO_ITEMS
        # Nobody says that there is more. A server whose cursors are inclusive repeats
        # the last item, and one without pages returns all it has, again and again.
        return REPEATED if len(page.data) > 1 and self._was_full else None

    def _goes_round(self, query: dict[str, object]) -> bool:
        cursor = f"{query.get('after')} {query.get('before')}"
        if cursor == self._remembered:
            return True
        self._steps += 1
        if self._steps == self._until:
            self._remembered, self._steps, self._until = cursor, 0, self._until * 2
        return False

    def _is_within(self, item: T) -> bool:
        created = _created(item)
        if created is None:
            return True
        after, before = self._limits.created_after, self._limits.created_before
        return (after is None or created > after) and (
            before is None or created < before
        )

    def _is_beyond(self, item: T, backwards: bool) -> bool:
        """Return whether this item and all that follow are out of bounds."""
        created = _created(item)
        if created is None:
            return False
        after, before = self._limits.created_after, self._limits.created_before
        # Backwards through the newest first is forwards in time.
        if self._newest_first != backwards:
            return after is not None and created <= after
        return before is not None and created >= before


def _id(item: object) -> str | None:
    name = item.get("id") if isinstance(item, dict) else getattr(item, "id", None)
    return name if isinstance(name, str) and name else None


def _created(item: object) -> float | None:
    found: object = (
        item.get("created_at")
        if isinstance(item, dict)
        else getattr(item, "created_at", None)
    )
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    if not -_LARGEST_SECONDS < found < _LARGEST_SECONDS * 1000:
        # Nor is it a time where it is no number at all.
        return None
    return found / 1000 if found > _LARGEST_SECONDS else found


def _seconds(name: str, moment: Moment | None) -> float | None:
    """Return a point in time as seconds since 1970; without a zone it is in UTC."""
    if moment is None:
        return None
    if isinstance(moment, bool):
        raise _no_moment(name, moment)
    if isinstance(moment, int | float):
        if not math.isfinite(moment):
            raise _no_moment(name, moment)
        return float(moment)
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            raise _no_moment(name, moment) from None
    if not isinstance(moment, datetime):
        if not isinstance(moment, date):
            raise _no_moment(name, moment)
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


def _no_moment(name: str, moment: object) -> ConfigurationError:
    forms = "a datetime, seconds since 1970, or text such as 2026-08-26"
    return ConfigurationError(f"{name} must be {forms}, not {moment!r}")
