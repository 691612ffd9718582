"""What is ended early or tried again is logged, once, and without secrets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import APIConnectionError, InternalServerError
from assistants_client._flows.paginate import (
    NO_CURSOR,
    NO_ITEMS,
    REPEATED,
    Bounds,
    Pagination,
)
from assistants_client._lists import PageFields
from harness.either_client import listed, settled
from harness.scripted_server import CLOSE, Response, ScriptedServer
from tests.client.both import KEY, KINDS, NAMES, mocked, use

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.scripted_server import Request

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
LOGGER = "assistants_client"


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, LOGGER)
    return caplog


def lines(log: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return what the client logged: level and text."""
    mine = [each for each in log.records if each.name == LOGGER]
    return [(each.levelname, each.getMessage()) for each in mine]


def create(client: Any) -> Any:
    return settled(client.assistants.create(model="m"))


@both
def test_retries(kind: Any, log: pytest.LogCaptureFixture) -> None:
    statuses = [429, 503, 200]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(
            statuses.pop(0), json={"id": "a"}, headers={"retry-after-ms": "1"}
        )

    use(
        kind,
        create,
        base_url="http://x",
        http_client=mocked(kind, answer),
        max_retries=2,
    )
    assert lines(log) == [
        ("INFO", "assistants.create: status 429; retry 1 of 2 in 0.0 s"),
        ("INFO", "assistants.create: status 503; retry 2 of 2 in 0.0 s"),
    ]


@both
def test_what_is_not_tried_again_is_raised_alone(
    kind: Any, log: pytest.LogCaptureFixture
) -> None:
    http = mocked(kind, lambda _: httpx.Response(500, json={}))
    with pytest.raises(InternalServerError):
        use(kind, create, base_url="http://x", http_client=http, max_retries=2)
    assert lines(log) == []


@both
def test_no_line_has_a_secret_or_is_two(
    kind: Any, log: pytest.LogCaptureFixture
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no way to {KEY}\nERROR forged %s")

    http = mocked(kind, answer)
    with pytest.raises(APIConnectionError):
        use(kind, create, base_url="http://x", http_client=http, max_retries=1)
    ((level, line),) = lines(log)
    assert level == "INFO"
    assert line.startswith("assistants.create: no way to <REDACTED> ERROR forged %s;")


@both
def test_a_stale_connection(kind: Any, log: pytest.LogCaptureFixture) -> None:
    def hang_up(_: Request) -> Any:
        number = len(server.requests)
        return [CLOSE] if number == 2 else Response.of({"data": []})

    async def twice(client: Any) -> None:
        await listed(client.assistants.list())
        await listed(client.assistants.list())

    with ScriptedServer(hang_up) as server:
        use(kind, twice, base_url=server.url)
    ((level, line),) = lines(log)
    assert level == "INFO"
    assert line.startswith("assistants.list: the kept connection was stale")


def items(*numbers: int) -> list[dict[str, str]]:
    return [{"id": f"item_{number}"} for number in numbers]


# How a server behaves, what it returns for a request, the items that come of it, and
# why there are no more of them.
ALL = [*range(65)]


def ignoring(query: dict[str, str]) -> Any:
    return {"data": items(*ALL[: int(query.get("limit", 20))]), "has_more": True}


def silent(query: dict[str, str]) -> Any:
    return {"data": items(*ALL[:20])}


def whole(_: dict[str, str]) -> Any:
    return {"data": items(*ALL)}


def inclusive(query: dict[str, str]) -> Any:
    start = int(query.get("after", "item_0").removeprefix("item_"))
    return {"data": items(*ALL[start : start + 20])}


def proper(query: dict[str, str]) -> Any:
    start = int(query.get("after", "item_-1").removeprefix("item_")) + 1
    return {"data": items(*ALL[start : start + 20]), "has_more": start + 20 < 65}


def circling(query: dict[str, str]) -> Any:
    start = int(query.get("after", "item_-1").removeprefix("item_")) + 1
    found = [(start + each) % 65 for each in range(20)]
    return {"data": items(*found), "has_more": True}


def looping(query: dict[str, str]) -> Any:
    # 0, then 1, 2, 3, 1, 2, 3 and so on: no page repeats the one before or the first.
    last = int(query.get("after", "item_-1").removeprefix("item_"))
    return {"data": items(1 if last == 3 else last + 1), "has_more": True}


def lying(query: dict[str, str]) -> Any:
    return {"data": items(1, 2) if "after" not in query else [], "has_more": True}


def nameless(_: dict[str, str]) -> Any:
    return {"data": [{"name": "x"}], "has_more": True}


SERVERS: list[tuple[Callable[[dict[str, str]], Any], int | None, str | None]] = [
    (ignoring, 20, REPEATED),
    (silent, 20, REPEATED),
    (circling, None, REPEATED),
    (looping, None, REPEATED),
    (lying, 2, NO_ITEMS),
    (nameless, 1, NO_CURSOR),
    (whole, 65, None),
    (inclusive, 65, None),
    (proper, 65, None),
]


@both
@pytest.mark.parametrize(
    ("server", "number", "why"), SERVERS, ids=lambda each: getattr(each, "__name__", "")
)
def test_a_list_that_is_cut_short(
    kind: Any, server: Any, number: int | None, why: Any, log: pytest.LogCaptureFixture
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=server(dict(request.url.params)))

    async def walk(client: Any) -> Any:
        page = await settled(client.threads.messages.list("thread_1"))
        found = await listed(page)
        pages = await listed(page.iter_pages())
        lazily = client.assistants.list()
        assert len(await listed(lazily)) == len(found)
        return len(found), page.complete, pages[-1].complete, lazily.complete

    http = mocked(kind, answer)
    count, *complete = use(kind, walk, base_url="http://x", http_client=http)
    assert number in (None, count)
    assert complete == [why is None] * 3
    text = f"the list was cut short after {count} items, as {why}"
    names = ["threads.messages.list", "threads.messages.list", "assistants.list"]
    due = [("WARNING", f"{name}: {text}") for name in names] if why else []
    assert lines(log) == due


@both
def test_before_the_end_nobody_knows(kind: Any, log: pytest.LogCaptureFixture) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=proper(dict(request.url.params)))

    async def walk(client: Any) -> Any:
        page = await settled(client.assistants.list())
        before = page.complete
        await listed(page, most=30)
        some = page.complete
        bounded = await settled(client.assistants.list(max_items=30))
        assert len(await listed(bounded)) == 30
        while page.has_next_page():
            page = await settled(page.get_next_page())
        return before, some, bounded.complete, page.complete

    found = use(kind, walk, base_url="http://x", http_client=mocked(kind, answer))
    assert found == (None, None, True, True)
    assert lines(log) == []


@pytest.mark.parametrize(
    ("limit", "more", "why"),
    [(2, None, REPEATED), (3, None, None), (3, True, REPEATED), (2, False, None)],
)
def test_a_page_that_brings_nothing_new(limit: int, more: Any, why: Any) -> None:
    pagination: Pagination[Any] = Pagination(Bounds(), {"limit": limit})
    page = PageFields(data=items(1, 2), has_more=True)
    assert [*pagination.take(page)] == page.data
    assert pagination.next_query(page) == {"limit": limit, "after": "item_2"}
    again = PageFields(data=items(1, 2), has_more=more)
    assert [*pagination.take(again)] == []
    assert pagination.next_query(again) is None
    assert (pagination.cut_short, pagination.count) == (why, 2)
