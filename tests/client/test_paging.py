"""Walks through lists: complete where the server is honest, and ending everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from assistants_client._errors import ConfigurationError
from assistants_client._flows.paginate import Bounds, Pagination, bounds, next_query
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Callable

ENOUGH = 500
"""Requests after which a walk counts as one that never ends."""


@frozen
class Page:
    data: list[Any]
    has_more: bool | None = None


Items = list[dict[str, Any]]
Query = dict[str, Any]


def made(count: int) -> Items:
    """Make items, oldest first; always two share a second."""
    return [{"id": f"i{number}", "created_at": number // 2} for number in range(count)]


def ordered(items: Items, query: Query) -> Items:
    return items if query.get("order") == "asc" else items[::-1]


def place(items: Items, name: str | None) -> int | None:
    return next((n for n, item in enumerate(items) if item["id"] == name), None)


def honest(items: Items, query: Query) -> Page:
    found, limit = ordered(items, query), query.get("limit", 20)
    after, before = place(found, query.get("after")), place(found, query.get("before"))
    if after is not None:
        found = found[after + 1 :]
    elif before is not None:
        found = found[:before]
        return Page(found[-limit:], has_more=len(found) > limit)
    return Page(found[:limit], has_more=len(found) > limit)


def inclusive(items: Items, query: Query) -> Page:
    found, limit = ordered(items, query), query.get("limit", 20)
    start = place(found, query.get("after")) or 0
    return Page(found[start : start + limit], has_more=start + limit < len(found))


def ignoring(items: Items, query: Query) -> Page:
    limit = query.get("limit", 20)
    return Page(ordered(items, query)[:limit], has_more=True)


def endless(items: Items, query: Query) -> Page:
    page = honest(items, query)
    return Page(page.data, has_more=True)


def bare(items: Items, query: Query) -> Page:
    return Page(honest(items, query).data, has_more=None)


def whole(items: Items, query: Query) -> Page:
    return Page(ordered(items, query), has_more=None)


def doubling(items: Items, query: Query) -> Page:
    page = honest(items, query)
    return Page([each for item in page.data for each in (item, item)], page.has_more)


def round_and_round(items: Items, query: Query) -> Page:
    found, limit = ordered(items, query), query.get("limit", 20)
    start = ((place(found, query.get("after")) or -1) + 1) % max(len(found), 1)
    return Page(found[start : start + limit], has_more=True)


def without_ids(items: Items, query: Query) -> Page:
    return Page([{"created_at": 1} for _ in items], has_more=True)


COMPLETE = [honest, endless, bare, whole, doubling]
BAD = [inclusive, ignoring, round_and_round, without_ids]


def walked(
    server: Callable[[Items, Query], Page],
    items: Items,
    query: Query,
    limits: Bounds | None = None,
) -> tuple[list[Any], int]:
    """Walk from the first page on; return the items and how many pages it took."""
    walk: Pagination[Any] = Pagination(limits or bounds(), query)
    page = server(items, query)
    found = [*walk.take(page)]
    requests = 1
    while (following := walk.next_query(page)) is not None:
        assert requests < ENOUGH, "the walk doesn't end"
        page = server(items, following)
        found += walk.take(page)
        requests += 1
    return found, requests


@pytest.mark.parametrize("server", [*COMPLETE, inclusive], ids=lambda s: s.__name__)
@given(st.integers(0, 60), st.integers(2, 25), st.sampled_from(["asc", "desc"]))
def test_every_item_comes_once_and_in_order(
    server: Any, count: int, limit: int, order: str
) -> None:
    items, query = made(count), {"limit": limit, "order": order}
    found, _ = walked(server, items, query)
    assert found == ordered(items, query)


@pytest.mark.parametrize("server", [*COMPLETE, *BAD], ids=lambda s: s.__name__)
@given(st.integers(0, 60), st.integers(1, 25), st.sampled_from(["asc", "desc", None]))
def test_it_always_ends(server: Any, count: int, limit: int, order: str | None) -> None:
    query: Query = {"limit": limit} | ({"order": order} if order else {})
    found, requests = walked(server, made(count), query)
    assert requests < ENOUGH
    if server not in (without_ids, round_and_round):
        names = [item["id"] for item in found]
        assert len(names) == len({*names})


def test_an_inclusive_server_with_pages_of_one_ends() -> None:
    found, requests = walked(inclusive, made(5), {"limit": 1})
    assert [item["id"] for item in found] == ["i4"]
    assert requests == 2


def nearest(items: Items, query: Query) -> Page:
    """Both cursors count, and of what is before one the nearest is sent."""
    found, limit = between(items, query), query.get("limit", 20)
    is_back = "before" in query and "after" not in query
    return Page(found[-limit:] if is_back else found[:limit], len(found) > limit)


def first(items: Items, query: Query) -> Page:
    """Both cursors count, and of what is before one the first is sent."""
    found, limit = between(items, query), query.get("limit", 20)
    return Page(found[:limit], len(found) > limit)


def first_by_one(items: Items, query: Query) -> Page:
    """Only one cursor counts, and of what is before one the first is sent."""
    one = "after" if "after" in query else "before"
    return first(
        items, {n: v for n, v in query.items() if n in (one, "limit", "order")}
    )


def between(items: Items, query: Query) -> Items:
    found = ordered(items, query)
    after, before = place(found, query.get("after")), place(found, query.get("before"))
    return found[after + 1 if after is not None else 0 : before]


@pytest.mark.parametrize("server", [honest, nearest], ids=lambda s: s.__name__)
@given(st.integers(1, 40), st.integers(1, 10), st.data())
def test_before_walks_backwards_page_by_page(
    server: Any, count: int, limit: int, data: Any
) -> None:
    items, start = made(count), data.draw(st.integers(0, count - 1))
    query = {"limit": limit, "order": "asc", "before": f"i{start}"}
    found, _ = walked(server, items, query)
    ends = range(start, 0, -limit)
    pages = [items[max(end - limit, 0) : end] for end in ends]
    assert found == [item for page in pages for item in page]


@pytest.mark.parametrize("server", [first, first_by_one], ids=lambda s: s.__name__)
@given(st.integers(1, 40), st.integers(1, 10), st.data())
def test_before_goes_on_where_a_server_sends_the_first_page(
    server: Any, count: int, limit: int, data: Any
) -> None:
    items, start = made(count), data.draw(st.integers(0, count - 1))
    query = {"limit": limit, "order": "asc", "before": f"i{start}"}
    found, requests = walked(server, items, query)
    assert found == items[:start]
    # One more may say that nothing follows.
    assert requests <= -(-start // limit) + 1


@pytest.mark.parametrize("server", [honest, nearest, first], ids=lambda s: s.__name__)
@given(st.integers(0, 30), st.integers(0, 30), st.sampled_from(["asc", "desc"]))
def test_dates_bound_it_backwards(
    server: Any, after: int, before: int, order: str
) -> None:
    items, query = made(30), {"limit": 4, "order": order, "before": "i15"}
    limits = bounds(created_after=after, created_before=before)
    found, _ = walked(server, items, query, limits)
    names = {item["id"] for item in found}
    listed = ordered(items, query)
    wanted = listed[: [item["id"] for item in listed].index("i15")]
    assert names == {i["id"] for i in wanted if after < i["created_at"] < before}


@given(st.integers(0, 40), st.integers(1, 10), st.integers(0, 50))
def test_max_items_ends_it(count: int, limit: int, most: int) -> None:
    items = made(count)
    found, requests = walked(honest, items, {"limit": limit}, bounds(max_items=most))
    assert found == items[::-1][:most]
    assert requests <= max(1, -(-most // limit))


@pytest.mark.parametrize("order", ["asc", "desc"])
@given(st.integers(0, 30), st.integers(0, 30))
def test_dates_bound_it(order: str, after: int, before: int) -> None:
    items, query = made(50), {"limit": 5, "order": order}
    limits = bounds(created_after=after, created_before=before)
    found, _ = walked(honest, items, query, limits)
    assert found == [
        item for item in ordered(items, query) if after < item["created_at"] < before
    ]


def test_dates_end_it_as_soon_as_the_order_allows() -> None:
    items = made(400)
    _, requests = walked(honest, items, {"limit": 10}, bounds(created_after=197))
    assert requests == 1
    query = {"limit": 10, "order": "asc"}
    _, requests = walked(honest, items, query, bounds(created_before=2))
    assert requests == 1


def test_times_in_milliseconds_are_understood() -> None:
    items = [{"id": f"i{n}", "created_at": 1_790_000_000_000 + n} for n in range(3)]
    limits = bounds(created_after=1_790_000_000.0005)
    found, _ = walked(honest, items, {"order": "asc"}, limits)
    assert [item["id"] for item in found] == ["i1", "i2"]


def test_items_without_a_time_are_never_out_of_bounds() -> None:
    items: Items = [{"id": "a", "created_at": None}, {"id": "b"}]
    found, _ = walked(honest, items, {}, bounds(created_after=5, created_before=6))
    assert len(found) == 2


def test_memory_stays_small() -> None:
    walk: Pagination[Any] = Pagination(bounds(), {"limit": 100})
    for number in range(300):
        data = [{"id": f"{number}-{n}"} for n in range(100)]
        assert len([*walk.take(Page(data, has_more=True))]) == 100
        assert walk.next_query(Page(data, has_more=True)) is not None
    kept = sum(len(v) for v in vars(walk).values() if isinstance(v, frozenset))
    assert kept == 200


@each_case(
    ("page", "query", "following"),
    [
        (Page([{"id": "a"}, {"id": "b"}], True), {}, {"after": "b"}),
        (Page([{"id": "a"}], True), {"after": "x"}, {"after": "a"}),
        (Page([{"id": "a"}, {"id": "b"}], True), {"before": "c"}, {"before": "a"}),
        (Page([{"id": "a"}], False), {}, None),
        (Page([], True), {}, None),
        (Page([], None), {}, None),
        (Page([{"id": "a"}], None), {"limit": 2}, None),
        (Page([{"id": "a"}], None), {"limit": 1}, {"limit": 1, "after": "a"}),
        (Page([{"id": "a"}], None), {}, {"after": "a"}),
        (Page([{"id": None}], True), {}, None),
        (Page([{"id": ""}], True), {}, None),
        (Page(["text"], True), {}, None),
    ],
)
def test_the_next_page_is_asked_for_by_the_last_id(
    page: Page, query: Query, following: Query | None
) -> None:
    assert next_query(page, query) == following


@each_case(
    ("moment", "seconds"),
    [
        (5, 5),
        (5.5, 5.5),
        (datetime(1970, 1, 2, tzinfo=UTC), 86400),
        (datetime(1970, 1, 2), 86400),  # noqa: DTZ001 - what a user may well give
        (datetime(1970, 1, 2, tzinfo=timezone(timedelta(hours=1))), 82800),
        (date(1970, 1, 2), 86400),
        ("1970-01-02", 86400),
        ("1970-01-02T01:00:00+01:00", 86400),
        ("1970-01-02T00:00:00Z", 86400),
        (None, None),
    ],
)
def test_points_in_time_may_be_given_in_many_ways(moment: Any, seconds: Any) -> None:
    found = bounds(created_after=moment, created_before=moment)
    assert found == Bounds(created_after=seconds, created_before=seconds)


@each_case("moment", ["soon", True, float("nan"), [], b"1970"])
@each_case("name", ["created_after", "created_before"])
def test_what_is_no_point_in_time_is_refused(name: str, moment: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} must be a datetime"):
        bounds(**{name: moment})


@pytest.mark.parametrize("most", [-1, True, 1.5, "5"])
def test_max_items_must_be_a_number(most: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_items must be 0 or more"):
        bounds(max_items=most)


def test_with_both_cursors_the_order_is_that_of_going_forwards() -> None:
    """Newest first, so the first item that is too old ends it."""
    query = {"before": "i9", "after": "i0"}
    pagination: Pagination[Any] = Pagination(bounds(created_after=100), query)
    items = [{"id": "i1", "created_at": 200}, {"id": "i2", "created_at": 50}]
    page = Page(items, has_more=True)
    assert [*pagination.take(page)] == items[:1]
    assert pagination.next_query(page) is None
